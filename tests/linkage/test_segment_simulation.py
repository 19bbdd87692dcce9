"""Planted truth: slopes of segments, their mean and spread, over many simulated sets of segments.

2,000 replications, seeds as given; a rate fails outside ±3 Monte Carlo standard errors of its nominal value.
Segments hold 40 entities of 5 periods each, with lasting differences that go with the score and errors that
run on; true slopes are normal about MEAN with standard deviation `tau`. Replications are arrays (R, K, N, T).
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from cxlab.estimate.difference import student_t, welch_df
from cxlab.estimate.random_effects import random_effects
from cxlab.linkage.effect_by_segment import effect_by_segment
from cxlab.linkage.shrunken import shrunken

REPLICATIONS = 2_000
SEGMENTS, ENTITIES, PERIODS = 10, 40, 5
MEAN = 0.3


def _chance(nominal: float) -> float:
    return 3 * np.sqrt(nominal * (1 - nominal) / REPLICATIONS)


def _panels(rng: np.random.Generator, r: int, tau: float) -> tuple[np.ndarray, ...]:
    """Return scores and revenue (r, K, N, T), and the true slopes (r, K)."""
    shape = (r, SEGMENTS, ENTITIES, PERIODS)
    slope = MEAN + tau * rng.standard_normal(shape[:2])
    lasting = rng.standard_normal((*shape[:3], 1))
    score = lasting + rng.standard_normal(shape)
    error = rng.standard_normal(shape)
    for t in range(1, PERIODS):
        error[..., t] = 0.5 * error[..., t - 1] + np.sqrt(0.75) * error[..., t]
    season = rng.standard_normal((r, SEGMENTS, 1, PERIODS))
    return score, slope[..., None, None] * score + lasting + season + error, slope


def _slopes(score: np.ndarray, revenue: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the two-way slope of each segment and its CR1 error, (r, K) each."""
    x, y = (
        values - values.mean(axis=-1, keepdims=True) - values.mean(axis=-2, keepdims=True)
        + values.mean(axis=(-2, -1), keepdims=True) for values in (score, revenue)
    )  # fmt: skip
    length = (x**2).sum(axis=(-2, -1))
    slope = (x * y).sum(axis=(-2, -1)) / length
    sums = (x * (y - slope[..., None, None] * x)).sum(axis=-1)
    n = ENTITIES * PERIODS
    factor = ENTITIES / (ENTITIES - 1) * (n - 1) / (n - 1 - PERIODS)
    return slope, np.sqrt(factor * (sums**2).sum(axis=-1)) / length


@cache
def _rates(tau: float, seed: int) -> dict[str, float]:
    """Return how often each interval holds its truth, and how often Cochran's test rejects."""
    rng, held, tau2 = np.random.default_rng(seed), [], []
    for _ in range(REPLICATIONS // 50):
        score, revenue, truth = _panels(rng, 50, tau)
        estimate, error = _slopes(score, revenue)
        ahead = MEAN + tau * rng.standard_normal(50)
        own = np.abs(estimate - truth) <= stdtrit(ENTITIES - 1, 0.975) * error
        degrees = np.full(50, ENTITIES - 1.0)
        test = student_t(
            estimate[:, 0] - estimate[:, 1], np.hypot(error[:, 0], error[:, 1]),
            welch_df(error[:, 0], error[:, 1], degrees, degrees),
        )  # fmt: skip
        reach = stdtrit(test.df, 0.975) * test.std_error
        pair = np.abs(estimate[:, 0] - estimate[:, 1] - (truth[:, 0] - truth[:, 1])) <= reach
        for at in range(50):
            found = random_effects(estimate[at], error[at])
            drawn = shrunken(estimate[at], error[at], found, 0.95)
            inside = (drawn.conf_low <= truth[at]) & (truth[at] <= drawn.conf_high)
            tau2.append(found.tau2)
            held.append(
                {
                    "own": own[at, 0], "pair": pair[at], "shrunken": inside.mean(),
                    "mean": found.conf_low <= MEAN <= found.conf_high,
                    "one more": found.prediction_low <= ahead[at] <= found.prediction_high,
                    "rejected": found.q_p_value <= 0.05,
                }
            )  # fmt: skip
    return {**pd.DataFrame(held).astype(float).mean().to_dict(), "tau2": float(np.mean(tau2))}


def test_the_simulated_slopes_are_those_of_effect_by_segment():
    rng = np.random.default_rng(6)
    score, revenue, _ = _panels(rng, 1, 0.2)
    segment, entity, period = (index.ravel() for index in np.indices(score.shape[1:]))
    frame = pd.DataFrame(
        {
            "segment": np.char.add("s", segment.astype(str)), "id": segment * ENTITIES + entity,
            "period": period, "csat": score.ravel(), "revenue": revenue.ravel(),
        }
    )  # fmt: skip
    result = effect_by_segment(frame, "revenue", "csat", "segment", entity="id", time="period")
    estimate, error = (values[0] for values in _slopes(score, revenue))
    np.testing.assert_allclose(result.rows["estimate"], estimate, rtol=1e-9)
    np.testing.assert_allclose(result.rows["std_error"], error, rtol=1e-9)
    assert result.rows["df"].eq(ENTITIES - 1).all()
    found = random_effects(estimate, error)
    assert result.found.conf_low == pytest.approx(found.conf_low, rel=1e-8)
    drawn = shrunken(estimate, error, found, 0.95)
    np.testing.assert_allclose(result.rows["shrunken_low"], drawn.conf_low, rtol=1e-8)
    degrees = np.array([ENTITIES - 1.0])
    df = welch_df(error[:1], error[1:2], degrees, degrees)[0]
    pair = result.pairs.iloc[0]
    assert pair["df"] == pytest.approx(df, rel=1e-8)
    reach = stdtrit(df, 0.975) * np.hypot(error[0], error[1])
    assert pair["conf_high"] == pytest.approx(estimate[0] - estimate[1] + reach, rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(("tau", "seed"), [(0.0, 42), (0.1, 41), (0.2, 44)])
def test_slopes_and_their_differences_are_held_and_the_mean_at_least(tau: float, seed: int):
    """Hartung and Knapp's interval is kept from being shorter than the normal one, so it may be too long."""
    rates = _rates(tau, seed)
    for name in ("own", "pair"):
        assert abs(rates[name] - 0.95) <= _chance(0.95), (name, rates[name])
    assert 0.95 - _chance(0.95) <= rates["mean"] < 1, rates["mean"]


@pytest.mark.slow
def test_a_spread_well_beyond_chance_is_found_and_one_more_segment_is_held():
    """τ = .2, errors of the slopes about .08. Of less spread the page says how much is missing."""
    rates = _rates(0.2, 44)
    error = (0.2**2 + 0.08**2) * np.sqrt(2 / (SEGMENTS - 1) / REPLICATIONS)
    assert rates["tau2"] == pytest.approx(0.2**2, abs=3 * error)
    assert rates["rejected"] > 0.98
    assert abs(rates["one more"] - 0.95) <= _chance(0.95), rates["one more"]
    assert 0.95 - _chance(0.95) <= rates["shrunken"] < 0.98, rates["shrunken"]
