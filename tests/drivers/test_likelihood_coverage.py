"""Coverage of the intervals of a shared likelihood R², and rank sets, by simulation with planted truth."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.drivers.class_samples import found, population, read

pytestmark = pytest.mark.slow
REPLICATIONS = 2000
SLOPES = (0.25, 0.4, 0.6)
BINARY, THREE = population(SLOPES, [0.3]), population(SLOPES, [-0.5, 1.2])


def true_values(everybody, kind="mcfadden"):
    """Importances and shares of a population: of all its patterns, weighted by their probability."""
    values = found(read(everybody.x, everybody.y, everybody.share), kind)[0].values
    return values, values / values.sum()


def drawn(rng, everybody, n):
    place = rng.choice(len(everybody.share), size=n, p=everybody.share / everybody.share.sum())
    return everybody.x[place], everybody.y[place]


def rows_alone(rng, everybody, n):
    return read(*drawn(rng, everybody, n))


def weighted_rows(rng, everybody, n):
    # Respondents with a low outcome answer half as often; the weight sets that right.
    x, y = drawn(rng, everybody, 4 * n)
    low = y == 0
    answers = np.flatnonzero(rng.random(4 * n) < np.where(low, 0.4, 0.8))[:n]
    return read(x[answers], y[answers], np.where(low, 2.0, 1.0)[answers])


def accounts(rng, everybody, n):
    # Four answers of an account are two answers, each given twice.
    x, y = drawn(rng, everybody, n // 2)
    return read(np.repeat(x, 2, axis=0), np.repeat(y, 2), None, np.repeat(np.arange(n // 4), 4))


SCENARIOS = {
    "binary n 400": (BINARY, rows_alone, 400, "mcfadden"),
    "binary n 1000, Tjur": (BINARY, rows_alone, 1000, "tjur"),
    "three classes n 800, weighted, Nagelkerke": (THREE, weighted_rows, 800, "nagelkerke"),
    "binary n 800 in 200 accounts": (BINARY, accounts, 800, "mcfadden"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_intervals_cover_the_values_of_the_population(name):
    everybody, sample, n, kind = SCENARIOS[name]
    rng = np.random.default_rng([5, *name.encode()])
    values, shares = true_values(everybody, kind)
    assert values.min() > 0.01
    order = np.argsort(np.argsort(-values)) + 1
    covered, shared, ranked = [], [], []
    with threadpool_limits(1, user_api="blas"):
        for seed in range(REPLICATIONS):
            said = found(sample(rng, everybody, n), kind, n_boot=200, seed=seed)[1]
            covered.append((said["conf_low"] <= values) & (values <= said["conf_high"]))
            shared.append((said["share_low"] <= shares) & (shares <= said["share_high"]))
            ranked.append(((said["rank_low"] <= order) & (order <= said["rank_high"])).all())
    error = np.sqrt(0.95 * 0.05 / REPLICATIONS)
    print(name, values.round(4), np.mean(covered, axis=0), np.mean(shared, axis=0), np.mean(ranked))
    assert np.abs(np.mean(covered, axis=0) - 0.95).max() <= 3 * error
    # Shares are careful where a driver is weak (docs/likelihood_importance.md): nominal or more, up to .97.
    assert np.mean(shared, axis=0).min() >= 0.95 - 3 * error
    assert np.mean(shared, axis=0).max() <= 0.97 + 3 * np.sqrt(0.97 * 0.03 / REPLICATIONS)
    assert np.mean(ranked) >= 0.95 - 3 * error
