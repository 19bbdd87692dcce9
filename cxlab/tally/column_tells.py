"""How well one column alone tells an outcome. A column in, figures out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
AUC = 0.98
SETTLED = 0.5
MIN_LEVEL = 20
BINS = 50


@dataclass(frozen=True, slots=True)
class ColumnTells:
    """What a column says of an outcome.

    Parameters
    ----------
    kind
        `number`, `category`, or `key`, which names rows rather than describes them: judged is only whether
        it is there.
    n_levels
        Different values, missing among them.
    auc
        Share of pairs it puts in the right order, .5–1; of a key NaN where it is never missing.
    settled
        The smaller of the shares of either outcome whose value of the column admits no other; of a key as
        above.
    """

    kind: Literal["number", "category", "key"]
    n_levels: int
    auc: float
    settled: float

    @property
    def leak(self) -> bool:
        """Whether it tells the outcome almost perfectly."""
        return bool(self.auc >= AUC or self.settled >= SETTLED)


def column_tells(column: pd.Series, positive: Bools) -> ColumnTells:
    """Say how well a column tells an outcome; missing is a value of its own.

    Parameters
    ----------
    column
        Numbers, texts, categories or dates, shape (n,).
    positive
        Outcomes, shape (n,), both present.
    """
    codes, found = pd.factorize(column, use_na_sentinel=False)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy(dtype="float64", na_value=np.nan)
        far = np.where(np.isnan(numbers), np.inf, numbers)
        auc = max(rank_auc(far, positive), rank_auc(np.where(np.isinf(far), -np.inf, far), positive))
        settled = settled_share(codes if len(found) <= BINS * 2 else _binned(far), positive)
        return ColumnTells("number", len(found), auc, settled)
    kind: Literal["category", "key"] = "category"
    if len(found) * 5 > len(column):
        kind, codes = "key", column.isna().to_numpy().astype("int64")
        if not codes.any():
            return ColumnTells(kind, len(found), np.nan, np.nan)
    return ColumnTells(kind, len(found), level_auc(codes, positive), settled_share(codes, positive))


def level_auc(levels: Ints, positive: Bools) -> float:
    """Return the AUC of the share of outcomes in each level, of all rows but the two compared; at least .5.

    Rates that hold the rows they rank put noise in order wherever levels are many and outcomes rare.

    Parameters
    ----------
    levels
        Code of the level of each row, shape (n,).
    positive
        Outcomes, shape (n,), both present.

    Notes
    -----
    Of two rows of one level neither is first: ½. A level of one row has nothing to tell but the overall rate.
    """
    size, hits = (np.bincount(levels, weights=each) for each in (np.ones(len(levels)), positive))
    others = np.divide(
        hits[levels] - positive, size[levels] - 1, out=np.full(len(levels), positive.mean()),
        where=size[levels] > 1,
    )  # fmt: skip
    n_1 = int(positive.sum())
    pairs = n_1 * (len(positive) - n_1)
    ranks = pd.Series(others).rank().to_numpy()
    ordered = ranks[positive].sum() - n_1 * (n_1 + 1) / 2
    # Within a level the rate of the others is lower for each positive, which says nothing.
    ties = (hits * (size - hits)).sum() / 2
    return float(max((ordered + ties) / pairs, 0.5))


def rank_auc(values: Floats, positive: Bools) -> float:
    """Return the AUC of a number in its better direction, 0.5–1; ties count half.

    Parameters
    ----------
    values
        Numbers, shape (n,), none missing.
    positive
        Outcomes, shape (n,), both present.
    """
    n_1 = int(positive.sum())
    n_0 = len(positive) - n_1
    ranks = pd.Series(values).rank().to_numpy()
    auc = (ranks[positive].sum() - n_1 * (n_1 + 1) / 2) / (n_1 * n_0)
    return float(max(auc, 1 - auc))


def settled_share(levels: Ints, positive: Bools) -> float:
    """Return the smaller of the shares of either outcome that stand on levels with that outcome only.

    Parameters
    ----------
    levels
        Code of the level of each row, shape (n,).
    positive
        Outcomes, shape (n,), both present.
    """
    size = np.bincount(levels)
    hits = np.bincount(levels, weights=positive)
    large = size >= MIN_LEVEL
    ones = hits[large & (hits == size)].sum() / positive.sum()
    noughts = size[large & (hits == 0)].sum() / (~positive).sum()
    return float(min(ones, noughts))


def _binned(values: Floats) -> Ints:
    """Return the code of one of 50 groups of equal size; equal values share a group."""
    ranks = pd.Series(values).rank(pct=True).to_numpy()
    return np.ceil(BINS * ranks - 1e-9).astype("int64")
