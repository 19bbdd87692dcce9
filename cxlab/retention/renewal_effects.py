"""Period effects and slopes of a logit whose period effects vary. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from cxlab.retention.period_shock import between_variance, period_contrasts
from cxlab.retention.renewal_draws import PeriodModel, parameters_at

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_STEPS, SETTLED, LONGEST_STEP, SLOWEST, NEAR = 300, 60, 2.0, 0.05, 1e-7
LEAST = 1e-10
"""Least variance of a decision: of one that is certain rounding leaves none."""


@dataclass(frozen=True, slots=True, eq=False)
class PastRows:
    """Past decisions, those with equal covariates in a period together.

    Parameters
    ----------
    cell
        Number of the period (and market), shape (k,).
    group
        Group of each cell, such as its market, shape (c,).
    stratum
        Number of those who have a rate of their own, such as the silent of a market, shape (k,).
    x
        Covariates, shape (k, p).
    trials, successes
        Decisions and renewals, shape (k,).
    """

    cell: Ints
    group: Ints
    stratum: Ints
    x: Floats
    trials: Floats
    successes: Floats


def renewal_effects(rows: PastRows, free: PeriodModel, shock: float | None) -> PeriodModel:
    """Return effects of cells and slopes as working observations: linear in what was seen.

    Parameters
    ----------
    rows
        What was seen.
    free
        What is returned where the steps do not end, as where a covariate tells all of a few decisions.
    shock
        Standard deviation of the effects within a group, where it is known; None estimates it on the way.

    Returns
    -------
    PeriodModel
        Of logit P = a_g + u_c + b·x, u_c ~ N(0, τ²), the step of Newton from the most likely u_c, a and b, in
        which each cell has its own free effect. The weights are those of u_c, drawn towards their mean, not
        of the cell's own rate: a cell in which all renewed weighs no less than its like.

    Notes
    -----
    Slopes, and strata of one outcome only, have Firth's penalty and stay finite. In every other stratum the
    expected renewals add up to those seen.

    References
    ----------
    Breslow, Clayton (1993), JASA 88, 9–25, section 2 (penalised quasi-likelihood). Firth (1993), Biometrika
    80, 27–38. Puhr, Heinze, Nold, Lusa, Geroldinger (2017), Statistics in Medicine 36, 2302–2317 (FLIC).
    """
    mode = np.concatenate([_first(rows), np.zeros(rows.x.shape[1])])
    tried: list[float] = []
    least, pace = np.inf, 1.0
    for step in range(MOST_STEPS):
        working = _working(rows, mode)
        if step < SETTLED:
            tried.append(_variance(working) if shock is None else shock**2)
        # With a handful of losses τ² may leap between 0 and a value for ever: then their mean is taken.
        variance = tried[-1] if step < SETTLED else float(np.mean(tried[SETTLED // 2 :]))
        change = _likeliest(working, variance) - mode
        longest = float(np.abs(change).max())
        if longest < NEAR:
            return working
        pace, least = (pace if longest < least else max(0.8 * pace, SLOWEST)), min(longest, least)
        mode = mode + change * min(pace, LONGEST_STEP / longest)
    return free


def _first(rows: PastRows) -> Floats:
    """Return the logit of each group's rate, half a renewal and half a loss added, by cell."""
    of_group, g = rows.group[rows.cell], int(rows.group.max()) + 1
    kept = np.bincount(of_group, rows.successes, g) + 0.5
    lost = np.bincount(of_group, rows.trials - rows.successes, g) + 0.5
    return np.asarray(np.log(kept / lost)[rows.group])


def _working(rows: PastRows, mode: Floats) -> PeriodModel:
    """Return Newton's step from the effects and slopes `mode`, (c + p,), and its covariance."""
    c = len(rows.group)
    p = expit(mode[:c][rows.cell] + rows.x @ mode[c:])
    w = rows.trials * np.maximum(p * (1 - p), LEAST)
    residual = rows.successes - rows.trials * p + _penalty(rows, p, w)
    covariance = np.asarray(np.linalg.inv(_information(rows.cell, c, rows.x, w)), dtype="float64")
    score = np.concatenate([np.bincount(rows.cell, residual, c), rows.x.T @ residual])
    moved = mode + covariance @ score
    return PeriodModel(moved[:c], moved[c:], covariance, rows.group)


def _information(place: Ints, count: int, x: Floats, w: Floats) -> Floats:
    """Return the information of `count` intercepts and the slopes."""
    mixed = np.array([np.bincount(place, w * one, count) for one in x.T]).reshape(x.shape[1], count)
    return np.block([[np.diag(np.bincount(place, w, count)), mixed.T], [mixed, x.T @ (w[:, None] * x)]])


def _penalty(rows: PastRows, p: Floats, w: Floats) -> Floats:
    """Return what Firth's penalty adds to each residual; nothing to the sum of a stratum of both outcomes."""
    g, of_group = int(rows.group.max()) + 1, rows.group[rows.cell]
    inverse = np.linalg.inv(_information(of_group, g, rows.x, w))
    own = inverse[of_group, of_group] + 2 * np.einsum("ij,ij->i", inverse[of_group, g:], rows.x)
    leverage = w * (own + np.einsum("ij,jk,ik->i", rows.x, inverse[g:, g:], rows.x))
    penalty = leverage * (0.5 - p)
    kept = np.bincount(rows.stratum, rows.successes)
    both = (kept > 0) & (kept < np.bincount(rows.stratum, rows.trials))
    balance = np.bincount(rows.stratum, penalty) / np.bincount(rows.stratum, w)
    return np.asarray(penalty - w * np.where(both, balance, 0.0)[rows.stratum])


def _variance(working: PeriodModel) -> float:
    c = len(working.effects)
    contrasts = period_contrasts(working.effects, working.covariance[:c, :c], working.groups)
    return float(between_variance(contrasts, np.array([float(contrasts.df)]))[0]) if contrasts.df else 0.0


def _likeliest(working: PeriodModel, variance: float) -> Floats:
    """Return the most likely effects and slopes where effects vary by τ² within their groups."""
    c, g = len(working.effects), working.group_count
    means = parameters_at(working, np.array([variance])).mean[0]
    centre = np.concatenate([means[:g][working.groups], means[g:]])
    shared = np.append(np.full(c, variance), np.zeros(len(means) - g))
    away = np.concatenate([working.effects, working.slopes]) - centre
    return np.asarray(centre + shared * np.linalg.solve(working.covariance + np.diag(shared), away))
