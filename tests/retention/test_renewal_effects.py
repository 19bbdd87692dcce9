"""Working effects of past periods: against a search for the joint maximum, and where none can be finite."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from cxlab.retention.renewal_draws import PeriodModel, parameters_at
from cxlab.retention.renewal_effects import PastRows, renewal_effects

PERIODS, MARKETS = 6, 2
GROUP = np.repeat(np.arange(MARKETS), PERIODS)
RENEWED = np.array([29.0, 30, 27, 30, 28, 30, 20, 25, 23, 29, 18, 22])
FREE = PeriodModel(np.full(12, 9.0), np.zeros(0), np.eye(12), GROUP)


def counts(x=None, renewed=RENEWED, trials=30.0):
    cells = np.arange(len(GROUP))
    return PastRows(cells, GROUP, GROUP, np.zeros((12, 0)) if x is None else x, np.full(12, trials), renewed)


@pytest.mark.parametrize("shock", [0.2, 0.8])
def test_with_a_known_shock_the_means_are_at_the_joint_maximum_that_a_search_finds(shock):
    """Of the binomial likelihood and the normal density of the effects, the slope of which is 0 there."""

    def minus(theta):
        eta = theta[:2][GROUP] + theta[2:]
        loglik = RENEWED @ eta - 30 * np.logaddexp(0, eta).sum()
        return (theta[2:] ** 2).sum() / (2 * shock**2) - loglik

    best = minimize(minus, np.zeros(14), method="BFGS", options={"gtol": 1e-8}).x
    made = renewal_effects(counts(), FREE, shock)
    # What Firth's penalty leaves in single periods moves a mean by a hundredth of its standard error.
    np.testing.assert_allclose(parameters_at(made, np.array([shock**2])).mean[0], best[:2], atol=2e-3)
    # Effects are linear in what was seen, around the modes: the step of Newton of each period by itself.
    p = expit(best[:2][GROUP] + best[2:])
    step = best[:2][GROUP] + best[2:] + (RENEWED - 30 * p) / (30 * p * (1 - p))
    np.testing.assert_allclose(made.effects, step, atol=2e-2)
    np.testing.assert_allclose(np.diag(made.covariance), 1 / (30 * p * (1 - p)), rtol=2e-2)


def test_without_shocks_the_mean_is_the_rate_of_all_and_a_market_of_one_outcome_stays_finite():
    made = parameters_at(renewal_effects(counts(), FREE, 0.0), np.zeros(1)).mean[0]
    rates = RENEWED.reshape(2, 6).sum(axis=1) / 180
    np.testing.assert_allclose(expit(made), rates, atol=1e-7)
    sure = np.where(GROUP == 0, 30.0, RENEWED)
    made = parameters_at(renewal_effects(counts(renewed=sure), FREE, 0.0), np.zeros(1)).mean[0]
    # Firth's half a renewal and half a loss, for this market alone.
    np.testing.assert_allclose(expit(made), [180.5 / 181, rates[1]], atol=1e-6)


def test_where_one_loss_lets_the_variance_leap_the_steps_end_all_the_same():
    lost = np.full(12, 30.0)
    lost[[0, 7]] = 29.0
    made = renewal_effects(counts(renewed=lost), FREE, None)
    assert np.isfinite(made.effects).all() and not np.array_equal(made.effects, FREE.effects)


def test_where_a_covariate_tells_all_of_those_who_answered_effects_stay_finite():
    """Twelve tables of 48 decisions; where no finite slope adds up to what was seen the free fit is taken."""
    rng, taken = np.random.default_rng(4), 0
    cell = np.repeat(np.arange(12), 4)
    free = PeriodModel(FREE.effects, np.zeros(3), np.eye(15), GROUP)
    for _ in range(12):
        answer, silent = rng.normal(0, 5, 48), rng.random(48) < 0.3
        own = [silent & (GROUP[cell] == market) for market in range(2)]
        x = np.column_stack([np.where(silent, 0.0, answer), *own]).astype("float64")
        told = np.where(silent, rng.random(48) < 0.5, answer > 0).astype("float64")
        made = renewal_effects(
            PastRows(cell, GROUP, 2 * GROUP[cell] + silent, x, np.ones(48), told), free, 3.0
        )
        assert np.isfinite(made.effects).all() and np.isfinite(made.covariance).all()
        taken += made is free
    assert taken > 0
