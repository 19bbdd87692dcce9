"""How often each number occurs in each group: counted where they are whole and small, else sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

GLANCE = 1_000
MOST_BINS = 2**22


def distinct_runs(cells: pd.DataFrame, column: str, names: Sequence[str]) -> pd.DataFrame:
    """Return one row per group and distinct number, with how often it stands there.

    Both ways are far faster than hashing the numbers.

    Parameters
    ----------
    cells
        One row per row of the frame, n of them.
    column
        Column of numbers; NaN counts as a value.
    names
        Columns whose values make the groups; few of them differ.

    Returns
    -------
    pandas.DataFrame
        `names`, `column`, and `rows` and `n`, which are both the count.
    """
    if cells.empty:
        return cells.assign(rows=0.0, n=0.0)
    group, levels = _small_codes(cells, names)
    number = cells[column].to_numpy()
    whole = _whole(number, len(levels))
    if whole is not None:
        bins = np.multiply(whole, len(levels), dtype="int64")
        bins += group
        counts = np.bincount(bins)
        there = np.flatnonzero(counts)
        count = pd.Series(counts[there].astype("float64"))
        runs = levels.iloc[there % len(levels)].reset_index(drop=True)
        runs[column] = (there // len(levels)).astype("float64")
        return runs.assign(rows=count, n=count)
    return _sorted_runs(number, group, levels, column)


def _sorted_runs(
    number: npt.NDArray[Any], group: npt.NDArray[np.signedinteger], levels: pd.DataFrame, column: str
) -> pd.DataFrame:
    found = [_runs(number[group == place]) for place in range(len(levels))]
    sizes = [len(values) for values, _ in found]
    runs = levels.iloc[np.repeat(np.arange(len(levels), dtype="int32"), sizes)].reset_index(drop=True)
    # Series share their values, where arrays are copied.
    runs[column] = pd.Series(np.concatenate([values for values, _ in found]), dtype="float64", copy=False)
    count = pd.Series(np.concatenate([counts for _, counts in found]), copy=False)
    return runs.assign(rows=count, n=count)


def _runs(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    """Sort values in place; return the different ones and how often each occurs."""
    values.sort()
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    if first.all():
        return values, np.ones(len(values))
    starts = np.flatnonzero(first)
    return values[starts], np.diff(starts, append=len(values)).astype("float64")


def _whole(number: npt.NDArray[Any], groups: int) -> npt.NDArray[np.int64] | None:
    """Return the numbers as whole ones from 0, or None where they are not or where one is large."""
    if not len(number) or not (number[:GLANCE] == np.floor(number[:GLANCE])).all():
        return None
    # NaN is neither.
    if not (number.min() >= 0 and number.max() * groups < MOST_BINS):
        return None
    whole = number.astype("int64", copy=False)
    return whole if number.dtype.kind in "iu" or (whole == number).all() else None


def _small_codes(
    cells: pd.DataFrame, names: Sequence[str]
) -> tuple[npt.NDArray[np.signedinteger], pd.DataFrame]:
    """Return the number of each row's group and the groups: every combination of values."""
    code: npt.NDArray[np.signedinteger] = np.zeros(len(cells), dtype="int8")
    levels = pd.DataFrame(index=range(1))
    for name in names:
        found, values = _values(cells[name])
        size = len(values)
        kind = np.min_scalar_type(-max(len(levels) * size, 1))
        code = code.astype(kind) * kind.type(size) + found.astype(kind)
        levels = levels.loc[levels.index.repeat(size)].reset_index(drop=True)
        levels[name] = pd.concat([values] * (len(levels) // max(size, 1)), ignore_index=True)
    return code, levels


def _values(column: pd.Series) -> tuple[npt.NDArray[np.signedinteger], pd.Series]:
    """Return the place of each value among those there are, and these."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories
        codes = column.cat.codes.to_numpy()
        values = pd.Categorical.from_codes(range(-1, len(categories)), dtype=column.dtype)
        return codes + codes.dtype.type(1), pd.Series(values)
    if column.dtype == np.int8 and column.min() >= 0:  # flags are their own places
        return column.to_numpy(), pd.Series(np.arange(int(column.max()) + 1, dtype="int8"))
    codes, found = pd.factorize(column, use_na_sentinel=False)
    return codes, pd.Series(found)
