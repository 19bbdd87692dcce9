"""Open questions, ends of scales, gaps and the pilot: by hand, and against scipy and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from statsmodels.stats.multitest import multipletests

from cxlab.quality.ceiling_floor import ceiling_floor
from cxlab.quality.incomplete_answers import incomplete_answers
from cxlab.quality.item_non_response import item_non_response
from cxlab.quality.pilot_against_full import holm, pilot_against_full
from tests.quality.quality_markets import honest_answers, market_of, responses_of

NAN = np.nan


def small_market(**columns: object):
    rng = np.random.default_rng(1)
    answers = {
        "nps": np.array([0.0, 0, 10, 5, NAN]),
        "ces": np.array([7.0, 7, 7, NAN, NAN]),
        "satisfaction.price": np.array([1.0, NAN, NAN, NAN, NAN]),
    }
    return market_of(responses_of(5, rng, **columns), answers)


def test_open_questions_by_hand():
    found = item_non_response(small_market()).rows.set_index("question")
    assert found["n"].tolist() == [5, 5, 5]
    assert found["share"].tolist() == [0.2, 0.4, 0.8]
    assert found["flagged"].tolist() == [False, True, True]
    assert item_non_response(small_market(), limit=0.5).flagged == ("satisfaction.price",)


def test_a_question_asked_of_one_kind_only_is_open_there_only():
    kinds = ["relationship"] * 3 + ["transactional"] * 2
    found = item_non_response(small_market(kind=kinds)).rows.set_index("question")
    assert found.loc["satisfaction.price", ["n", "n_missing"]].tolist() == [3, 2]
    assert found.loc["ces", ["n", "n_missing"]].tolist() == [3, 0]
    assert found.loc["nps", ["n", "n_missing"]].tolist() == [5, 1]


def test_ends_of_scales_by_hand():
    found = ceiling_floor(small_market()).rows.set_index("question")
    assert found.loc["nps", ["n", "floor", "ceiling"]].tolist() == [4, 0.5, 0.25]
    assert found.loc["ces", ["n", "floor", "ceiling"]].tolist() == [3, 0.0, 1.0]
    assert ceiling_floor(small_market()).flagged == ("ces", "satisfaction.price")
    assert ceiling_floor(small_market(), limit=0.4).flagged == ("nps", "ces", "satisfaction.price")


def test_incomplete_answers_by_hand():
    found = incomplete_answers(small_market()).rows
    assert found["n_missing"].tolist() == [0, 1, 1, 2, 3]
    assert found["flagged"].tolist() == [False, False, False, True, True]


def test_nothing_answered_is_nothing_to_look_at():
    market = market_of(responses_of(4, np.random.default_rng(0)))
    assert item_non_response(market).rows.empty and ceiling_floor(market).rows.empty
    assert "no question" in item_non_response(market).summary()
    assert incomplete_answers(market).n == 0


@pytest.fixture(scope="module")
def piloted():
    rng = np.random.default_rng(7)
    answers = honest_answers(300, rng)
    answers["nps"][:60] = np.clip(answers["nps"][:60] + 3, 0, 10)
    for scores in answers.values():
        scores[rng.random(300) < 0.1] = NAN
    stage = np.where(np.arange(300) < 60, "pilot", "full")
    return answers, pilot_against_full(market_of(responses_of(300, rng, stage=stage), answers))


def test_the_pilot_is_compared_as_scipy_and_statsmodels_do(piloted):
    answers, found = piloted
    rows = found.rows.set_index("question")
    for name, scores in answers.items():
        test = ttest_ind(scores[:60], scores[60:], equal_var=False, nan_policy="omit")
        assert rows.loc[name, "p_value"] == pytest.approx(test.pvalue, rel=1e-9)
        assert rows.loc[name, "difference"] == pytest.approx(
            np.nanmean(scores[:60]) - np.nanmean(scores[60:]), rel=1e-12
        )
        assert rows.loc[name, "answered_pilot"] == np.isfinite(scores[:60]).mean()
    adjusted = multipletests(rows["p_value"], method="holm")[1]
    np.testing.assert_allclose(rows["p_holm"], adjusted, rtol=1e-12)


def test_the_planted_difference_is_named_and_no_other(piloted):
    assert piloted[1].flagged == ("nps",)


def test_holm_leaves_out_what_has_no_p_value():
    assert holm(np.array([0.01, NAN, 0.04]))[[0, 2]].tolist() == [0.02, 0.04]
    assert np.isnan(holm(np.array([0.01, NAN]))[1])


@pytest.mark.parametrize("stage", ["pilot", "full"])
def test_one_stage_is_nothing_to_compare(stage):
    market = market_of(
        responses_of(20, np.random.default_rng(0), stage=stage), honest_answers(20, np.random.default_rng(0))
    )
    assert pilot_against_full(market).rows.empty


def test_nobody_is_changed(piloted):
    market = small_market()
    before = {name: frame.copy() for name, frame in market.tables.items()}
    for check in (item_non_response, ceiling_floor, incomplete_answers, pilot_against_full):
        tidied = check(market).tidy()
        tidied["flagged"] = None
    for name, frame in market.tables.items():
        pd.testing.assert_frame_equal(frame, before[name])
