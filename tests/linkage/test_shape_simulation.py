"""Planted truth: how often the intervals of the shape of a link hold it, and how often a test rejects.

2,000 replications, seeds as given; a rate fails outside ±3 Monte Carlo standard errors of its nominal value.
Panels are of 100 entities and 5 periods with an entity effect that goes with the score, and errors that are
larger at low scores and run on within an entity, so that only a clustered within estimate can be right.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit
from threadpoolctl import threadpool_limits

import cxlab as cx
from cxlab.linkage.effect_rows import EffectRows
from cxlab.linkage.entity_changes import entity_changes
from cxlab.linkage.glm_effects import glm_design, glm_effects
from cxlab.linkage.glm_families import HAZARD, tweedie
from cxlab.linkage.restricted_spline import restricted_spline
from cxlab.linkage.score_levels import score_levels
from cxlab.linkage.shape_fit import fitted, shape_fit

REPLICATIONS = 2000
ENTITIES, PERIODS = 100, 5
KNOTS = np.array([3.0, 6.0, 8.0, 9.0])
CURVE = np.array([0.2, 0.5, -0.8])
POINTS = np.array([2.0, 5.0, 10.0])
RISE, FALL = 0.2, 0.5
STEPS = np.array([0.6, 1.5])  # passive and promoter above detractor
HAZARD_SLOPE = -0.15


@pytest.fixture(autouse=True)
def _one_core():
    """Keep small products on one core, where they are fastest."""
    with threadpool_limits(1, user_api="blas"):
        yield


def _within_five_percent(rate: float, nominal: float = 0.05) -> bool:
    return abs(rate - nominal) <= 3 * np.sqrt(nominal * (1 - nominal) / REPLICATIONS)


def _scores(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    i, t = np.repeat(np.arange(ENTITIES), PERIODS), np.tile(np.arange(PERIODS), ENTITIES)
    u = rng.normal(size=ENTITIES)[i]
    return i, t, u, np.clip(np.round(6.5 + u + 2.2 * rng.normal(size=len(i))), 0, 10)


def _errors(x: np.ndarray, t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return errors that run on within an entity and are larger at low scores."""
    noise = rng.normal(size=(ENTITIES, PERIODS))
    for place in range(1, PERIODS):
        noise[:, place] = 0.6 * noise[:, place - 1] + 0.8 * noise[:, place]
    return noise.ravel() * (1.4 - 0.06 * x) + 0.3 * t


def _rows(i: np.ndarray, t: np.ndarray, x: np.ndarray, y: np.ndarray) -> EffectRows:
    n, periods = len(y), tuple(range(PERIODS))
    return EffectRows("y", "x", (), y, x, np.zeros((n, 0)), np.ones(n), i, t, periods, (i,), None, (), 1.0)


def _frame(rows: EffectRows) -> pd.DataFrame:
    return pd.DataFrame({"y": rows.y, "x": rows.x, "id": rows.entity, "t": rows.time})


def _held(estimate: np.ndarray, error: np.ndarray, truth: np.ndarray, df: int) -> np.ndarray:
    return np.abs(estimate - truth) <= stdtrit(df, 0.975) * error


def _spline_panel(rng: np.random.Generator, curve: np.ndarray) -> EffectRows:
    i, t, u, x = _scores(rng)
    return _rows(i, t, x, 2 * u + restricted_spline(x, KNOTS) @ curve + _errors(x, t, rng))


def _steps_panel(rng: np.random.Generator, steps: np.ndarray, slope: float = 0.0) -> EffectRows:
    i, t, u, x = _scores(rng)
    classes = (x >= 7) * steps[0] + (x >= 9) * (steps[1] - steps[0])
    return _rows(i, t, x, 2 * u + classes + slope * x + _errors(x, t, rng))


def _turns_panel(rng: np.random.Generator, rise: float, fall: float) -> EffectRows:
    i, t, u, x = _scores(rng)
    change = np.diff(x.reshape(ENTITIES, PERIODS), axis=1)
    moved = rise * np.maximum(change, 0) + fall * np.minimum(change, 0)
    path = np.column_stack([np.zeros(ENTITIES), moved]).cumsum(axis=1).ravel()
    return _rows(i, t, x, 2 * u + path + _errors(x, t, rng))


def _turns_fit(rows: EffectRows):
    changes = entity_changes(rows)
    x = np.column_stack([np.maximum(changes.x, 0), np.minimum(changes.x, 0)])
    return fitted(x, changes.y, [changes.time], changes.clusters, None, ["rises", "falls"])


def _leavers(rng: np.random.Generator) -> EffectRows:
    """Return entities that leave by a hazard that falls with the score; what they have in common clusters."""
    entities = 200
    x = np.clip(np.round(6.5 + 2.2 * rng.normal(size=(entities, PERIODS))), 0, 10)
    chance = -np.expm1(-np.exp(-1.3 + 0.1 * np.arange(PERIODS) + HAZARD_SLOPE * x))
    left = rng.random((entities, PERIODS)) < chance
    there = (left.cumsum(axis=1) - left) == 0
    i, t = np.nonzero(there)
    n = len(i)
    return EffectRows(
        "y", "x", (), left[there].astype(float), x[there], np.zeros((n, 0)), np.ones(n), i, t,
        tuple(range(PERIODS)), (i,), None, (), 1.0,
    )  # fmt: skip


@pytest.mark.slow
def test_a_curve_is_held_at_each_point_and_a_line_rejected_nominally():
    rng = np.random.default_rng(11)
    against = restricted_spline(POINTS, KNOTS) - restricted_spline(np.array([7.0]), KNOTS)
    truth, held, line = against @ CURVE, [], []
    for _ in range(REPLICATIONS):
        rows = _spline_panel(rng, CURVE)
        fit = shape_fit(rows, restricted_spline(rows.x, KNOTS), ["x", "a", "b"])
        found = fit.combined(against)
        held.append(_held(found.estimate, found.std_error, truth, fit.df))
        straight = rows.y - restricted_spline(rows.x, KNOTS)[:, 1:] @ CURVE[1:]
        fit = fitted(
            restricted_spline(rows.x, KNOTS), straight, rows.effects, rows.clusters, None, ["x", "a", "b"]
        )
        line.append(fit.joint(np.eye(3)[1:]).p_value <= 0.05)
    for point, rate in zip(POINTS, np.mean(held, axis=0), strict=True):
        assert _within_five_percent(1 - rate), (point, rate)
    assert _within_five_percent(float(np.mean(line))), np.mean(line)


@cache
def _turns() -> tuple[np.ndarray, float]:
    rng, held, rejected = np.random.default_rng(12), [], []
    truth = np.array([RISE, FALL, RISE - FALL])
    contrasts = np.array([[1.0, 0], [0, 1], [1, -1]])
    for _ in range(REPLICATIONS):
        fit = _turns_fit(_turns_panel(rng, RISE, FALL))
        found = fit.combined(contrasts)
        held.append(_held(found.estimate, found.std_error, truth, fit.df))
        even = _turns_fit(_turns_panel(rng, RISE, RISE))
        rejected.append(even.combined(contrasts[2:]).p_value(even.df)[0] <= 0.05)
    return np.mean(held, axis=0), float(np.mean(rejected))


@pytest.mark.slow
def test_rises_falls_and_their_difference_are_held():
    for rate in _turns()[0]:
        assert _within_five_percent(1 - rate), rate


@pytest.mark.slow
def test_no_asymmetry_is_found_where_there_is_none():
    assert _within_five_percent(_turns()[1]), _turns()[1]


@pytest.mark.slow
def test_steps_are_held_and_a_line_makes_no_jumps():
    rng, held, jumps = np.random.default_rng(13), [], []
    contrasts = np.array([[1.0, 0], [-1, 1]])
    for _ in range(REPLICATIONS):
        rows = _steps_panel(rng, STEPS)
        fit = shape_fit(rows, score_levels(rows, (0, 7, 9), 0).dummies(), ["passive", "promoter"])
        found = fit.combined(contrasts)
        held.append(_held(found.estimate, found.std_error, contrasts @ STEPS, fit.df))
        rows = _steps_panel(rng, np.zeros(2), 0.3)
        dummies = score_levels(rows, (0, 7, 9), 0).dummies()
        fit = shape_fit(rows, np.column_stack([dummies, rows.x]), ["passive", "promoter", "x"])
        jumps.append(fit.joint(contrasts).p_value <= 0.05)
    for rate in np.mean(held, axis=0):
        assert _within_five_percent(1 - rate), rate
    assert _within_five_percent(float(np.mean(jumps))), np.mean(jumps)


@pytest.mark.slow
def test_hazards_and_the_average_effect_are_held():
    rng, held, effects = np.random.default_rng(14), [], []
    for _ in range(REPLICATIONS):
        rows = _leavers(rng)
        _, found = glm_effects(glm_design(rows), rows.y, rows.w, HAZARD, rows.clusters)
        held.append(_held(found.coefficient, found.std_error, np.array([HAZARD_SLOPE]), found.df)[0])
        effects.append((found.effect[0], found.effect_std_error[0]))
    assert _within_five_percent(1 - np.mean(held)), np.mean(held)
    # The truth of the average effect is its mean over all samples, which is known to a 45th of its error.
    values, errors = np.array(effects).T
    rate = np.mean(_held(values, errors, values.mean(), 199))
    assert _within_five_percent(1 - rate), rate


@pytest.mark.slow
def test_tweedie_slopes_are_held_where_errors_go_together():
    rng, held = np.random.default_rng(15), []
    for _ in range(REPLICATIONS):
        i, t, _, x = _scores(rng)
        shared = rng.gamma(4, 1 / 4, ENTITIES)[i]  # of mean 1, and apart from the score
        mean = np.exp(1 + 0.1 * x) * shared
        number = rng.poisson(mean**0.5 / 2)  # power 1.5, dispersion 4
        y = np.where(number > 0, rng.gamma(np.maximum(number, 1)) * 2 * mean**0.5, 0.0)
        rows = _rows(i, t, x, y)
        _, found = glm_effects(glm_design(rows), y, rows.w, tweedie(1.5), rows.clusters)
        held.append(_held(found.coefficient, found.std_error, np.array([0.1]), found.df)[0])
    assert _within_five_percent(1 - np.mean(held)), np.mean(held)


def test_a_sample_by_itself_says_the_same():
    rng = np.random.default_rng(1)
    rows = _spline_panel(rng, CURVE)
    inside = {"entity": "id", "time": "t"}
    alone = cx.dose_response(
        _frame(rows), "y", "x", kind="spline", knots=KNOTS, levels=[2, 5, 10], reference=7, **inside
    )
    fit = shape_fit(rows, restricted_spline(rows.x, KNOTS), ["x", "a", "b"])
    found = fit.combined(restricted_spline(POINTS, KNOTS) - restricted_spline(np.array([7.0]), KNOTS))
    shown = alone.rows[alone.rows["level"] != 7]
    np.testing.assert_allclose(shown["std_error"], found.std_error, rtol=1e-9)
    assert alone.linearity == fit.joint(np.eye(3)[1:])
    rows = _turns_panel(rng, RISE, FALL)
    fit = _turns_fit(rows)
    alone = cx.asymmetric_effect(_frame(rows), "y", "x", **inside)
    np.testing.assert_allclose(alone.rows["estimate"].iloc[:2], fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(
        alone.rows["std_error"].iloc[:2], np.sqrt(np.diagonal(fit.covariance)), rtol=1e-9
    )
    rows = _steps_panel(rng, STEPS)
    fit = shape_fit(rows, score_levels(rows, (0, 7, 9), 0).dummies(), ["passive", "promoter"])
    alone = cx.nps_steps(_frame(rows), "y", "x", **inside)
    assert alone.rows["std_error"][0] == pytest.approx(np.sqrt(fit.covariance[0, 0]), rel=1e-9)
    rows = _leavers(rng)
    _, found = glm_effects(glm_design(rows), rows.y, rows.w, HAZARD, rows.clusters)
    alone = cx.retention_effect(_frame(rows), "y", "x", leaves=1, **inside)
    row = alone.rows.iloc[0]
    assert row["effect"] == pytest.approx(found.effect[0], rel=1e-9)
    assert row["effect_std_error"] == pytest.approx(found.effect_std_error[0], rel=1e-9)
