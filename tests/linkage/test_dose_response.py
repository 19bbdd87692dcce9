"""The outcome along a score: R's dummies and natural splines, and the line by brute force."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import ndtri
from scipy.stats import f as f_distribution

import cxlab as cx
from cxlab.linkage.joint_reach import joint_reach
from cxlab.linkage.restricted_spline import restricted_spline, spline_knots
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import R_PANEL, REFERENCE, cr1, panel

INSIDE = {"entity": "id", "time": "t", "controls": ["z"]}
# 40 clusters; the periods, the constant and the control count beside the columns of the question.
COUNTED = 1 + 5 + 1


def test_levels_are_rs_regression_on_dummies():
    result = cx.dose_response(R_PANEL, "y", "x", levels=(0, 5, 7, 9), reference=5, **INSIDE)
    rows = result.rows.set_index("level").loc[[0, 7, 9]]
    theirs = REFERENCE["bins"]
    covariance = cr1(theirs["covariance"], 240, 40, 3 + COUNTED)
    np.testing.assert_allclose(rows["estimate"], theirs["estimate"], rtol=1e-9)
    np.testing.assert_allclose(rows["std_error"], np.sqrt(np.diagonal(covariance)), rtol=1e-9)
    assert result.basis.df == 39


def test_a_spline_is_rs_natural_spline():
    knots = (3, 6, 8, 9)
    result = cx.dose_response(
        R_PANEL, "y", "x", kind="spline", knots=knots, levels=range(int(R_PANEL["x"].min()), 11), reference=7,
        **INSIDE,
    )  # fmt: skip
    theirs, factor = REFERENCE["spline"], cr1([1.0], 240, 40, 3 + COUNTED)[0]
    at = result.rows["level"].astype(int)
    np.testing.assert_allclose(
        result.rows["estimate"], np.array(theirs["estimate"])[at], rtol=1e-8, atol=1e-9
    )
    std_error = np.sqrt(factor) * np.array(theirs["std_error"])[at]
    np.testing.assert_allclose(result.rows["std_error"], std_error, rtol=1e-8, atol=1e-9)
    # Hotelling's T² on 2 bends and 39 degrees of freedom.
    statistic = theirs["wald"] / factor * 38 / (2 * 39)
    assert result.linearity.statistic == pytest.approx(statistic, rel=1e-8)
    assert result.linearity.p_value == pytest.approx(f_distribution.sf(statistic, 2, 38), rel=1e-7)


def test_the_line_is_tested_against_each_score_by_itself():
    # With a level per score the line is a restriction on the dummies: statsmodels tests it beside them.
    frame = panel()
    result = cx.dose_response(frame, "revenue", "nps", reference=8)
    scores = np.sort(frame["nps"].unique())
    others = scores[scores != 8]
    x = np.column_stack([np.ones(len(frame)), *[frame["nps"] == score for score in others]]).astype(float)
    fit = sm.OLS(frame["revenue"], x).fit(cov_type="HC1")
    q = len(others) - 1
    # Each second difference of two levels per point from the reference is 0 on a line.
    bends = np.zeros((q, q + 2))
    bends[:, 1] = 1 / (others[0] - 8)
    bends[np.arange(q), np.arange(2, q + 2)] = -1 / (others[1:] - 8)
    wald = float(fit.f_test(bends).fvalue)
    df = result.basis.df
    assert result.linearity.statistic == pytest.approx(wald * (df - q + 1) / df, rel=1e-7)
    rows = result.rows[result.rows["level"] != 8]
    np.testing.assert_allclose(rows["estimate"], fit.params[1:], rtol=1e-9)
    np.testing.assert_allclose(rows["std_error"], fit.bse[1:], rtol=1e-9)


def test_a_spline_is_straight_beyond_its_outer_knots_and_smooth_at_all():
    knots = np.array([2.0, 5.0, 7.0, 9.0])
    fine = np.linspace(-4, 14, 18001)
    columns = restricted_spline(fine, knots)
    second = np.diff(columns, 2, axis=0) / (fine[1] - fine[0]) ** 2
    beyond = (fine[1:-1] < 1.99) | (fine[1:-1] > 9.01)
    assert np.abs(second[beyond]).max() < 1e-6
    assert np.abs(np.diff(second, axis=0)).max() < 1e-3
    assert np.linalg.matrix_rank(np.column_stack([np.ones(len(fine)), columns])) == 4


def test_knots_stand_at_harrells_quantiles():
    x = np.arange(1.0, 1001.0)
    assert spline_knots(x, np.ones(1000), 5).tolist() == [50, 275, 500, 725, 950]
    assert spline_knots(x, np.ones(1000), None).tolist() == [50, 350, 650, 950]


@pytest.mark.parametrize("m", [2, 5, 9])
def test_joint_intervals_of_independent_figures_are_sidaks(m: int):
    exact = ndtri(0.5 + 0.95 ** (1 / m) / 2)
    # 20,000 draws know the quantile to about 1 %.
    assert joint_reach(np.eye(m), 10**7, 0.95, np.random.default_rng(m)) == pytest.approx(exact, rel=0.02)


def test_joint_intervals_hold_those_of_each_level():
    rows = cx.dose_response(panel(), "revenue", "nps", entity="id", time="period", levels=(0, 5, 7, 9)).rows
    apart = rows[rows["estimate"] != 0]
    assert (apart["joint_low"] < apart["conf_low"]).all()
    assert (apart["joint_high"] > apart["conf_high"]).all()
    same = cx.dose_response(panel(), "revenue", "nps", entity="id", time="period", levels=(0, 5, 7, 9)).rows
    pd.testing.assert_frame_equal(rows, same)


def test_two_levels_make_a_line():
    result = cx.dose_response(panel(), "revenue", "nps", levels=(0, 9))
    assert np.isnan(result.linearity.p_value)
    assert "not tested" in result.summary()


def test_small_levels_are_hidden_and_all_where_the_reference_is_small():
    result = cx.dose_response(panel(), "revenue", "nps", entity="id", levels=(0, 3, 7, 9), reference=7)
    small = int(result.rows["n"].min())
    hidden = result.suppress(small + 1)
    assert hidden.rows["suppressed"].sum() == 1
    assert hidden.rows.loc[hidden.rows["suppressed"], ["estimate", "n"]].isna().all(axis=None)
    # All rows less those shown would be the hidden base, and a joint test tells of the hidden level.
    assert hidden.basis.n == 0 and np.isnan([hidden.linearity.p_value, hidden.association.p_value]).all()
    assert "a straight line is not shown" in hidden.summary() and "nan" not in hidden.summary()
    other = cx.dose_response(panel(), "revenue", "nps", entity="id", levels=(0, 3, 7, 9), reference=0)
    assert other.suppress(small + 1).rows["suppressed"].all()
    assert "too few" in other.suppress(small + 1).summary()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "curve"}, "unknown kind 'curve'; take one of bins, spline"),
        ({"seed": -1}, "a seed of -1 is none"),
        ({"knots": 4}, "bins have no knots"),
        ({"levels": (7, 0)}, "does not rise"),
        ({"levels": (3, 7)}, "below the first level 3"),
        ({"levels": (0, 7, 20)}, "begins at 20"),
        ({"levels": (0,)}, "one level only"),
        ({"levels": (0, 7), "reference": 5}, "reference=5 is none of the levels; take one of 0, 7"),
        ({"kind": "spline", "knots": (1, 2)}, "three or more"),
        ({"kind": "spline", "knots": 9}, "take 3 to 7"),
        ({"kind": "spline", "knots": (2, 5, 7), "levels": (0, 30)}, "beyond the scores"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        cx.dose_response(panel(), "revenue", "nps", **options)


def test_many_scores_ask_for_levels():
    frame = panel().assign(nps=np.linspace(0, 10, 300))
    with pytest.raises(MeasureError, match=r"300 different scores .* levels=\(0, 7, 9\)"):
        cx.dose_response(frame, "revenue", "nps")
