"""Sensitivity to what was not measured: the published Darfur example, identities, brute force."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

import cxlab as cx
from cxlab.linkage.confounder_bounds import confounder_bounds
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.linkage.robustness_value import adjusted_estimate, critical_f, partial_r2, robustness_value
from cxlab.model.errors import MeasureError

# darfur.py: PySensemakr 0.0.8 on the data it ships
KNOWN = json.loads(
    (Path(__file__).parents[1] / "reference" / "darfur.json").read_text(encoding="utf-8")
)  # fmt: skip


def _effect(**changed) -> PartialEffect:
    effect = PartialEffect(
        "peace", "harmed", "pooled", KNOWN["estimate"], KNOWN["std_error"], KNOWN["df"], KNOWN["n"],
        pd.DataFrame(KNOWN["benchmarks"]),
    )  # fmt: skip
    return replace(effect, **changed)


def _residual(columns: np.ndarray, others: np.ndarray) -> np.ndarray:
    return columns - others @ np.linalg.lstsq(others, columns, rcond=None)[0]


def _share(of: np.ndarray, by: np.ndarray, given: np.ndarray) -> float:
    """Return the partial R² of one column with another, given some."""
    return float(np.corrcoef(_residual(of, given), _residual(by, given))[0, 1] ** 2)


def test_the_published_example_is_reproduced():
    result = cx.sensitivity(_effect(), benchmarks=["female"])
    assert result.partial_r2 == pytest.approx(KNOWN["partial_r2"], rel=1e-10)
    assert result.robustness_value == pytest.approx(KNOWN["rv"], rel=1e-10)
    assert result.robustness_value_interval == pytest.approx(KNOWN["rv_alpha"], rel=1e-8)
    # The paper prints .0219, 13.9 and 7.6 per cent, and for female .0092, .1246 and .0752, .0529, .0304.
    assert [round(100 * result.robustness_value, 1), round(100 * result.robustness_value_interval, 1)] == [
        13.9, 7.6,
    ]  # fmt: skip
    for row, known in zip(result.rows.itertuples(), KNOWN["bounds"], strict=True):
        assert row.r2_exposure == pytest.approx(known["r2dz_x"], rel=1e-8)
        assert row.r2_outcome == pytest.approx(known["r2yz_dx"], rel=1e-8)
        assert row.estimate == pytest.approx(known["adjusted_estimate"], rel=1e-8)
        assert row.std_error == pytest.approx(known["adjusted_se"], rel=1e-8)
        assert row.statistic == pytest.approx(known["adjusted_t"], rel=1e-7)
        # The reference takes t on df, not df − 1, for the interval.
        assert [row.conf_low, row.conf_high] == pytest.approx(
            [known["adjusted_lower_CI"], known["adjusted_upper_CI"]], abs=2e-7
        )
    assert result.rows["estimate"].round(4).tolist() == [0.0752, 0.0529, 0.0304]
    assert result.rows["statistic"].round(2).tolist() == [3.44, 2.60, 1.63]


def test_other_parts_and_levels_are_those_of_the_reference():
    assert cx.sensitivity(_effect(), q=0.5).robustness_value == pytest.approx(KNOWN["rv_half"], rel=1e-10)
    half = cx.sensitivity(_effect(), q=0.5).robustness_value_interval
    assert half == pytest.approx(KNOWN["rv_half_alpha"], rel=1e-6)
    strict = cx.sensitivity(_effect(), alpha=0.01).robustness_value_interval
    assert strict == pytest.approx(KNOWN["rv_one_per_cent"], rel=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_the_adjusted_estimate_is_the_regression_with_the_confounder(seed: int):
    """The formulas are identities: the confounder is made, measured and put into the regression."""
    rng = np.random.default_rng(seed)
    n = 60
    controls = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    z = rng.normal(size=n) + controls[:, 1]
    x = controls @ [0, 0.5, 0.3] + 0.6 * z + rng.normal(size=n)
    y = 0.8 * x + controls @ [1, 0.2, -0.4] + 0.9 * z + rng.normal(size=n)

    def fitted(columns):
        slopes, *_ = np.linalg.lstsq(columns, y, rcond=None)
        left = n - columns.shape[1]
        s2 = ((y - columns @ slopes) ** 2).sum() / left
        return slopes[0], np.sqrt(s2 * np.linalg.inv(columns.T @ columns)[0, 0]), left

    short, error, df = fitted(np.column_stack([x, controls]))
    full, full_error, _ = fitted(np.column_stack([x, controls, z]))
    with_exposure = _share(z, x, controls)
    with_outcome = _share(y, z, np.column_stack([x, controls]))
    found, found_error = adjusted_estimate(
        short, error, df, np.array([with_exposure]), np.array([with_outcome])
    )
    assert abs(short) > abs(full), "the confounder was made to add to the estimate"
    assert found[0] == pytest.approx(full, rel=1e-9)
    assert found_error[0] == pytest.approx(full_error, rel=1e-9)
    # The partial R² is what a confounder that explains all the rest must hold of the exposure.
    assert partial_r2(short / error, df) == pytest.approx(_share(y, x, controls), rel=1e-9)


@pytest.mark.parametrize(
    ("f", "df", "alpha"), [(0.15, 783, 0.05), (0.5, 30, 0.05), (4.0, 12, 0.05), (3.0, 5, 0.01)]
)
def test_the_robustness_value_is_the_smallest_that_does_it(f: float, df: float, alpha: float):
    """Brute force: over all confounders with both shares up to r, when does the interval first reach 0?"""
    critical = critical_f(df, alpha)
    value = robustness_value(f, critical)
    share = np.linspace(0, 1, 20001)

    def smallest_t(r):
        x = np.full_like(share, r)
        estimate, error = adjusted_estimate(f * 0.1 * np.sqrt(df), 0.1, df, x, share * r)
        return (estimate / np.where(error > 0, error, np.inf)).min()

    reach = student.ppf(1 - alpha / 2, df - 1)
    assert smallest_t(value * (1 - 1e-3)) > reach
    assert smallest_t(min(value * (1 + 1e-3), 1 - 1e-9)) < reach
    # Without an interval both shares at RV take all away.
    whole = robustness_value(f)
    left, _ = adjusted_estimate(f * np.sqrt(df), 1.0, df, np.array([whole]), np.array([whole]))
    assert left[0] == pytest.approx(0, abs=1e-9)


def test_no_confounder_is_stronger_than_its_bound():
    """Random worlds: z beside the covariate c, at most k times as strong on either side, by definition."""
    rng = np.random.default_rng(5)
    one, c, z, u, e = np.linalg.qr(np.column_stack([np.ones(50), rng.normal(size=(50, 4))]))[0].T
    reached = []
    for _ in range(300):
        slopes = rng.normal(size=5)
        x = slopes[0] * c + slopes[1] * z + u
        y = slopes[2] * x + slopes[3] * c + slopes[4] * z + e
        given = np.column_stack([one, x])
        of_c = _share(x, c, one[:, None]), _share(y, c, given)
        k = max(_share(x, z, one[:, None]) / of_c[0], _share(y, z, given) / of_c[1])
        bound = confounder_bounds(np.array([of_c[0]]), np.array([of_c[1]]), np.array([k]))
        if np.isnan(bound[0][0]):
            continue
        assert _share(x, z, np.column_stack([one, c])) <= bound[0][0] + 1e-9
        found = _share(y, z, np.column_stack([one, c, x]))
        assert found <= bound[1][0] + 1e-9
        reached.append(found / bound[1][0])
    assert len(reached) > 50 and max(reached) > 0.9, "the bound is not idle"
    assert np.isnan(confounder_bounds(np.array([0.4]), np.array([0.1]), np.array([3.0]))).all()


def test_clustered_errors_widen_the_interval_and_leave_the_estimate():
    plain = cx.sensitivity(_effect(), benchmarks=["female"])
    wide = cx.sensitivity(
        _effect(clustered_std_error=1.5 * KNOWN["std_error"], clustered_df=40.0), benchmarks=["female"]
    )
    assert wide.robustness_value == plain.robustness_value
    assert wide.robustness_value_interval < plain.robustness_value_interval
    assert (wide.rows["estimate"] == plain.rows["estimate"]).all()
    np.testing.assert_allclose(wide.rows["std_error"], 1.5 * plain.rows["std_error"])
    reach = student.ppf(0.975, 40) * wide.rows["std_error"]
    np.testing.assert_allclose(wide.rows["conf_high"] - wide.rows["estimate"], reach)
    assert (plain.method, wide.method) == ("classical", "clustered")
    # At its own robustness value the interval just reaches 0.
    value = wide.robustness_value_interval
    assert wide.adjusted(value, value)["conf_low"].iloc[0] == pytest.approx(0, abs=1e-12)


def test_the_sign_of_the_estimate_changes_nothing_else():
    plain, turned = cx.sensitivity(_effect()), cx.sensitivity(_effect(estimate=-KNOWN["estimate"]))
    np.testing.assert_allclose(turned.rows["estimate"], -plain.rows["estimate"])
    np.testing.assert_allclose(turned.rows["conf_low"], -plain.rows["conf_high"])
    assert turned.robustness_value_interval == plain.robustness_value_interval


def test_the_grid_holds_what_adjusted_says():
    result = cx.sensitivity(_effect())
    grid = result.contour(limit=0.3, steps=4)
    assert len(grid) == 16 and grid["r2_exposure"].max() == 0.3
    row = grid[(grid["r2_exposure"] == 0.3) & (grid["r2_outcome"].round(9) == 0.1)].iloc[0]
    assert row["estimate"] == result.adjusted(0.3, 0.1)["estimate"].iloc[0]
    assert grid["estimate"].iloc[0] == KNOWN["estimate"]
    assert result.contour()["r2_outcome"].max() >= result.rows["r2_outcome"].max()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"q": 0}, "q=0 is no part"),
        ({"alpha": 1.5}, "alpha=1.5 is no error level"),
        ({"k": ()}, "are no multiples"),
        ({"k": (1, -2)}, "are no multiples"),
        ({"benchmarks": ["femal"]}, "'femal' is no measured covariate; did you mean 'female'"),
        ({"design": "entity"}, "the effect is of the design 'pooled'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        cx.sensitivity(_effect(), **options)


def test_what_is_no_effect_is_refused():
    with pytest.raises(MeasureError, match="a dict is no effect"):
        cx.sensitivity({"estimate": 1})
    with pytest.raises(MeasureError, match="no standard error"):
        cx.sensitivity(_effect(std_error=0.0))
    with pytest.raises(MeasureError, match="at most one degree of freedom"):
        cx.sensitivity(_effect(df=1.0))
    with pytest.raises(MeasureError, match="a partial R² is from 0 to 1"):
        cx.sensitivity(_effect()).adjusted(1.0, 0.5)
    with pytest.raises(MeasureError, match="a grid of 1 points"):
        cx.sensitivity(_effect()).contour(steps=1)


def test_without_covariates_it_says_so():
    bare = _effect(benchmarks=pd.DataFrame(KNOWN["benchmarks"])[:0])
    result = cx.sensitivity(bare)
    assert result.rows.empty and len(result.tidy()) == 1
    assert "No covariate was measured to compare with" in result.summary()


def test_a_covariate_that_nothing_can_be_as_strong_as_is_marked():
    strong = pd.DataFrame({"covariate": ["plan"], "r2_exposure": [0.6], "r2_outcome": [0.2]})
    rows = cx.sensitivity(_effect(benchmarks=strong)).rows
    assert not rows["possible"].any() and rows["estimate"].isna().all()


def test_the_summary_says_what_would_be_enough():
    said = cx.sensitivity(_effect()).summary()
    assert said.startswith("A point of harmed goes with +0.0973 of peace (pooled, n = 1276).")
    assert "explains 13.9% of what is left of both" in said
    assert "1 times as strong as female, the hardest of the measured ones, it would leave +0.0752" in said


def test_small_bases_are_blanked():
    result = cx.sensitivity(_effect())
    assert result.suppress(1000).rows.equals(result.rows)
    hidden = result.suppress(2000)
    assert hidden.suppressed and hidden.rows["suppressed"].all()
    assert hidden.tidy()[["estimate", "r2_exposure", "robustness_value", "effect"]].isna().all().all()
    assert hidden.contour(limit=0.3, steps=3)["estimate"].isna().all()
    assert hidden.summary() == "What was not measured beside harmed: too few answers to say."
    assert hidden.suppress(10).suppressed


def test_a_small_base_of_entities_and_errors_without_clusters_are_known():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(60, 3)), columns=["x", "y", "z"])
    rows = rows.assign(entity=np.repeat(np.arange(4), 15), time=np.tile(np.arange(15), 4))
    asked = {"entity": "entity", "time": "time", "controls": ["z"], "designs": ("two_way",)}
    clustered = cx.sensitivity(cx.panel_effect(rows, "y", "x", **asked), design="two_way")
    assert clustered.suppress(4).effect.n == 60 and clustered.suppress(10).suppressed
    assert np.isnan(clustered.suppress(10).robustness_value)
    plain = cx.sensitivity(cx.panel_effect(rows, "y", "x", cluster=(), **asked), design="two_way")
    assert (clustered.method, plain.method) == ("clustered", "HC1")
    assert "trusts rows to be independent" in plain.summary() and "as clusters" not in plain.summary()
