"""The renewal indicator: by hand, and equal to the mean of the same scores by another road."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "renew_q1": rng.integers(1, 11, 240).astype("float64"),
            "renew_q2": rng.integers(1, 6, 240).astype("float64"),
            "segment": rng.choice(["a", "b", None], 240),
            "w": 0.2 + rng.random(240),
            "account": rng.integers(0, 40, 240),
        }
    )
    rows.loc[:9, "renew_q2"] = np.nan
    return rows


SCALES = {"renew_q1": (1, 10), "renew_q2": (1, 5)}


def test_each_question_is_brought_onto_one_scale():
    rows = pd.DataFrame({"renew_q1": [1, 10, 5.5, 10, np.nan], "renew_q2": [1, 5, 3, 1, 5]})
    scored = cx.renewal_scores(rows, scales=SCALES)
    assert scored["renewal_index"].tolist()[:4] == [0.0, 100.0, 50.0, 50.0]
    assert np.isnan(scored["renewal_index"].iloc[4])
    assert "renewal_index" not in rows
    assert cx.renewal_index(rows, scales=SCALES).rows["estimate"].item() == 50.0


@pytest.mark.parametrize("by", [None, "segment"])
@pytest.mark.parametrize(
    "design", [{}, {"weight": "w"}, {"cluster": "account"}, {"cluster": "account", "weight": "w"}]
)
def test_estimates_are_those_of_the_mean_of_the_scores(answers, by, design):
    index = cx.renewal_index(answers, scales=SCALES, by=by, **design)
    mean = cx.mean_score(
        cx.renewal_scores(answers, scales=SCALES), "renewal_index", scale=(0, 100), by=by, **design
    )
    assert index.rows["level"].tolist() == mean.rows["level"].tolist()
    np.testing.assert_allclose(
        index.rows[FIGURES].to_numpy("float64"), mean.rows[FIGURES].to_numpy("float64"), rtol=1e-10
    )


def test_a_weight_of_two_is_the_row_twice(answers):
    twice = pd.concat([answers, answers])
    weighed = cx.renewal_index(answers.assign(w=2), scales=SCALES, weight="w", weight_kind="frequency")
    np.testing.assert_allclose(
        weighed.rows[FIGURES].to_numpy("float64"),
        cx.renewal_index(twice, scales=SCALES).rows[FIGURES].to_numpy("float64"),
        rtol=1e-10,
    )


@pytest.mark.parametrize("engine", [pl.from_pandas, duckdb.from_df])
def test_every_engine_says_the_same(answers, engine):
    asked = {"scales": SCALES, "by": "segment", "weight": "w", "cluster": "account"}
    here, there = cx.renewal_index(answers, **asked), cx.renewal_index(engine(answers), **asked)
    assert here.rows["level"].tolist() == there.rows["level"].tolist()
    np.testing.assert_allclose(
        here.rows[FIGURES].to_numpy("float64"), there.rows[FIGURES].to_numpy("float64"), rtol=1e-10
    )


def test_one_answer_has_no_interval_and_equal_answers_have_no_width():
    one = cx.renewal_index(pd.DataFrame({"renew_q1": [7], "renew_q2": [5]}), scales=(1, 10)).rows.iloc[0]
    assert one["estimate"] == pytest.approx(100 * (6 / 9 + 4 / 9) / 2)
    assert np.isnan(one["conf_low"])
    same = cx.renewal_index(pd.DataFrame({"renew_q1": [7] * 5, "renew_q2": [7] * 5}), scales=(1, 10))
    assert same.rows["std_error"].item() == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"scales": (1, 9)}, "an answer of 10 lies outside 1 to 9; correct"),
        ({}, {"scales": (10, 1)}, "is no scale"),
        ({}, {"scales": {"renew_q1": (1, 10)}}, "'renew_q2' has no scale"),
        ({}, {"scales": {**SCALES, "nps": (0, 10)}}, "'nps' is no question"),
        ({}, {"scales": (1, 10), "questions": ()}, "no question is named"),
        ({}, {"scales": (1, 10), "questions": ("renew_q1", "renew_q1")}, "named twice"),
        ({}, {"scales": (1, 10), "questions": ("renew_q1", "renew_3")}, "did you mean"),
        ({"renew_q2": np.nan}, {"scales": (1, 10)}, "nobody answered all of renew_q1, renew_q2"),
        ({"renew_q2": "likely"}, {"scales": (1, 10)}, "not numbers"),
        ({"w": -1}, {"scales": SCALES, "weight": "w"}, "no weight or a negative one"),
    ],
)
def test_what_cannot_be_scored_is_refused(answers, change, options, said):
    with pytest.raises(MeasureError) as error:
        cx.renewal_index(answers.assign(**change), **options)
    assert said.split(";")[0] in str(error.value)
