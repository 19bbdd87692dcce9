"""Weighted sums of several columns and of their products, by block of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Label = int | str | None
PAIRED = ("n", "sum_w", "sum_wx", "sum_wxx")
SUMMED = ("rows", "used", "bad", *PAIRED)


@dataclass(frozen=True, slots=True, eq=False)
class BlockSums:
    """Sums over the rows of k blocks, for p columns and every pair of them.

    Parameters
    ----------
    labels
        Labels of the blocks, sorted, shape (k,): int64, or objects that are texts. The rows without a
        block stand last, under None.
    shift
        What was subtracted from each column before it was summed, shape (p,); NaN where no value was met.
    rows, used
        Rows of positive weight, and those of them that enter a sum, int64, shape (k,).
    bad
        Rows with a value whose weight is missing or negative, int64, shape (k,).
    n, sum_w
        Rows that hold both columns i and j (int64), and the sum of their weights, shape (k, p, p).
    sum_wx
        At [·, i, j] the sum of w·x_i over the rows that hold both, shape (k, p, p).
    sum_wxx
        The sum of w·x_i·x_j over the rows that hold both, shape (k, p, p).
    """

    labels: npt.NDArray[Any]
    shift: Floats
    rows: Ints
    used: Ints
    bad: Ints
    n: Ints
    sum_w: Floats
    sum_wx: Floats
    sum_wxx: Floats


def label_array(labels: Sequence[Label]) -> npt.NDArray[Any]:
    """Return labels as an array: int64 where all are whole numbers, else objects."""
    whole = all(isinstance(label, int) for label in labels)
    return np.array(labels, dtype="int64" if whole else object)


def sorting_key(label: Label) -> tuple[bool, Label]:
    """Return what a label is sorted by: itself, with None last."""
    return label is None, 0 if label is None else label


def about(sums: BlockSums, shift: Floats, *, old: Floats | None = None) -> BlockSums:
    """Return the sums as they would be, had another shift been subtracted.

    With d the old shift less the new one, Σw(x_i + d_i) = Σwx_i + d_i Σw, and
    Σw(x_i + d_i)(x_j + d_j) = Σwx_i x_j + d_j Σwx_i + d_i Σwx_j + d_i d_j Σw.

    Parameters
    ----------
    sums
        Sums of p columns.
    shift
        The new shift, shape (p,).
    old
        The shift of each block, shape (k, p), where it is not one for all.
    """
    before = sums.shift if old is None else old
    d = np.where(np.isnan(before), 0.0, before - shift)
    if not d.any():
        return replace(sums, shift=shift)
    d_i, d_j = d[..., :, None], d[..., None, :]
    wx_j = sums.sum_wx.transpose(0, 2, 1)
    sum_wxx = sums.sum_wxx + (d_j * sums.sum_wx + d_i * wx_j) + d_i * d_j * sums.sum_w
    return replace(sums, shift=shift, sum_wx=sums.sum_wx + d_i * sums.sum_w, sum_wxx=sum_wxx)


def added(parts: Sequence[BlockSums]) -> BlockSums:
    """Add sums of the same columns over different rows; blocks of one label become one.

    Parameters
    ----------
    parts
        One or more. The shift of the sum is that of the first part that has one, column by column.
    """
    shift = first_known(np.stack([part.shift for part in parts]))
    labels = sorted({label for part in parts for label in part.labels.tolist()}, key=sorting_key)
    place = {label: number for number, label in enumerate(labels)}
    totals = {
        name: np.zeros((len(labels), *getattr(parts[0], name).shape[1:]), dtype=getattr(parts[0], name).dtype)
        for name in SUMMED
    }
    for part in parts:
        places = [place[label] for label in part.labels.tolist()]
        moved = about(part, shift)
        for name in SUMMED:
            totals[name][places] += getattr(moved, name)
    return BlockSums(label_array(labels), shift, **totals)


def first_known(shifts: Floats) -> Floats:
    """Return, for each column, the first shift that is known; NaN where none is.

    Parameters
    ----------
    shifts
        Shape (k, p), k ≥ 1.
    """
    return shifts[np.argmax(~np.isnan(shifts), axis=0), np.arange(shifts.shape[1])]


def total(sums: BlockSums) -> BlockSums:
    """Return the sums over all blocks, as one block of label 0."""
    summed = {name: getattr(sums, name).sum(axis=0, keepdims=True) for name in SUMMED}
    return replace(sums, labels=label_array([0]), **summed)


def of_columns(sums: BlockSums, places: Sequence[int]) -> BlockSums:
    """Return the sums of some columns, in the order of `places`."""
    square = np.ix_(range(len(sums.labels)), places, places)
    pairs = {name: getattr(sums, name)[square] for name in PAIRED}
    return replace(sums, shift=sums.shift[list(places)], **pairs)
