"""Calibration: the ratios nearest to 1 that bring weighted totals to known ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from cxlab.weight.fit import Fit
from cxlab.weight.sample import Floats

Distance = Literal["linear", "raking"]
RANK = 1e-12  # eigenvalues below this share of the largest stand for redundant targets
DOUBT = 1e-9  # share of its terms that a sum must differ by to prove anything
FLAT = 1e-6  # slope given to a ratio at its bound, so that a step can bring it back
HALVINGS = 60
SUFFICIENT = 1e-4  # Armijo's condition
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Problem:
    """Totals to be met by k cells.

    Parameters
    ----------
    x
        Auxiliary variables, a sparse matrix of shape (k, p).
    base
        Base weight of each cell, > 0, shape (k,).
    totals
        Known totals, shape (p,).
    distance
        `linear` or `raking`.
    low, high
        Smallest and largest ratio of each cell, shape (k,); −inf or 0, and inf, where there is none.
    ceiling
        Ratio that no solution can exceed, bounds or not, shape (k,); inf where none is known.
    """

    x: Any
    base: Floats
    totals: Floats
    distance: Distance
    low: Floats
    high: Floats
    ceiling: Floats


def calibrated_ratios(problem: Problem, *, scale: Floats, max_iter: int, tolerance: float) -> Fit:
    """Find calibrated ratios by a damped Newton search of the dual problem.

    The ratio of a cell is F(x'λ), with F(u) = 1 + u (`linear`, the chi-square distance) or exp(u) (`raking`),
    held within its bounds; λ is chosen so that Σ d·F(x'λ)·x equals the totals.

    Parameters
    ----------
    problem
        Cells, totals, distance and bounds.
    scale
        What a difference from each total is measured against, shape (p,).
    max_iter
        Most steps.
    tolerance
        Largest difference from a total, relative to `scale`.

    Returns
    -------
    Fit
        `impossible` where λ shows that no ratios r within the bounds meet the totals T: then λ'T is larger
        than λ'Σ d·r·x can become.

    References
    ----------
    Deville and Särndal (1992), JASA 87, 376–382: equations 2.3 to 2.5, and the linear, multiplicative and
    truncated methods.
    """
    # In units of their own means the variables make an evenly scaled system.
    size = abs(problem.x).T @ problem.base / problem.base.sum()
    unit = np.where(size > 0, size, 1.0)
    even = replace(problem, x=problem.x.multiply(1 / unit).tocsr(), totals=problem.totals / unit)
    return _search(even, scale / unit, max_iter, tolerance)


def _search(problem: Problem, scale: Floats, max_iter: int, tolerance: float) -> Fit:
    multipliers = np.zeros(len(problem.totals))
    for done in range(max_iter + 1):
        score = problem.x @ multipliers
        ratio = _ratio(problem, score)
        misfit = problem.totals - problem.x.T @ (problem.base * ratio)
        if (np.abs(misfit) <= tolerance * scale).all():
            return Fit(ratio, done, met=True)
        if done == max_iter or _proves_impossible(problem, multipliers, score):
            break
        step = _newton_step(problem, ratio, misfit)
        length = _step_length(problem, multipliers, step, float(misfit @ step))
        if length == 0:
            break
        multipliers = multipliers + length * step
    return Fit(ratio, done, met=False, impossible=_proves_impossible(problem, multipliers, score))


def _ratio(problem: Problem, score: Floats) -> Floats:
    with np.errstate(over="ignore"):
        free = np.exp(score) if problem.distance == "raking" else 1 + score
    return np.clip(free, problem.low, problem.high)


def _dual(problem: Problem, multipliers: Floats) -> float:
    """Return Σ d·Φ(x'λ) − λ'T, where Φ' = F: straight where the ratio is held at a bound."""
    score = problem.x @ multipliers
    ratio = _ratio(problem, score)
    with np.errstate(all="ignore"):
        if problem.distance == "linear":
            potential = ratio**2 / 2 + ratio * (score - (ratio - 1))
        else:
            potential = ratio + np.where(ratio > 0, ratio * (score - np.log(ratio)), 0.0)
        value = float(problem.base @ potential - problem.totals @ multipliers)
    return value if np.isfinite(value) else np.inf


def _newton_step(problem: Problem, ratio: Floats, misfit: Floats) -> Floats:
    free = (ratio > problem.low) & (ratio < problem.high)
    slope = np.where(free, ratio if problem.distance == "raking" else 1.0, FLAT)
    hessian = (problem.x.multiply((problem.base * slope)[:, None]).T @ problem.x).toarray()
    diagonal = np.diag(hessian)
    spread = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    size, axes = np.linalg.eigh(hessian / np.outer(spread, spread))
    # A long step along a redundant target changes no ratio, and shows whether it contradicts the others.
    along = (axes.T @ (misfit / spread)) / np.maximum(size, RANK * size[-1])
    return axes @ along / spread


def _step_length(problem: Problem, multipliers: Floats, step: Floats, descent: float) -> float:
    """Return the first of 1, ½, ¼, … that lowers the dual enough, 0 where none does."""
    now = _dual(problem, multipliers)
    slack = ROUNDING * (abs(now) + float(problem.base.sum()))
    length = 1.0
    for _ in range(HALVINGS):
        if _dual(problem, multipliers + length * step) <= now - SUFFICIENT * length * descent + slack:
            return length
        length /= 2
    return 0.0


def _proves_impossible(problem: Problem, multipliers: Floats, score: Floats) -> bool:
    wanted = float(problem.totals @ multipliers)
    with np.errstate(invalid="ignore"):
        most = float(problem.base @ np.where(score > 0, problem.ceiling * score, problem.low * score))
    return most < wanted - DOUBT * float(np.abs(problem.totals * multipliers).sum())
