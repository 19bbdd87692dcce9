"""Clustered covariances against sandwich, pyfixest, linearmodels, statsmodels and brute force."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxlab.linkage.cluster_covariance import cluster_covariance
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "panel_errors.json").read_text())
PEERS = json.loads((REFERENCE / "panel_peers.json").read_text())["petersen"]


@pytest.fixture(scope="module")
def petersen():
    rows = pd.read_csv(REFERENCE / "petersen.csv")
    x, y = (rows[[name]].to_numpy() - rows[name].mean() for name in "xy")
    slope = float((x * y).sum() / (x**2).sum())
    firm, year = (rows[name].astype("int64").to_numpy() - 1 for name in ("firm", "year"))
    return x, (y - slope * x).ravel(), firm, year


def test_errors_of_petersens_panel_are_those_of_sandwich(petersen):
    # Published: slope 1.0348, .0506 by firm, .0334 by year, .0536 by both (Petersen 2009 and his page).
    x, residual, firm, year = petersen

    def by(*ways):
        return cluster_covariance(x, residual, None, ways, 1)

    assert by(firm).std_error[0] == pytest.approx(R["by_firm"], rel=1e-11)
    assert by(year).std_error[0] == pytest.approx(R["by_year"], rel=1e-11)
    assert by().std_error[0] == pytest.approx(R["hc1"], rel=1e-11)
    both = by(firm, year)
    for other in (R["both"], PEERS["statsmodels_both"], PEERS["linearmodels_both"],
                  PEERS["pyfixest"]["pooled_both"]["std_error"]["x"]):  # fmt: skip
        assert both.std_error[0] == pytest.approx(other, rel=1e-11)
    assert (both.df, both.clusters, both.method) == (9, 10, "CGM")
    assert (by(firm).df, by(firm).method, by().method, by().df) == (499, "CR1", "HC1", 4998)
    assert (round(by(firm).std_error[0], 4), round(by(year).std_error[0], 4)) == (0.0506, 0.0334)


def sample(n=300, groups=20, seed=5):
    rng = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(groups), rng.integers(0, groups, n - groups)])
    x = rng.normal(size=(n, 2)) + rng.normal(size=groups)[cluster][:, None]
    y = x @ [1, 2] + rng.normal(size=groups)[cluster] + rng.normal(size=n)
    return np.column_stack([x, np.ones(n)]), y, cluster, rng


def fitted(x, y, w):
    fit = sm.WLS(y, x, weights=w).fit()
    return fit, y - x @ fit.params


def test_clusters_and_sampling_weights_as_statsmodels():
    x, y, cluster, rng = sample()
    w = rng.uniform(0.2, 3, len(y))
    fit, residual = fitted(x, y, w)
    theirs = fit.get_robustcov_results("cluster", groups=cluster).cov_params()
    ours = cluster_covariance(x, residual, w, [cluster], 0)
    assert np.allclose(ours.covariance, theirs, rtol=1e-10)
    scaled = cluster_covariance(x, residual, 7 * w, [cluster], 0)
    assert np.allclose(scaled.covariance, ours.covariance, rtol=1e-12)
    hc1 = fit.get_robustcov_results("HC1").cov_params()
    assert np.allclose(cluster_covariance(x, residual, w, [], 0).covariance, hc1, rtol=1e-10)


def test_a_frequency_is_the_row_so_many_times_in_every_kind_of_error():
    x, y, cluster, rng = sample()
    w = rng.integers(1, 4, len(y)).astype("float64")
    other = rng.integers(0, 6, len(y))
    _, residual = fitted(x, y, w)
    again = np.repeat(np.arange(len(y)), w.astype("int64"))
    for ways in ([], [cluster], [cluster, other]):
        once = cluster_covariance(x, residual, w, ways, 0, frequency=True)
        repeated = cluster_covariance(x[again], residual[again], None, [way[again] for way in ways], 0)
        assert np.allclose(once.covariance, repeated.covariance, rtol=1e-11)
        assert (once.df, once.clusters) == (repeated.df, repeated.clusters)


def test_weights_of_one_and_labels_of_clusters_do_not_matter():
    x, y, cluster, rng = sample()
    _, residual = fitted(x, y, np.ones(len(y)))
    plain = cluster_covariance(x, residual, None, [cluster], 0).covariance
    shuffled = rng.permutation(100_000)[cluster]
    same = cluster_covariance(x, residual, np.ones(len(y)), [shuffled], 0).covariance
    assert np.allclose(plain, same, rtol=1e-12)


def test_what_was_taken_out_counts_as_parameters():
    x, y, cluster, _ = sample()
    _, residual = fitted(x, y, np.ones(len(y)))
    n, k = len(y), x.shape[1]
    one, twenty = (cluster_covariance(x, residual, None, [cluster], taken) for taken in (1, 20))
    assert np.allclose(twenty.covariance * (n - k - 20), one.covariance * (n - k - 1), rtol=1e-12)
    assert cluster_covariance(x, residual, None, [], 20).df == n - k - 20


def test_a_covariance_with_a_negative_eigenvalue_is_repaired_and_says_so():
    # The difference of the three products need not be a covariance: a checkerboard of scores has none by
    # either way alone, but one for each pair.
    a, b = np.repeat([0, 1], 20), np.tile(np.repeat([0, 1], 10), 2)
    x = np.ones((40, 1))
    residual = np.where(a == b, 1.0, -1.0)
    both = cluster_covariance(x, residual, None, [a, b], 0)
    assert both.method == "CGM, repaired"
    assert both.covariance[0, 0] == 0
    rng = np.random.default_rng(1)
    for _ in range(50):
        x = rng.normal(size=(60, 4))
        ways = [rng.integers(0, 3, 60), rng.integers(0, 3, 60)]
        out = cluster_covariance(x, rng.normal(size=60), None, ways, 1)
        assert np.linalg.eigvalsh(out.covariance).min() > -1e-12


def test_units_of_a_column_do_not_decide_about_the_repair():
    rng = np.random.default_rng(1)
    x, residual = rng.normal(size=(60, 4)), rng.normal(size=60)
    ways = [rng.integers(0, 3, 60), rng.integers(0, 3, 60)]
    units = np.array([1, 1e6, 1e-6, 10])
    plain = cluster_covariance(x, residual, None, ways, 1)
    scaled = cluster_covariance(x * units, residual, None, ways, 1)
    assert np.allclose(scaled.std_error * units, plain.std_error, rtol=1e-8)


def test_what_cannot_be_is_refused():
    x, y = np.ones((6, 1)), np.arange(6.0)
    one, two = np.zeros(6, dtype="int64"), np.array([0, 0, 0, 1, 1, 1])
    with pytest.raises(MeasureError, match="one cluster"):
        cluster_covariance(x, y, None, [one], 0)
    with pytest.raises(MeasureError, match="one cluster"):
        cluster_covariance(x, y, None, [two, one], 0)
    with pytest.raises(MeasureError, match="3 ways"):
        cluster_covariance(x, y, None, [two, two, two], 0)
    with pytest.raises(MeasureError, match="cannot carry 6 parameters"):
        cluster_covariance(x, y, None, [two], 5)
