"""Intervals against R, and Wilson's coverage by enumeration."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.estimate.intervals import (
    agresti_coull,
    clopper_pearson,
    kish_n_eff,
    normal_quantile,
    student,
    wilson,
)
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"


def test_wilson_equals_prop_test():
    # prop.test(correct = FALSE) of R, a closed form written with 15 digits; see wilson.R.
    known = pd.read_csv(REFERENCE / "wilson.csv", comment="#")
    for level, rows in known.groupby("level"):
        low, high = wilson((rows["x"] / rows["n"]).to_numpy(), rows["n"].to_numpy(dtype="float64"), level)
        np.testing.assert_allclose(low, rows["conf_low"], atol=1e-13)
        np.testing.assert_allclose(high, rows["conf_high"], atol=1e-13)


def test_wilson_is_where_the_score_test_is_just_not_significant():
    share, n, z = np.array([0.0, 0.1, 0.63, 1.0]), np.array([3.5, 20.0, 41.7, 8.0]), normal_quantile(0.9)
    for end, free in zip(wilson(share, n, 0.9), ([1, 2, 3], [0, 1, 2]), strict=True):
        distance = np.abs(share - end) / np.sqrt(
            end * (1 - end) / n, where=end * (1 - end) > 0, out=np.ones(4)
        )
        np.testing.assert_allclose(distance[free], z, rtol=1e-10)


def test_wilson_ends_exactly_at_0_and_1_and_holds_the_share():
    low, high = wilson(np.array([0.0, 1.0]), np.array([7.0, 7.0]), 0.95)
    assert (low[0], high[1]) == (0.0, 1.0)
    assert 0 < high[0] < 1
    assert 0 < low[1] < 1


@pytest.mark.parametrize(("n", "lowest", "mean"), [(10, 0.90, 0.955), (20, 0.92, 0.954)])
def test_wilson_covers_what_it_says(n: int, lowest: float, mean: float):
    # By enumeration, over p = .01, …, .99; Brown, Cai, DasGupta (2001) show the same picture.
    x = np.arange(n + 1)
    low, high = wilson(x / n, np.full(n + 1, float(n)), 0.95)
    p = np.arange(1, 100)[:, None] / 100
    coverage = (stats.binom.pmf(x, n, p) * ((low <= p) & (p <= high))).sum(axis=1)
    assert coverage.min() > lowest
    assert coverage.mean() == pytest.approx(mean, abs=0.002)


def test_no_base_has_no_interval():
    assert np.isnan(wilson(np.array([np.nan, 0.5]), np.array([0.0, 0.0]), 0.95)).all()
    assert np.isnan(student(np.array([5.0]), np.array([np.nan]), np.array([0.0]), 0.95)).all()


def test_student_on_many_degrees_of_freedom_is_normal():
    low, high = student(np.array([1.0]), np.array([2.0]), np.array([1e9]), 0.95)
    np.testing.assert_allclose(
        [low[0], high[0]], [1 - 2 * 1.959963984540054, 1 + 2 * 1.959963984540054], rtol=1e-8
    )


def test_kish():
    assert kish_n_eff(np.array([6.0, 0.0]), np.array([12.0, 0.0])).tolist() == [3.0, 0.0]


@pytest.mark.parametrize("conf_level", [0.0, 1.0, -0.5, 95.0, float("nan")])
def test_a_confidence_level_is_between_0_and_1(conf_level: float):
    one = np.array([0.5])
    for interval in (lambda: wilson(one, one, conf_level), lambda: student(one, one, one, conf_level)):
        with pytest.raises(MeasureError, match="confidence level of"):
            interval()


def test_clopper_pearson_equals_binom_test():
    # binom.test of R, written with 15 digits; see exact_share.R.
    known = pd.read_csv(REFERENCE / "exact_share.csv", comment="#")
    for level, rows in known.groupby("level"):
        low, high = clopper_pearson(
            (rows["x"] / rows["n"]).to_numpy(), rows["n"].to_numpy(dtype="float64"), level
        )
        np.testing.assert_allclose(low, rows["conf_low"], atol=1e-12)
        np.testing.assert_allclose(high, rows["conf_high"], atol=1e-12)


def test_clopper_pearson_is_where_the_binomial_tails_are_half_the_error():
    share, n = np.array([0.1, 0.5, 0.9]), np.array([20.0, 30.0, 10.0])
    low, high = clopper_pearson(share, n, 0.9)
    count = np.round(share * n)
    np.testing.assert_allclose(stats.binom.sf(count - 1, n, low), 0.05, rtol=1e-9)
    np.testing.assert_allclose(stats.binom.cdf(count, n, high), 0.05, rtol=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_agresti_and_coull_are_wald_with_added_answers_and_hold_wilson(level: float):
    z2 = stats.norm.ppf(0.5 + level / 2) ** 2
    share, n = np.linspace(0, 1, 41), np.full(41, 12.5)
    low, high = agresti_coull(share, n, level)
    with_added = (share * n + z2 / 2) / (n + z2)
    half = np.sqrt(z2) * np.sqrt(with_added * (1 - with_added) / (n + z2))
    np.testing.assert_allclose(low, np.maximum(with_added - half, 0), atol=1e-14)
    np.testing.assert_allclose(high, np.minimum(with_added + half, 1), atol=1e-14)
    wilson_low, wilson_high = wilson(share, n, level)
    assert (low <= wilson_low + 1e-14).all()
    assert (high >= wilson_high - 1e-14).all()


@pytest.mark.parametrize("interval", [agresti_coull, clopper_pearson, wilson])
def test_without_a_base_a_share_has_no_interval(interval: Callable[..., tuple[np.ndarray, np.ndarray]]):
    low, high = interval(np.array([0.0, np.nan, 0.3]), np.array([0.0, 0.0, np.nan]), 0.95)
    assert np.isnan(low).all()
    assert np.isnan(high).all()
