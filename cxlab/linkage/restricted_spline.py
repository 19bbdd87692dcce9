"""Restricted cubic splines: a smooth curve that is straight beyond its outer knots. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
HARRELL = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975),
}


def spline_knots(x: Floats, w: Floats, knots: int | Sequence[float] | None) -> Floats:
    """Return the knots of a spline, ascending.

    Parameters
    ----------
    x, w
        Values and weights, shape (n,) each.
    knots
        How many, at Harrell's quantiles; or the knots themselves; 4 where None.

    Raises
    ------
    MeasureError
        Where there are fewer than 3, no quantiles are known for as many, or two fall together.
    """
    if knots is None or isinstance(knots, int):
        count = 4 if knots is None else knots
        if count not in HARRELL:
            raise MeasureError(f"{count} knots", remedy="take 3 to 7, or name the knots: knots=(3, 6, 8, 9)")
        found = np.quantile(x, HARRELL[count], weights=w, method="inverted_cdf")
    else:
        found = np.asarray(list(knots), dtype="float64")
    if len(found) < 3 or not (np.isfinite(found).all() and (np.diff(found) > 0).all()):
        said = ", ".join(f"{knot:g}" for knot in found)
        raise MeasureError(
            f"the knots {said} are not three or more that rise",
            remedy="name the knots: knots=(3, 6, 8, 9), or take fewer of them or kind='bins'",
        )
    return np.asarray(found)


def restricted_spline(x: Floats, knots: Floats) -> Floats:
    """Return x and the k − 2 columns that bend it, shape (n, k − 1).

    References
    ----------
    Harrell (2015), Regression Modeling Strategies, 2nd edition, equations 2.25 to 2.28, divided by the
    square of the knots' range.
    """
    last, before = knots[-1], knots[-2]
    out = [x]
    for knot in knots[:-2]:
        bend = _cube(x - knot) - _cube(x - before) * (last - knot) / (last - before)
        bend = bend + _cube(x - last) * (before - knot) / (last - before)
        out.append(bend / (last - knots[0]) ** 2)
    return np.column_stack(out)


def _cube(x: Floats) -> Floats:
    return np.maximum(x, 0.0) ** 3
