"""Planted truth: how often penalty–reward, what-if, the map and the permutation test are right.

Scenarios, seeds and replications are declared; a test fails outside ±3 Monte Carlo SE of what is nominal.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from threadpoolctl import threadpool_limits

from cxlab.drivers.ceilings import arrangements, effect_sizes, ordered, steps
from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.joint_draws import joint, joint_draws
from cxlab.drivers.necessary_condition import necessary_condition
from cxlab.drivers.penalty_reward import penalty_reward
from cxlab.drivers.priority_map import priority_map
from cxlab.drivers.priority_tables import quadrant_rows, widened
from cxlab.drivers.robust_fit import robust_fit, two_sided
from cxlab.drivers.what_if import _difference as what_if_difference
from cxlab.drivers.what_if import what_if
from cxlab.estimate.multiplicity import adjusted

REPLICATIONS = 2_000
SKEWED = np.array([0.08, 0.12, 0.2, 0.35, 0.25])
CUTS = ndtri(np.cumsum(SKEWED)[:-1])
CEILINGS = ("ce_fdh", "cr_fdh")
ERROR = np.sqrt(0.05 * 0.95 / REPLICATIONS)

pytestmark = pytest.mark.slow


def _ratings(rng: np.random.Generator, n: int, drivers: int, shared: float = 0.5) -> np.ndarray:
    """Return correlated five-point ratings whose margins are SKEWED, shape (n, drivers)."""
    z = np.sqrt(shared) * rng.normal(size=(n, 1)) + np.sqrt(1 - shared) * rng.normal(size=(n, drivers))
    return 1.0 + (z[:, :, None] > CUTS).sum(axis=2)


@pytest.mark.parametrize(
    ("n", "cluster", "weighted", "seed"),
    [(400, False, False, 1), (400, False, True, 2), (800, True, False, 3)],
    ids=["plain", "weighted", "clustered"],
)
def test_the_size_of_penalty_less_reward(n: int, cluster: bool, weighted: bool, seed: int):
    """Both halves of a step of .5 at either border, errors that grow with the rating: no asymmetry."""
    rng = np.random.default_rng(seed)
    rejected = np.zeros(2)
    for _ in range(REPLICATIONS):
        x = _ratings(rng, n, 2)
        group = np.repeat(np.arange(n // 8), 8)
        y = 0.5 * ((x >= 4).sum(axis=1) - (x <= 2).sum(axis=1)) + rng.normal(size=n) * (0.5 + x[:, 0] / 5)
        y += 0.4 * rng.normal(size=n // 8)[group] * cluster
        w = rng.gamma(3, 1, n) if weighted else np.ones(n)
        fit = robust_fit(np.hstack([x <= 2, x >= 4]) * 1.0, y, w, group if cluster else None, list("abcd"))
        estimate, std_error = fit.combined(np.array([[0.0, -1, 0, -1, 0], [0, 0, -1, 0, -1]]))
        rejected += two_sided(estimate / std_error, fit.df) <= 0.05
    assert (np.abs(rejected / REPLICATIONS - 0.05) < 3 * ERROR).all(), rejected / REPLICATIONS


SIDES = np.kron([[-1.0, 0], [0, 1], [-1, -1], [-1, 1]], np.eye(4))
"""Penalties, rewards, asymmetries and spans of four drivers, by the coefficients of their dummies."""


def _kinds(x: np.ndarray, y: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return what penalty_reward says of four drivers, without its tables, and the p-values of all sides."""
    low, high = x <= 2, x >= 4
    fit = robust_fit(np.hstack([low, high]) * 1.0, y, np.ones(len(y)), None, [f"d{at}" for at in range(8)])
    means = [np.where(inside, x, 0).sum(axis=0) / inside.sum(axis=0) for inside in (low, ~low & ~high, high)]
    bends = np.hstack([np.diag(-1 / step) for step in np.diff(means, axis=0)])
    estimate, std_error = fit.combined(np.column_stack([np.zeros(20), np.vstack([SIDES, bends])]))
    p = two_sided(estimate / std_error, fit.df).reshape(5, 4)
    estimate = estimate.reshape(5, 4)
    told = np.array([adjusted(each, "holm") <= 0.05 for each in p])
    less, more = told & (estimate < 0), told & (estimate > 0)
    fits = [
        less[[0, 1, 3]].any(axis=0),
        more[2] & more[4] & (more[0] | more[3]),
        less[2] & less[4] & (more[1] | more[3]),
        more[3],
    ]
    kinds = np.select(fits, ["reverse", "must_be", "attractive", "one_dimensional"], default="neither")
    return kinds.tolist(), p


def _symmetric(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Four one-dimensional drivers, n = 400."""
    x = _ratings(rng, 400, 4)
    return x, 0.5 * ((x >= 4).sum(axis=1) - (x <= 2).sum(axis=1)) + rng.normal(size=400)


def _one_of_each(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A driver of each class, n = 800."""
    x = _ratings(rng, 800, 4, shared=0.3)
    low, high = (x <= 2).astype(float), (x >= 4).astype(float)
    return x, -0.8 * low[:, 0] + 0.25 * (high[:, 1] - low[:, 1]) + 0.8 * high[:, 2] + rng.normal(size=800)


@pytest.mark.parametrize("drawn", [_symmetric, _one_of_each])
def test_one_sample_has_the_kinds_of_penalty_reward(drawn: Callable):
    rng = np.random.default_rng(3)
    for _ in range(10):
        x, y = drawn(rng)
        frame = pd.DataFrame(x, columns=list("abcd")).assign(y=y)
        rows = penalty_reward(frame, "y", list("abcd"), scale=(1, 5)).rows
        kinds, p = _kinds(x, y)
        assert rows["kind"].tolist() == kinds
        np.testing.assert_allclose(rows["asymmetry_p_value"], p[2], rtol=1e-9)


def test_holm_holds_the_chance_of_any_false_must_be_or_attractive():
    """A wrong asymmetry anywhere in at most 5 %."""
    rng = np.random.default_rng(4)
    kinds = np.array([_kinds(*_symmetric(rng))[0] for _ in range(REPLICATIONS)])
    wrong = np.isin(kinds, ["must_be", "attractive"]).any(axis=1).mean()
    assert wrong < 0.05 + 3 * ERROR
    assert (kinds == "one_dimensional").mean() > 0.9


def test_planted_classes_are_found_where_two_separate_verdicts_err():
    """A weak symmetric driver is no must-be because its penalty alone is told."""
    rng = np.random.default_rng(5)
    kinds, p = zip(*(_kinds(*_one_of_each(rng)) for _ in range(REPLICATIONS)), strict=True)
    right = (np.array(kinds) == ["must_be", "one_dimensional", "attractive", "neither"]).mean(axis=0)
    assert (right > 0.9).all(), right
    weak, told = np.array(kinds)[:, 1], np.array(p)[:, :2, 1] <= 0.05
    assert np.isin(weak, ["must_be", "attractive"]).mean() < 0.05 + 3 * ERROR
    # What two separate verdicts would have said of it.
    assert (told[:, 0] != told[:, 1]).mean() > 0.15


WHAT_IF = {
    "plain": (200, False, False, False, 6),
    "weighted": (300, False, True, False, 7),
    "clustered": (600, True, False, False, 8),
    "outcome capped": (300, False, False, True, 9),
}


def _people(rng: np.random.Generator, n: int, *, cluster: bool, cap_outcome: bool) -> DriverRows:
    """Errors that grow with the rating, weights, groups of 6 that share some of it; outcome cut at 7."""
    x = _ratings(rng, n, 3)
    group = np.repeat(np.arange(n // 6 + 1), 6)[:n]
    y = 2 + x @ [0.8, 0.4, 0.0] + rng.normal(size=n) * (0.4 + x[:, 0] / 5)
    y += 0.5 * rng.normal(size=n // 6 + 1)[group] * cluster
    y = np.minimum(y, 7.0) if cap_outcome else y
    groups = np.unique(group, return_inverse=True)[1] if cluster else None
    return DriverRows("y", tuple("abc"), y, x, rng.gamma(3, 1, n), np.empty((n, 0)), groups, 1.0)


def _moved(rows: DriverRows, *, cap_outcome: bool) -> dict[str, Any]:
    """Return what what_if says of one point more of two attributes, capped at 5, without its tables."""
    scales = dict.fromkeys("abc", (1, 5)) | ({"y": (-20.0, 7.0)} if cap_outcome else {})
    fit = robust_fit(rows.x, rows.y, rows.w, rows.cluster, rows.drivers)
    return what_if_difference(rows, fit, {"a": 1, "b": 1}, scales, 0.95)


@pytest.mark.parametrize("name", WHAT_IF)
def test_one_sample_has_the_difference_of_what_if(name: str):
    n, cluster, _, cap_outcome, seed = WHAT_IF[name]
    rows = _people(np.random.default_rng(seed), n, cluster=cluster, cap_outcome=cap_outcome)
    frame = pd.DataFrame(rows.x, columns=list("abc")).assign(y=rows.y, w=rows.w, g=rows.cluster)
    scale = dict.fromkeys("abc", (1, 5)) | ({"y": (-20.0, 7.0)} if cap_outcome else {})
    options = {"drivers": list("abc"), "scale": scale, "weight": "w", "cluster": "g" if cluster else None}
    expected = what_if(frame, "y", {"a": 1, "b": 1}, **options).rows.iloc[2]
    found = _moved(rows, cap_outcome=cap_outcome)
    assert [found["conf_low"], found["conf_high"]] == pytest.approx(list(expected[["conf_low", "conf_high"]]))


@cache
def _true_difference(cap_outcome: bool) -> float:
    """What half a million people say: where the outcome stops at 7 the line is not the true one."""
    people = _people(np.random.default_rng(10), 500_000, cluster=False, cap_outcome=cap_outcome)
    return _moved(replace(people, w=np.ones(people.n)), cap_outcome=cap_outcome)["difference"]


@pytest.mark.parametrize("name", WHAT_IF)
def test_the_coverage_of_what_if(name: str):
    n, cluster, weighted, cap_outcome, seed = WHAT_IF[name]
    truth, rng = _true_difference(cap_outcome), np.random.default_rng(seed)
    covered = 0
    for _ in range(REPLICATIONS):
        rows = _people(rng, n, cluster=cluster, cap_outcome=cap_outcome)
        row = _moved(rows if weighted else replace(rows, w=np.ones(n)), cap_outcome=cap_outcome)
        covered += row["conf_low"] <= truth <= row["conf_high"]
    assert abs(covered / REPLICATIONS - 0.95) < 3 * ERROR, covered / REPLICATIONS


def _p_values(x: np.ndarray, y: np.ndarray, seed: int) -> list[float]:
    """Return what necessary_condition says with either ceiling and 199 permutations, without its tables."""
    cloud = ordered(x, y, (0, 1), (0, 1))
    hull = steps(cloud.x, cloud.y[None], cloud.starts)
    (block,) = arrangements(y, 199, np.random.default_rng(seed))[1]
    drawn = steps(cloud.x, block, cloud.starts)
    here, there = ([effect_sizes(one, c, (0, 1), (0, 1)) for c in CEILINGS] for one in (hull, drawn))
    return [((d >= e - 1e-9).sum() + 1) / 200 for d, e in zip(there, here, strict=True)]


def test_the_size_of_the_permutation_test():
    """Independent continuous scores, n = 40, 199 permutations: p ≤ .05 in 5 %."""
    rng = np.random.default_rng(11)
    p = np.array([_p_values(*rng.uniform(size=(2, 40)), seed) for seed in range(REPLICATIONS)])
    rejected = (p <= 0.05).mean(axis=0)
    assert (np.abs(rejected - 0.05) < 3 * ERROR).all(), rejected


@pytest.mark.parametrize("place", [0, 1], ids=CEILINGS)
def test_one_sample_has_the_p_value_of_necessary_condition(place: int):
    rng = np.random.default_rng(12)
    for seed in range(5):
        x, y = rng.uniform(size=(2, 40))
        options = {"scale": (0, 1), "ceiling": CEILINGS[place], "n_permutations": 199, "seed": seed}
        result = necessary_condition(pd.DataFrame({"x": x, "y": y}), "y", ["x"], **options)
        assert result.rows["p_value"][0] == pytest.approx(_p_values(x, y, seed)[place], abs=1e-12)


SLOPES = np.array([0.7, 0.5, 0.4, 0.3])


def _on_the_map(rng: np.random.Generator, n: int) -> DriverRows:
    """Four drivers whose shares of R² are above .05."""
    x = _ratings(rng, n, 4, shared=0.4)
    y = x @ SLOPES + 1.5 * rng.normal(size=n)
    return DriverRows("y", tuple("abcd"), y, x, np.ones(n), np.empty((n, 0)), None, 1.0)


def test_one_sample_has_the_place_of_the_map():
    rows = _on_the_map(np.random.default_rng(15), 300)
    frame = pd.DataFrame(rows.x, columns=list("abcd")).assign(y=rows.y)
    found = priority_map(frame, "y", list("abcd"), n_boot=200, seed=3).rows
    table, _ = quadrant_rows(rows, joint(rows), joint_draws(rows, n_boot=200, seed=3), (None, None), 0.95)
    pd.testing.assert_frame_equal(found.drop(columns="suppressed"), table)


def test_the_coverage_of_both_axes_of_the_map():
    """n = 300; truth from half a million people."""
    truth = joint(_on_the_map(np.random.default_rng(12), 500_000))
    rng, covered = np.random.default_rng(13), np.zeros((2, 4))
    with threadpool_limits(1, user_api="blas"):
        for seed in range(REPLICATIONS):
            rows = _on_the_map(rng, 300)
            here, draws = joint(rows), joint_draws(rows, n_boot=200, seed=seed)
            for place, name in enumerate(("share", "mean")):
                estimate, values, true = (getattr(one, name) for one in (here, draws, truth))
                found = widened(estimate[0], values, rows, 0.95, fitted=name == "share")
                covered[place] += (found.low <= true[0]) & (true[0] <= found.high)
    assert (np.abs(covered / REPLICATIONS - 0.95) < 3 * ERROR).all(), covered / REPLICATIONS
