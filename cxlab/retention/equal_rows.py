"""Rows that are alike in every column, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EqualRows:
    """The different rows, in the order of their values.

    Parameters
    ----------
    values
        Shape (m, columns).
    count
        How many rows each stands for, shape (m,).
    code
        Which of them each row is, shape (n,).
    """

    values: Floats
    count: Ints
    code: Ints


def equal_rows(columns: Sequence[Floats]) -> EqualRows:
    """Collapse rows without missing values, `columns` of shape (n,) each."""
    code = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        found, values = pd.factorize(column)
        # Numbered anew at each column: the product of all numbers of values could pass an integer.
        code, _ = pd.factorize(code * len(values) + found)
    first = np.zeros(code.max(initial=-1) + 1, dtype="int64")
    first[code[::-1]] = np.arange(len(code))[::-1]
    rows = np.column_stack([column[first] for column in columns])
    order = np.lexsort(rows.T[::-1])
    place = np.empty(len(order), dtype="int64")
    place[order] = np.arange(len(order))
    code = place[code]
    return EqualRows(rows[order], np.bincount(code, minlength=len(order)), code)
