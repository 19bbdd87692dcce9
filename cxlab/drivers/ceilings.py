"""Ceilings over a cloud of points, and what permuting the outcome makes of them. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, permutations
from math import factorial
from typing import Literal

import numpy as np
import numpy.typing as npt

from cxlab.estimate.estimates import Scale

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Ceiling = Literal["ce_fdh", "cr_fdh"]
CELLS = 2_000_000
"""Permuted outcomes that are held at once."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The corners of the free disposal hull of n points, for b arrangements of the outcome.

    Parameters
    ----------
    x
        The distinct values of the driver, ascending, shape (k,).
    top
        The largest outcome at or left of each of them, shape (b, k).
    """

    x: Floats
    top: Floats

    @property
    def corners(self) -> Bools:
        """Where the hull goes up, shape (b, k); the first value always counts."""
        first = np.ones((len(self.top), 1), dtype=bool)
        return np.hstack([first, np.diff(self.top, axis=1) > 0])


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Straight lines through the corners, shape (b,) each; NaN where there is one corner only."""

    intercept: Floats
    slope: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """A driver and the outcome in ascending order of the driver (n,), where each value starts, the scope."""

    x: Floats
    y: Floats
    starts: Ints
    x_scale: Scale
    y_scale: Scale


def ordered(x: Floats, y: Floats, x_scale: Scale, y_scale: Scale) -> Cloud:
    """Return the cloud of a driver and the outcome, shape (n,) each."""
    order = np.argsort(x, kind="stable")
    starts = np.unique(x[order], return_index=True)[1].astype("int64")
    return Cloud(x[order], y[order], starts, x_scale, y_scale)


def steps(x: Floats, y: Floats, starts: Ints) -> Steps:
    """Return the hull of a driver in ascending order (n,) and b arrangements of the outcome (b, n).

    An arrangement drawn at random is as good in the order of one driver as in that of another, so the same
    draws serve all drivers, one by one.
    """
    return Steps(x[starts], np.maximum.accumulate(np.maximum.reduceat(y, starts, axis=1), axis=1))


def lines(hull: Steps) -> Lines:
    """Fit least squares through the corners of each arrangement, each distinct corner once."""
    inside = hull.corners
    x, y = np.where(inside, hull.x, 0.0), np.where(inside, hull.top, 0.0)
    count = inside.sum(axis=1)
    x_mean, y_mean = x.sum(axis=1) / count, y.sum(axis=1) / count
    dx = np.where(inside, hull.x - x_mean[:, None], 0.0)
    above, below = (dx * (hull.top - y_mean[:, None])).sum(axis=1), (dx**2).sum(axis=1)
    slope = np.divide(above, below, out=np.full(len(count), np.nan), where=count > 1)
    return Lines(y_mean - slope * x_mean, slope)


def effect_sizes(hull: Steps, ceiling: Ceiling, x_scale: Scale, y_scale: Scale) -> Floats:
    """Return the empty share of the scope above the ceiling, shape (b,).

    Parameters
    ----------
    hull
        The hull of b arrangements.
    ceiling
        `ce_fdh` takes the hull itself, and the whole scope left of the smallest value as empty; `cr_fdh` the
        line through its corners, cut at the scope, and 0 where there is no line.
    x_scale, y_scale
        The scope.

    References
    ----------
    Dul (2016), Organizational Research Methods 19(1), 10–52, d = C / S.
    """
    x_low, x_high = x_scale
    y_low, y_high = y_scale
    scope = (x_high - x_low) * (y_high - y_low)
    if ceiling == "ce_fdh":
        widths = np.diff(np.append(hull.x, x_high))
        left = (hull.x[0] - x_low) * (y_high - y_low)
        return np.asarray((left + (y_high - hull.top) @ widths) / scope)
    line = lines(hull)
    known = np.isfinite(line.slope)
    slope = np.where(known, line.slope, 1.0)
    # The line rises, so it enters the scope at `enter` and leaves it at `leave`.
    enter = np.clip((y_low - line.intercept) / slope, x_low, x_high)
    leave = np.clip((y_high - line.intercept) / slope, x_low, x_high)
    middle = line.intercept + slope * (enter + leave) / 2
    empty = (enter - x_low) * (y_high - y_low) + (leave - enter) * (y_high - middle)
    return np.where(known, empty / scope, 0.0)


def above_line(x: Floats, y: Floats, line: Lines) -> Bools:
    """Return which points stand above the line of the data as they are, shape (n,)."""
    if not np.isfinite(line.slope[0]):
        return np.zeros(len(x), dtype=bool)
    return np.asarray(y > line.intercept[0] + line.slope[0] * x + ROUNDING * max(1.0, np.ptp(y)))


def required(hull: Steps, ceiling: Ceiling, outcome: Floats) -> Floats:
    """Return how much of the driver each level of the outcome needs, shape (m,).

    Returns
    -------
    array
        −inf where no line can be drawn, +inf where nobody has reached the level (`ce_fdh`).
    """
    if ceiling == "ce_fdh":
        place = np.searchsorted(hull.top[0], outcome - ROUNDING * max(1.0, np.ptp(hull.top[0])))
        return np.where(place < len(hull.x), hull.x[np.minimum(place, len(hull.x) - 1)], np.inf)
    line = lines(hull)
    if not np.isfinite(line.slope[0]):
        return np.full(len(outcome), -np.inf)
    return np.asarray((outcome - line.intercept[0]) / line.slope[0])


def arrangements(y: Floats, count: int, rng: np.random.Generator) -> tuple[bool, Iterator[Floats]]:
    """Return whether all arrangements of the outcome are gone through, and blocks (b, n) of them.

    Where n! is at most `count` all are, the given one among them; else `count` are drawn.
    """
    n = len(y)
    if n <= 12 and factorial(n) <= count:
        return True, _all(y)
    return False, _drawn(y, count, rng)


def _all(y: Floats) -> Iterator[Floats]:
    orders = permutations(range(len(y)))
    while block := list(islice(orders, CELLS // len(y))):
        yield y[np.array(block, dtype="int64").reshape(-1, len(y))]


def _drawn(y: Floats, count: int, rng: np.random.Generator) -> Iterator[Floats]:
    size = max(1, CELLS // len(y))
    for start in range(0, count, size):
        yield rng.permuted(np.tile(y, (min(size, count - start), 1)), axis=1)
