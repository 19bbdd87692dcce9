"""What every measure does with awkward data, and what must never matter."""

import json
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.estimates import Estimates
from cxlab.measure.answered import answered
from cxlab.measure.bottom_box import bottom_box
from cxlab.measure.csat import csat
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.nps_classes import nps_classes
from cxlab.measure.share import share
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

Measure = Callable[..., Estimates]
SHARE_METHODS = ("agresti_coull", "clopper_pearson")


def promoters(frame: object, score: str, **options: object) -> Estimates:
    return nps_classes(frame, score, **options)[0]


SCORED: dict[str, Measure] = {
    "nps": nps,
    "promoters": promoters,
    "top_box": partial(top_box, scale=(0, 10)),
    "bottom_box": partial(bottom_box, scale=(0, 10), boxes=7),
    "csat": partial(csat, scale=(0, 10)),
    "mean_score": mean_score,
}
ALL: dict[str, Measure] = {**SCORED, "share": partial(share, values=[9, 10]), "answered": answered}
EQUAL = {
    **SCORED,
    **{f"nps {method}": partial(nps, method=method) for method in ("adjusted_wald", "bayes", "wald")},
    **{f"top_box {method}": partial(top_box, scale=(0, 10), method=method) for method in SHARE_METHODS},
}
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]
ENDS = ["conf_low", "conf_high"]
each = pytest.mark.parametrize("measure", ALL.values(), ids=ALL)
each_scored = pytest.mark.parametrize("measure", SCORED.values(), ids=SCORED)


def _frame(rows: int = 240, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "s": rng.choice([0.0, 4, 6, 7, 8, 9, 9, 10, 10, np.nan], rows),
            "w": rng.gamma(2, 1, rows),
            "g": rng.choice(["a", "b", "c"], rows),
            "h": rng.choice([1, 2], rows),
        }
    )


def _same(one: Estimates, other: Estimates, columns: list[str] | None = None) -> None:
    columns = columns or [*FIGURES, "n"]
    assert one.rows["level"].tolist() == other.rows["level"].tolist()
    for column in columns:
        here, there = (result.rows[column].to_numpy(dtype="float64") for result in (one, other))
        # Sums of a few hundred weights, and a root found to 1e-13.
        np.testing.assert_allclose(here, there, rtol=1e-10, atol=1e-10, err_msg=column)


@each
def test_weight_2_is_the_row_twice(measure: Measure):
    frame = _frame().assign(w=lambda rows: 1 + rows.index % 2)
    twice = frame.loc[frame.index.repeat(frame["w"])]
    _same(measure(frame, "s", by="g", weight="w"), measure(twice, "s", by="g"), ["estimate"])


@each
@pytest.mark.parametrize("weight", [0.1, 7])
def test_equal_weights_are_no_weights(measure: Measure, weight: float):
    frame = _frame().assign(w=weight)
    weighted, plain = measure(frame, "s", by="g", weight="w"), measure(frame, "s", by="g")
    _same(weighted, plain)
    assert (weighted.weighting, plain.weighting) == ("weighted", "none")


@each
@pytest.mark.parametrize("factor", [1e-9, 3e7])
def test_the_scale_of_the_weights_never_matters(measure: Measure, factor: float):
    frame = _frame()
    scaled = frame.assign(w=frame["w"] * factor)
    _same(measure(frame, "s", by="g", weight="w"), measure(scaled, "s", by="g", weight="w"))


@each
def test_by_is_filtering(measure: Measure):
    frame = _frame()
    for by in ("g", ["g", "h"]):
        result = measure(frame, "s", by=by, weight="w")
        for level, row in zip(result.rows["level"], result.rows.to_dict("records"), strict=True):
            names = [level] if by == "g" else json.loads(level)
            kept = (frame[[by] if by == "g" else by].astype("str") == names).all(axis=1)
            alone = measure(frame[kept], "s", weight="w").rows.iloc[0]
            for column in [*FIGURES, "n"]:
                assert row[column] == pytest.approx(alone[column], rel=1e-10, abs=1e-10), (level, column)


@each
def test_the_order_of_the_rows_never_matters(measure: Measure):
    frame = _frame()
    _same(measure(frame, "s", by="g", weight="w"), measure(frame[::-1], "s", by="g", weight="w"))


@each_scored
def test_missing_answers_leave_the_base(measure: Measure):
    frame = _frame()
    kept = measure(frame, "s", weight="w")
    _same(kept, measure(frame.dropna(subset="s"), "s", weight="w"))
    assert kept.rows["n"][0] == frame["s"].notna().sum()


@each_scored
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"s": [np.nan, np.nan]}),
        pd.DataFrame({"s": [None, None]}),
        pd.DataFrame({"s": pd.array([None, None], dtype="Int64")}),
        pd.DataFrame({"s": []}),
        pd.DataFrame({"s": pd.Series([], dtype="Float64")}),
        pd.DataFrame({"s": [np.inf, -np.inf]}),
    ],
    ids=["nan", "none", "Int64", "empty", "empty Float64", "infinite"],
)
def test_without_answers_there_is_a_base_of_0_and_no_figure(measure: Measure, frame: pd.DataFrame):
    result = measure(frame, "s")
    assert result.rows["n"].tolist() == [0]
    assert result.rows["n_eff"].tolist() == [0.0]
    assert result.rows[["estimate", "std_error", *ENDS]].isna().all(axis=None)
    assert "too few answers" in result.summary()
    assert len(measure(frame.assign(g="a"), "s", by="g").rows) == min(len(frame), 1)


@pytest.mark.parametrize("measure", EQUAL.values(), ids=EQUAL)
@pytest.mark.parametrize("score", [0, 7, 10])
@pytest.mark.parametrize("n", [1, 12])
def test_all_answers_equal(measure: Measure, score: int, n: int):
    row = measure(pd.DataFrame({"s": [score] * n, "w": np.linspace(1, 2, n)}), "s", weight="w").rows.iloc[0]
    assert row["n"] == n
    assert 1 - 1e-12 <= row["n_eff"] <= n + 1e-9
    if n > 1:
        assert row["std_error"] == pytest.approx(0, abs=1e-12)
        assert row["conf_low"] <= row["estimate"] + 1e-12
        assert row["estimate"] <= row["conf_high"] + 1e-12


@each
def test_missing_segments_are_a_level(measure: Measure):
    frame = pd.DataFrame({"s": [9.0, 8.0, 10.0, np.nan], "g": ["a", None, np.nan, "z"]})
    rows = measure(frame, "s", by="g").rows
    assert rows["level"].tolist() == ["a", "z", "(missing)"]
    assert rows["n"].tolist() == ([1, 1, 2] if measure is answered else [1, 0, 2])


@each
def test_a_weight_of_zero_counts_for_nothing(measure: Measure):
    frame = _frame().assign(w=lambda rows: rows["w"].where(rows.index % 3 > 0, 0.0))
    _same(measure(frame, "s", weight="w"), measure(frame[frame["w"] > 0], "s", weight="w"))
    silent = measure(frame.assign(w=0.0), "s", weight="w").rows
    assert silent["n"].tolist() == [0]
    assert silent["estimate"].isna().all()


@each
@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_an_answer_needs_a_weight(measure: Measure, weight: float):
    frame = pd.DataFrame({"s": [9.0, 8.0, 10.0], "w": [1.0, weight, 1.0]})
    with pytest.raises(
        MeasureError, match="column 'w': 1 answers have no weight or a negative one; weight every"
    ):
        measure(frame, "s", weight="w")


@each_scored
def test_a_row_without_an_answer_needs_no_weight(measure: Measure):
    frame = pd.DataFrame({"s": [9.0, np.nan, 10.0, 9.0], "w": [1.0, np.nan, 1.0, 2.0]})
    _same(measure(frame, "s", weight="w"), measure(frame.dropna(), "s", weight="w"))


@each
@pytest.mark.parametrize("options", [{}, {"by": "grp"}, {"by": ["g", "grp"]}, {"weight": "wgt"}])
def test_an_unknown_column_is_refused_with_the_nearest(measure: Measure, options: dict):
    frame = pd.DataFrame({"score_1": [9], "grp_1": [1], "wgt_1": [1.0], "g": [1]})
    score, near = ("score_1", f"{list(options).pop()}") if options else ("score", "score")
    expected = {"by": "grp", "weight": "wgt", "score": "score"}[near]
    with pytest.raises(MeasureError, match=f"there is no column '{expected}'; did you mean '{expected}_1'"):
        measure(frame, score, **options)


@each_scored
@pytest.mark.parametrize("texts", [["9", "10"], ["good", None]])
def test_a_column_of_texts_is_refused(measure: Measure, texts: list):
    with pytest.raises(MeasureError, match="the column 's' holds String, not numbers"):
        measure(pd.DataFrame({"s": pd.Series(texts, dtype="str")}), "s")
    with pytest.raises(MeasureError, match="the column 'w' holds String, not numbers"):
        measure(pd.DataFrame({"s": [9, 10], "w": pd.Series(texts, dtype="str")}), "s", weight="w")


@each_scored
@pytest.mark.parametrize("dtype", ["int8", "float32", "Int64", "Float64"])
def test_the_type_of_a_number_never_matters(measure: Measure, dtype: str):
    frame = _frame().dropna(subset="s")
    typed = frame.astype({"s": dtype})
    _same(measure(typed, "s", by="g", weight="w"), measure(frame, "s", by="g", weight="w"))


@each_scored
def test_nullable_numbers_keep_their_gaps(measure: Measure):
    frame = _frame()
    for dtype in ("Int64", "Float64", "float32"):
        typed = frame.astype({"s": dtype})
        typed["w"] = typed["w"].astype("Float64").where(frame["s"].notna())
        _same(measure(typed, "s", by="g", weight="w"), measure(frame, "s", by="g", weight="w"))


@each_scored
def test_flags_count_as_0_and_1(measure: Measure):
    flags = [True, False, True]
    _same(measure(pd.DataFrame({"s": flags}), "s"), measure(pd.DataFrame({"s": [1, 0, 1]}), "s"))


@each
def test_unused_categories_leave_no_level(measure: Measure):
    frame = _frame()
    typed = frame.assign(g=pd.Categorical(frame["g"], categories=["z", "c", "b", "a"]))
    _same(measure(typed, "s", by="g", weight="w"), measure(frame, "s", by="g", weight="w"))


@pytest.mark.parametrize("score", [-1, 11])
@pytest.mark.parametrize("name", [name for name in SCORED if name != "mean_score"])
def test_a_score_outside_the_scale_is_refused(name: str, score: int):
    with pytest.raises(
        MeasureError, match=f"the column 's' holds {score}, outside 0–10; name the right scale"
    ):
        SCORED[name](pd.DataFrame({"s": [9, score]}), "s")


@each
@pytest.mark.parametrize("conf_level", [1, 95, float("nan")])
def test_a_confidence_level_is_between_0_and_1(measure: Measure, conf_level: float):
    for frame in (_frame(), _frame().iloc[:0]):
        with pytest.raises(MeasureError, match="a confidence level of"):
            measure(frame, "s", conf_level=conf_level)


@each
def test_a_higher_level_gives_a_wider_interval(measure: Measure):
    narrow, wide = (
        measure(_frame(), "s", weight="w", conf_level=level).rows.iloc[0] for level in (0.8, 0.99)
    )
    assert wide["conf_low"] < narrow["conf_low"] < narrow["conf_high"] < wide["conf_high"]
    assert narrow["estimate"] == wide["estimate"]


@each
def test_weights_widen_the_interval(measure: Measure):
    frame = _frame()
    plain, weighted = measure(frame, "s").rows.iloc[0], measure(frame, "s", weight="w").rows.iloc[0]
    assert weighted["n"] == plain["n"]
    assert weighted["n_eff"] < plain["n_eff"]
    assert weighted["conf_high"] - weighted["conf_low"] > plain["conf_high"] - plain["conf_low"]


@each
def test_the_input_is_left_alone(measure: Measure):
    frame = _frame()
    before = frame.copy()
    measure(frame, "s", by=["g", "h"], weight="w")
    pd.testing.assert_frame_equal(frame, before)
