"""Planted truth: how often the intervals of halo hold it, and what R² of answers held out is on average.

2,000 replications of each scenario, seeds as given; fails outside ±3 Monte Carlo standard errors.
"""

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

import cxlab as cx
from cxlab.drivers.halo import _net
from cxlab.drivers.holdout_r_squared import _out_of_fold
from cxlab.drivers.importance_intervals import spread_of, wald_p_value
from tests.drivers.moment_samples import N_BOOT, Scenario, resampled

REPLICATIONS = 2000
THREE_ERRORS = 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS)
pytestmark = pytest.mark.slow

SCENARIOS = {
    "n = 300": Scenario(21, 300, 0.5, (0.6, 0.1, 0.0, -0.2)),
    "weights, 100 clusters of 4": Scenario(22, 400, 0.4, (0.6, 0.1, 0.0, -0.2), True, 4),
}


def _said(scenario, samples):
    """Return low and high of the net importances and of the first eigenvalue, by sample, shape (r, 5)."""
    ends = []
    for here, there, bases in samples:
        estimate, drawn = _net(here, scenario.names), _net(there, scenario.names)
        for place, basis in enumerate(bases):
            some = slice(N_BOOT * place, N_BOOT * (place + 1))
            options = {"widen": basis.widen, "df": basis.df}
            figures = [np.concatenate([one.importance, one.eigenvalue]) for one in (estimate, drawn)]
            found = spread_of(figures[0][:, place], figures[1][:, some], conf_level=0.95, shift=0, **options)
            each = [[driver] for driver in range(4)]
            p = wald_p_value(estimate.marginal[:, place], drawn.marginal[:, some], each, **options)
            low = np.where([*(p > 1 - 0.95), False], 0.0, np.clip(found.low, 0, 1))
            ends.append((low, np.clip(found.high, 0, 1)))
    return np.moveaxis(np.array(ends), 1, 0)


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_sample_has_the_intervals_of_halo(name):
    scenario = SCENARIOS[name]
    low, high = _said(scenario, resampled(scenario, 1, seed=9))
    rng = np.random.default_rng(9)
    frame = scenario.frame(rng)  # The resamples go on where the rows ended.
    alone = cx.halo(frame, "y", scenario.names, **scenario.design, n_boot=N_BOOT, seed=rng)
    np.testing.assert_allclose(low[0], [*alone.rows["net_low"], alone.conf_low], rtol=1e-7)
    np.testing.assert_allclose(high[0], [*alone.rows["net_high"], alone.conf_high], rtol=1e-7)


@pytest.mark.parametrize("name", SCENARIOS)
def test_intervals_of_halo_hold_the_true_values(name):
    scenario = SCENARIOS[name]
    truth = _net(scenario.square[..., None], scenario.names)
    values = np.concatenate([truth.importance, truth.eigenvalue])[:, 0]
    with threadpool_limits(1, user_api="blas"):
        low, high = _said(scenario, resampled(scenario, REPLICATIONS))
    covered = ((low <= values) & (values <= high)).mean(axis=0)
    matters = values >= 0.03
    assert matters.sum() == 3
    assert np.abs(covered[matters] - 0.95).max() <= THREE_ERRORS, covered
    # Net importances near 0 are one-sided, and their intervals cover too often.
    assert covered[~matters].min() >= 0.95 - THREE_ERRORS, covered


def test_answers_held_out_are_missed_by_as_much_as_theory_says():
    """Each of 30 rows by a fit on the others: σ² (m + 1)(m − 2) / (m (m − p − 2)) with m = 29 on average."""
    # Stein (1960), in: Contributions to Probability and Statistics, 424–443 (normal drivers).
    n, p, slopes = 30, 3, np.array([0.6, 0.4, 0.0])
    rng = np.random.default_rng(23)
    missed = []
    for replication in range(REPLICATIONS + 1):
        x = rng.standard_normal((n, p))
        y = x @ slopes + rng.standard_normal(n)
        z = np.column_stack([np.ones(n), y, x])
        holdout = _out_of_fold(z[:, :, None] * z[:, None], n, np.random.default_rng(1))
        if not replication:
            frame = pd.DataFrame(x, columns=list("abc")).assign(y=y)
            alone = cx.holdout_r_squared(frame, "y", list("abc"), folds=n, repeats=1)
            assert alone.holdout == pytest.approx(holdout, abs=1e-12)
        around = (n / (n - 1)) ** 2 * ((y - y.mean()) ** 2).sum()
        missed.append((1 - holdout) * around / n)
    m = n - 1
    expected = (m + 1) * (m - 2) / (m * (m - p - 2))
    assert np.mean(missed) == pytest.approx(expected, abs=3 * np.std(missed) / np.sqrt(len(missed)))
