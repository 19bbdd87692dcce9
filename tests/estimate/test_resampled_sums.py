"""The bootstrap of sums against the variance it stands for."""

import numpy as np
import pytest

from cxlab.estimate.resampled_sums import resampled_sums

REPLICATES = 20_000


@pytest.mark.parametrize("units", [2, 5, 40])
def test_its_variance_is_unbiased_with_few_units_too(units):
    values = np.random.default_rng(3).gamma(2, 1, (units, 2))
    sums = resampled_sums(values, stratum=np.zeros(units, dtype="int64"), n_boot=REPLICATES, seed=1)
    expected = units * values.var(axis=0, ddof=1)
    # Four standard errors of a variance of this many replicates, at a kurtosis of 6 at most.
    np.testing.assert_allclose(sums.var(axis=0), expected, rtol=4 * np.sqrt(5 / REPLICATES))
    np.testing.assert_allclose(
        sums.mean(axis=0), values.sum(axis=0), atol=4 * np.sqrt(expected.max() / REPLICATES)
    )


def test_strata_are_drawn_apart_and_a_single_unit_is_kept():
    values = np.array([[1.0], [3.0], [10.0]])
    sums = resampled_sums(values, stratum=np.array([0, 0, 1]), n_boot=500, seed=2)
    # One of the two is drawn and counts twice.
    assert set(sums.ravel()) == {12.0, 16.0}


def test_a_row_of_three_is_three_rows():
    values = np.array([[1.0], [4.0]])
    sums = resampled_sums(
        values, stratum=np.zeros(2, dtype="int64"), times=np.array([3, 1]), n_boot=REPLICATES, seed=4
    )
    expected = 4 * np.array([1.0, 1, 1, 4]).var(ddof=1)
    np.testing.assert_allclose(sums.var(), expected, rtol=4 * np.sqrt(5 / REPLICATES))


def test_the_seed_decides():
    values, stratum = np.arange(10.0)[:, None], np.zeros(10, dtype="int64")
    first, again, other = (resampled_sums(values, stratum=stratum, n_boot=50, seed=s) for s in (1, 1, 2))
    assert (first == again).all() and (first != other).any()
