"""Coverage of the intervals of a shared likelihood R², and rank sets, by simulation with planted truth."""

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from cxlab.drivers.likelihood_importance import likelihood_importance
from tests.drivers.class_samples import found, population, read

pytestmark = pytest.mark.slow
REPLICATIONS, N_BOOT = 2000, 100
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
    "binary n 800 in 200 accounts, Tjur": (BINARY, accounts, 800, "tjur"),
    "three classes n 500, weighted, Nagelkerke": (THREE, weighted_rows, 500, "nagelkerke"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_sample_has_the_intervals_of_likelihood_importance(name):
    everybody, sample, n, kind = SCENARIOS[name]
    rows = sample(np.random.default_rng(2), everybody, n)
    said = found(rows, kind, n_boot=N_BOOT, seed=3)[1]
    frame = pd.DataFrame(rows.x, columns=list(rows.drivers)).assign(y=rows.y, w=rows.w, account=rows.cluster)
    options = {"weight": "w", "cluster": None if rows.cluster is None else "account"}
    family = "binary" if everybody is BINARY else "ordinal"
    expected = likelihood_importance(
        frame, "y", list(rows.drivers), family=family, fit=kind, n_boot=N_BOOT, seed=3, **options
    ).rows
    for column in ("conf_low", "conf_high", "share_low", "share_high", "rank_low", "rank_high"):
        np.testing.assert_allclose(
            said[column].astype(float), expected[column].astype(float), rtol=1e-9, err_msg=column
        )


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
            said = found(sample(rng, everybody, n), kind, n_boot=N_BOOT, seed=seed)[1]
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
