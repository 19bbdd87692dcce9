"""Rows that share every level: the cells on which weights are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.weight.sample import Codes, Floats

FEW = 2**16


@dataclass(frozen=True, slots=True)
class Cells:
    """The k distinct combinations of codes that n rows hold.

    Parameters
    ----------
    of_row
        Cell of each row, shape (n,).
    rows
        One row of each cell, shape (k,).
    n
        Rows of a base weight above 0 in each cell, shape (k,).
    base
        Sum of their base weights, shape (k,).
    """

    of_row: Codes
    rows: Codes
    n: Codes
    base: Floats


def cells_of(keys: Sequence[npt.NDArray[Any]], base: Floats) -> Cells:
    """Collapse rows to the distinct combinations of their codes.

    Rows of one cell get one ratio of final to base weight, whatever the method, so that finding it costs
    as much for a million rows as for the few thousand cells they fall into.

    Parameters
    ----------
    keys
        Codes, whole numbers ≥ 0, shape (n,) each.
    base
        Base weights, shape (n,).

    Returns
    -------
    Cells
        In the order of their codes where combinations are few, else in that of their first rows.
    """
    # Combinations up to this number are found by counting, more of them by hashing.
    limit = max(4 * len(base), FEW)
    cell = np.zeros(len(base), dtype=np.int64)
    room = 1
    for codes in keys:
        size = int(codes.max()) + 1
        cell *= size
        cell += codes
        room *= size
        if room > limit:
            cell, distinct = pd.factorize(cell)
            room = len(distinct)
    held = np.bincount(cell, minlength=room) > 0
    if not held.all():
        cell = (np.cumsum(held) - 1)[cell]
    k = int(held.sum())
    rows = np.empty(k, dtype=np.int64)
    rows[cell] = np.arange(len(cell))
    n = np.bincount(cell if base.min() > 0 else cell[base > 0], minlength=k)
    return Cells(cell, rows, n, np.bincount(cell, weights=base, minlength=k).astype(np.float64, copy=False))


def codes_of_numbers(numbers: Floats) -> Codes:
    """Return a code for each distinct number, shape (n,)."""
    codes, _ = pd.factorize(numbers)
    return codes.astype(np.int64, copy=False)
