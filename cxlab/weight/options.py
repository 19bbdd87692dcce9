"""Checks of the options that the ways of weighting share."""

from __future__ import annotations

import math

from cxlab.model.errors import MeasureError

Range = tuple[float, float]


def require_search(max_iter: int, tolerance: float) -> None:
    """Raise MeasureError where the limits of the search make no sense."""
    if isinstance(max_iter, bool) or not isinstance(max_iter, int) or max_iter < 1:
        raise MeasureError(f"max_iter is {max_iter!r}", remedy="give a whole number of 1 or more")
    if not isinstance(tolerance, float) or not 0 < tolerance < 1:
        raise MeasureError(
            f"tolerance is {tolerance!r}", remedy="give a relative difference, such as the default of 1e-10"
        )


def require_range(name: str, given: Range | None, of: str) -> None:
    """Raise MeasureError unless a pair of limits leaves room on both sides of 1, or is absent.

    Parameters
    ----------
    name
        The option.
    given
        Its value.
    of
        What is held between the limits.
    """
    if given is None:
        return
    if isinstance(given, (tuple, list)) and len(given) == 2:
        low, high = (one if isinstance(one, (int, float)) else math.nan for one in given)
        if 0 <= low < 1 < high:
            return
    raise MeasureError(
        f"{name} is {given!r}", remedy=f"give (low, high) of {of}, with 0 ≤ low < 1 < high, such as (0.3, 3)"
    )
