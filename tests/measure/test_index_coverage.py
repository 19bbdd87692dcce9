"""Coverage of the intervals of index, gap and alpha by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from cxlab.measure.cronbach import cronbach_alpha, feldt
from cxlab.measure.csi import csi
from cxlab.measure.gap import gap
from tests.measure.ratings_frames import NAMES

pytestmark = pytest.mark.slow
REPLICATIONS = 2000
FOUND, WANTED = np.array([7.8, 7.4, 6.2, 7.6]), np.array([8.5, 7.6, 8.9, 5.5])
BETWEEN, WITHIN = 0.8, 1.2  # of a respondent's level, and of one answer about it


def monte_carlo_error(coverage):
    return np.sqrt(coverage * (1 - coverage) / REPLICATIONS)


def true_mean(mean):
    """Mean of the rounded and clipped score of a normal answer."""
    spread = np.hypot(BETWEEN, WITHIN)
    edges = norm.cdf(np.arange(1.5, 10), loc=np.asarray(mean)[:, None], scale=spread)
    share = np.diff(np.hstack([np.zeros((len(mean), 1)), edges, np.ones((len(mean), 1))]), axis=1)
    return share @ np.arange(1, 11)


def answers(rng, level):
    """Satisfaction and importance of each respondent with each attribute, shape (rows, 4) each."""
    return (
        np.clip(np.round(means + level[:, None] + rng.normal(0, WITHIN, (len(level), 4))), 1, 10)
        for means in (FOUND, WANTED)
    )


def long(satisfaction, importance):
    """Items from two matrices, without the checks of `long_items`, for 100,000s of rows."""
    rows, columns = satisfaction.shape
    ids = np.repeat(np.arange(rows), columns)
    attributes = np.tile(list(NAMES)[:columns], rows)
    parts = {"satisfaction": satisfaction, "importance": importance}
    return pd.concat(
        [
            pd.DataFrame(
                {"response_id": ids, "attribute_id": attributes, "kind": kind, "score": scores.ravel()}
            )
            for kind, scores in parts.items()
        ]
    )


# Respondents, weights, accounts (size and share of the level's variance between them), expected coverage: the
# nominal one, or the shortfall that docs/csi.md states (.935, from 4,000 replications of this test).
SCENARIOS = {
    "n 20": (20, None, None, 0.95),
    "n 60, design effect 2": (60, "w", None, 0.935),
    "12 accounts of 8": (96, None, (8, 0.8), 0.95),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_coverage_of_the_index(name):
    n, weight, accounts, expected = SCENARIOS[name]
    rng = np.random.default_rng([7, *name.encode()])
    rows = n * REPLICATIONS
    level = rng.normal(0, BETWEEN, rows)
    people = pd.DataFrame({"response_id": np.arange(rows), "sample": np.repeat(np.arange(REPLICATIONS), n)})
    design = {}
    if accounts:
        size, share = accounts
        account = np.arange(rows) // size
        shared = rng.normal(0, BETWEEN * np.sqrt(share), rows // size)[account]
        level = shared + np.sqrt(1 - share) * level
        people["account"] = account
        # Each sample a stratum of its own: exactly as if it were measured alone.
        design = {"cluster": "account", "stratum": "sample"}
    if weight:
        people["w"] = rng.gamma(1.0, 1.0, rows)  # 1 + cv² = 2
    result = csi(long(*answers(rng, level)), people, scale=(1, 10), by="sample", weight=weight, **design).rows
    truth = 10 * (true_mean(WANTED) @ true_mean(FOUND)) / true_mean(WANTED).sum()
    covered = ((result["conf_low"] <= truth) & (truth <= result["conf_high"])).mean()
    assert abs(covered - expected) <= 3 * monte_carlo_error(expected)


def test_coverage_of_the_gap():
    n = 15
    rng = np.random.default_rng([11, n])
    truth = (true_mean(WANTED) - true_mean(FOUND))[2]
    covered = []
    # Each attribute a sample of its own.
    for _ in range(REPLICATIONS // 100):
        level = rng.normal(0, BETWEEN, (n, 100))
        found, wanted = (
            np.clip(np.round(means[2] + level + rng.normal(0, WITHIN, level.shape)), 1, 10)
            for means in (FOUND, WANTED)
        )
        names = [f"a{place:03}" for place in range(100)]
        items = pd.concat(
            [
                pd.DataFrame(scores, columns=names)
                .melt(var_name="attribute_id", value_name="score", ignore_index=False)
                .rename_axis("response_id")
                .reset_index()
                .assign(kind=kind)
                for kind, scores in {"satisfaction": found, "importance": wanted}.items()
            ]
        )
        rows = gap(items, scale=(1, 10), n_boot=100).gap.rows
        covered.append(((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean())
    assert abs(np.mean(covered) - 0.95) <= 3 * monte_carlo_error(0.95)


@pytest.mark.parametrize(("n", "k", "rho"), [(20, 3, 0.3), (30, 7, 0.5)])
def test_coverage_of_feldt_under_compound_symmetry(n, k, rho):
    rng = np.random.default_rng([13, n])
    common = rng.normal(size=(REPLICATIONS, n, 1))
    x = np.sqrt(rho) * common + np.sqrt(1 - rho) * rng.normal(size=(REPLICATIONS, n, k))
    centred = x - x.mean(axis=1, keepdims=True)
    covariances = np.swapaxes(centred, 1, 2) @ centred
    truth = k * rho / (1 + (k - 1) * rho)
    intervals = np.array([feldt(cronbach_alpha(one), n, k, 0.95) for one in covariances])
    covered = ((intervals[:, 0] <= truth) & (truth <= intervals[:, 1])).mean()
    assert abs(covered - 0.95) <= 3 * monte_carlo_error(0.95)
