"""The maximum of a likelihood of positive parameters, climbed on their logarithms with analytic slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Terms = Callable[[Floats], tuple[Floats, Floats]]
"""Parameters, shape (k,), to the log-likelihood of each row, shape (m,), and its slopes, shape (k, m)."""
MOST_STEPS = 300
FLAT = 1e-9
"""Slope of the mean log-likelihood below which a point is a maximum."""
SMALLEST_STEP = 1e-10
FAR = 13.0
"""A parameter beyond e^±13 says that the likelihood rises without end: callers give data of mean 1."""
LONG = 0.3
"""A step of a logarithm beyond which the curvature there says little of that here."""
WORST = 1e8
"""Condition number beyond which the square of the slopes is no guide."""
PROBE = 1e-4
"""Step of the central differences of the slopes: their error is near its square."""


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where a likelihood is largest.

    Parameters
    ----------
    theta
        Parameters, shape (k,).
    loglik
        Log-likelihood there.
    found
        Whether the slope is 0 inside the allowed range.
    """

    theta: Floats
    loglik: float
    found: bool


def maximum(terms: Terms, weight: Floats, start: Floats, inverse: Floats | None = None) -> Maximum:
    """Climb from `start` by quasi-Newton steps (BFGS).

    Parameters
    ----------
    terms
        The likelihood.
    weight
        Weight of each row, shape (m,).
    start
        Parameters above 0, shape (k,).
    inverse
        Inverse of the curvature of the mean log-likelihood by the logarithms. None takes the mean square of
        the slopes of the rows for the curvature, at every long step anew; where that leads astray along a
        ridge, the climb begins once more with the slope alone.

    References
    ----------
    Nocedal, Wright (2006), Numerical Optimization, algorithm 6.1, equations 6.17 and 6.20. Berndt, Hall,
    Hall, Hausman (1974), Annals of Economic and Social Measurement 3, 653–665.
    """
    top = _climbed(terms, weight, start, inverse, by_rows=inverse is None)
    if inverse is None and not top.found:
        return _climbed(terms, weight, start, None, by_rows=False)
    return top


def _climbed(terms: Terms, weight: Floats, start: Floats, curve: Floats | None, *, by_rows: bool) -> Maximum:
    total = float(weight.sum())
    share = weight / total
    point = np.log(start)
    value, slope, each = _mean(terms, share, point)
    curve = _of_rows(each, share) if by_rows else curve
    for _ in range(MOST_STEPS):
        if np.abs(slope).max() < FLAT or np.abs(point).max() > FAR:
            break
        step = slope if curve is None else curve @ slope
        if step @ slope <= 0:
            curve, step = None, slope
        step = step * min(1.0, 1.0 / np.abs(step).max())
        at = _ascent(terms, share, point, value, step, float(step @ slope))
        if at is None:
            # Nothing higher that way: begin anew with the slope alone, or stop where that was it.
            if curve is None:
                break
            curve = None
            continue
        moved, value, new, each = at
        anew = _of_rows(each, share) if by_rows and np.abs(moved - point).max() > LONG else None
        curve = _updated(curve, moved - point, slope - new) if anew is None else anew
        point, slope = moved, new
    found = bool(np.abs(slope).max() < 1e3 * FLAT and np.abs(point).max() <= FAR)
    return Maximum(np.exp(point), value * total, found)


def information(terms: Terms, weight: Floats, theta: Floats) -> Floats:
    """Return the observed information of the logarithms of the parameters, shape (k, k)."""
    point, size = np.log(theta), len(theta)
    columns = [
        _mean(terms, weight, point + PROBE * unit)[1] - _mean(terms, weight, point - PROBE * unit)[1]
        for unit in np.eye(size)
    ]
    second = -np.array(columns) / (2 * PROBE)
    return np.asarray((second + second.T) / 2)


def _mean(terms: Terms, share: Floats, point: Floats) -> tuple[float, Floats, Floats]:
    """Return the mean log-likelihood, its slopes and those of the rows, by the logarithms."""
    theta = np.exp(point)
    rows, slopes = terms(theta)
    slopes *= theta[:, None]
    return float(rows @ share), slopes @ share, slopes


def _of_rows(slopes: Floats, share: Floats) -> Floats | None:
    """Return the inverse of the mean square of the slopes of the rows, or None where near singular."""
    square = (slopes * share) @ slopes.T
    return None if np.linalg.cond(square) > WORST else np.asarray(np.linalg.inv(square), dtype="float64")


def _ascent(
    terms: Terms, share: Floats, point: Floats, value: float, step: Floats, rise: float
) -> tuple[Floats, float, Floats, Floats] | None:
    """Halve a step until it rises; what rounding takes from the likelihood does not count."""
    length = 1.0
    while length > SMALLEST_STEP:
        moved = point + length * step
        new_value, new_slope, each = _mean(terms, share, moved)
        if new_value >= value + 1e-4 * length * rise - 1e-14 * abs(value):
            return moved, new_value, new_slope, each
        length /= 2
    return None


def _updated(curve: Floats | None, step: Floats, change: Floats) -> Floats | None:
    """Return the inverse curvature after a step and the fall of the slope along it."""
    product = float(step @ change)
    if product <= 0:
        return curve
    if curve is None:
        curve = np.eye(len(step)) * product / float(change @ change)
    left = np.eye(len(step)) - np.outer(step, change) / product
    return np.asarray(left @ curve @ left.T + np.outer(step, step) / product)
