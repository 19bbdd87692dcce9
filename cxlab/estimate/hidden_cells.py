"""Which cells of a table must be hidden, so that no small one can be found by subtraction."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
ROUNDING = 1e-9


def too_small(base: float, min_base: float) -> bool:
    """Tell whether a base is below the smallest that is shown; what rounding takes from it does not count."""
    return not base >= min_base - ROUNDING


def hidden_cells(levels: npt.NDArray[np.object_], base: Floats, min_base: float) -> Bools:
    """Choose the cells to hide: the small ones, and as few others as protect them.

    Parameters
    ----------
    levels
        Level of each cell on each segment column, shape (k, d).
    base
        Bases, shape (k,); 0 for an empty cell, which hides nothing and is never hidden; NaN for a cell that
        is hidden already.
    min_base
        Smallest base that is shown.

    Returns
    -------
    array of bool
        Shape (k,).

    Notes
    -----
    The total and every margin (the table summed over any of its columns) count as known wherever their
    base is at least `min_base`. Two rules then hold, or every cell that could help is hidden. First, the
    cells hidden in one margin together have a base of at least `min_base`, because their sum can be found.
    Second, no small cell is determined by the margins: with M the matrix of known margins × hidden cells,
    a cell is determined where every vector of M's null space is 0 on it. The next cell to hide is in the
    margin with the fewest hidden: the one that serves most margins with a single hidden cell, then the one
    with the smallest base, then the first.

    References
    ----------
    Willenborg, de Waal (2001), Elements of Statistical Disclosure Control, chapter 4.
    """
    known = np.nan_to_num(base)
    small = np.isnan(base) | ((base > 0) & (base < min_base - ROUNDING))
    if not small.any():
        return small
    hidden = small.copy()
    # A cell that is hidden already may have any base.
    largest = np.nan_to_num(base, nan=min_base)
    margins = _margins(levels)
    margins = margins[margins @ largest >= min_base - ROUNDING]
    while (extra := _next_cell(margins, known, small, hidden, min_base)) is not None:
        hidden[extra] = True
    return hidden


def _margins(levels: npt.NDArray[np.object_]) -> Bools:
    """Return which cells each margin sums, shape (margins, k), the finest margins first."""
    columns = range(levels.shape[1])
    margins = [np.zeros((0, len(levels)), dtype=bool)]
    for kept in (kept for size in reversed(columns) for kept in combinations(columns, size)):
        names = [tuple(row) for row in levels[:, kept]]
        number = {name: place for place, name in enumerate(dict.fromkeys(names))}
        margins.append(np.array([number[name] for name in names]) == np.arange(len(number))[:, None])
    return np.concatenate(margins)


def _next_cell(margins: Bools, base: Floats, small: Bools, hidden: Bools, min_base: float) -> int | None:
    shut = (margins & hidden).sum(axis=1)
    lacking = (shut > 0) & ((margins & hidden) @ base < min_base - ROUNDING)
    determined = _determined(margins, hidden)
    if (small & determined).any():
        lacking |= (margins & determined).any(axis=1)
    serves = margins[shut == 1].sum(axis=0)
    for margin in sorted(np.flatnonzero(lacking), key=lambda margin: shut[margin]):
        still_open = np.flatnonzero(margins[margin] & ~hidden & (base > 0))
        if len(still_open):
            return int(min(still_open, key=lambda cell: (-serves[cell], base[cell])))
    return None


def _determined(margins: Bools, hidden: Bools) -> Bools:
    """Return the hidden cells that the known margins determine."""
    determined = np.zeros(len(hidden), dtype=bool)
    if len(margins):
        _, singular, right = np.linalg.svd(margins[:, hidden].astype("float64"))
        free = right[(singular > ROUNDING).sum() :]
        determined[hidden] = np.abs(free).max(axis=0, initial=0.0) < ROUNDING
    return determined
