"""Whether segments leave alike: against R's survdiff and coxph, and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.melanoma import CLOCKS, followed, melanoma, reference

ROUNDING = 1e-10
"""U'V⁻U loses digits where scores are small beside what they are made of."""


@pytest.mark.parametrize("clock", CLOCKS)
def test_it_equals_survdiff(clock):
    found = cx.kaplan_meier(melanoma(clock), "t", "left", by="group")
    test = found.log_rank()
    assert test.statistic == pytest.approx(reference(clock, "log_rank"), rel=ROUNDING)
    assert test.df == 2 and test.p_value == pytest.approx(chi2.sf(test.statistic, 2), rel=1e-12)
    np.testing.assert_allclose(test.rows["observed"], reference(clock, "observed"), rtol=1e-12)
    np.testing.assert_allclose(test.rows["expected"], reference(clock, "expected"), rtol=1e-12)
    assert found.log_rank(rho=1).statistic == pytest.approx(reference(clock, "peto"), rel=ROUNDING)
    sexes = cx.kaplan_meier(melanoma(clock), "t", "left", by="sex").log_rank()
    assert sexes.statistic == pytest.approx(reference(clock, "log_rank_sex"), rel=ROUNDING) and sexes.df == 1


@pytest.mark.parametrize("clock", CLOCKS)
def test_under_weights_and_clusters_it_is_the_robust_score_test_of_coxph(clock):
    weighted = cx.kaplan_meier(melanoma(clock), "t", "left", by="group", weight="weight").log_rank()
    assert weighted.statistic == pytest.approx(reference(clock, "robust_log_rank"), rel=ROUNDING)
    options = {"by": "group", "weight": "weight", "cluster": "cluster"}
    clustered = cx.kaplan_meier(melanoma(clock), "t", "left", **options).log_rank()
    assert clustered.statistic == pytest.approx(reference(clock, "clustered_log_rank"), rel=ROUNDING)
    options = {"by": "group", "entry": "start", "cluster": "cluster"}
    late = cx.kaplan_meier(followed(clock), "t", "left", **options).log_rank()
    assert late.statistic == pytest.approx(reference(clock, "entry_log_rank"), rel=ROUNDING)
    assert late.test == "Robust log-rank test"


def test_by_hand():
    """Two groups of two: at 1 one of four leaves, at 2 one of three."""
    frame = pd.DataFrame({"t": [1.0, 4, 2, 4], "e": [1, 0, 1, 0], "g": ["a", "a", "b", "b"]})
    test = cx.kaplan_meier(frame, "t", "e", by="g").log_rank()
    expected, variance = 2 / 4 + 1 / 3, 1 / 4 + 2 / 9
    assert test.statistic == pytest.approx((1 - expected) ** 2 / variance, rel=1e-12)


def test_a_frequency_is_rows_repeated():
    rows = melanoma("tied")
    repeated = rows.loc[np.repeat(rows.index, rows["times"])]
    one = cx.kaplan_meier(repeated, "t", "left", by="group").log_rank()
    other = cx.kaplan_meier(rows, "t", "left", by="group", weight="times", weight_kind="frequency").log_rank()
    assert other.statistic == pytest.approx(one.statistic, rel=1e-12)


def test_what_cannot_be_tested_is_refused():
    rows = melanoma("tied")
    with pytest.raises(MeasureError, match="one segment only"):
        cx.kaplan_meier(rows, "t", "left").log_rank()
    with pytest.raises(MeasureError, match="nobody left"):
        cx.kaplan_meier(rows.assign(left=0), "t", "left", by="group").log_rank()
    with pytest.raises(MeasureError, match="is no number"):
        cx.kaplan_meier(rows, "t", "left", by="group").log_rank(rho="x")


def test_segments_that_were_not_followed_together_are_refused():
    frame = pd.DataFrame({"t": [1, 1, 5, 6], "e": [0, 0, 1, 1], "g": list("aabb")})
    with pytest.raises(MeasureError, match="1 of 2 segments were followed while others could leave"):
        cx.kaplan_meier(frame, "t", "e", by="g").log_rank()
    with pytest.raises(MeasureError, match="left together"):
        cx.kaplan_meier(frame.assign(t=5, e=1), "t", "e", by="g").log_rank()
    # Of entries after the curve fell to 0, a negative power has no weight.
    late = pd.DataFrame({"a": [0, 0, 2, 2], "t": [1, 1, 5, 6], "e": 1, "g": list("abab")})
    with pytest.raises(MeasureError, match="rho=-1 is no number from 0"):
        cx.kaplan_meier(late, "t", "e", by="g", entry="a").log_rank(rho=-1)


def test_what_it_says_and_hides():
    test = cx.kaplan_meier(melanoma("time"), "t", "left", by="group").log_rank()
    assert "2 degrees of freedom" in test.summary() and test.summary() in test._repr_html_()
    assert test.tidy()["p_value"].nunique() == 1 and repr(test) == test.summary()
    hidden = test.suppress(69)  # a 68, b 69, c 68
    assert hidden.rows["suppressed"].sum() >= 2 and hidden.rows.loc[0, ["observed", "expected"]].isna().all()
    assert "too few rows" in test.suppress(1000).summary() and test.suppress(0) is test
