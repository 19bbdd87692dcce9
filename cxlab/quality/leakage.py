"""Does one column give the outcome away?"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError, nearest

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
AUC = 0.98
SETTLED = 0.5
MIN_LEVEL = 20
BINS = 50


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Leakage:
    """How well each single column tells the outcome.

    Parameters
    ----------
    outcome
        The outcome.
    n
        Rows with an outcome.
    rows
        One row per column: `column`, `kind` (`number`, `category` or `key`), `n_levels`, `auc` (0.5–1),
        `settled` (the smaller of the two shares of outcomes whose value of the column admits no other),
        `leak`; the best first. Keys are not judged.
    """

    outcome: str
    n: int
    rows: pd.DataFrame

    @property
    def leaks(self) -> tuple[str, ...]:
        """The columns that give the outcome away."""
        return tuple(self.rows.loc[self.rows["leak"], "column"])

    def tidy(self) -> pd.DataFrame:
        """Return one row per column."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        found = self.rows[self.rows["leak"]]
        if found.empty:
            return f"No single column gives '{self.outcome}' away ({len(self.rows)} columns, n = {self.n:,})."
        named = ", ".join(
            f"'{row.column}' (AUC {row.auc:.3f}, settles {row.settled:.0%})" for row in found.itertuples()
        )
        return f"'{self.outcome}' is given away by {named}: leave out what is known only afterwards."

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.to_html(index=False, border=0, na_rep="", float_format="{:.4f}".format)
        return f"<p>{html.escape(self.summary())}</p>\n{table}"


def leakage(frame: Any, outcome: str, columns: Sequence[str] | None = None) -> Leakage:
    """Name the columns that, each alone, tell an outcome almost perfectly.

    Parameters
    ----------
    frame
        pandas or polars frame, n rows.
    outcome
        Column with two values, such as churned or not; rows without one are left out.
    columns
        Columns to look at; all others of the frame unless given.

    Returns
    -------
    Leakage
        A column leaks where its AUC is at least .98, or where values that go with one outcome only (each on
        at least 20 rows) hold at least half of either outcome. Missing is a value of its own.

    Raises
    ------
    MeasureError
        Where a column is absent or the outcome does not have two values.

    Notes
    -----
    AUC is the share of pairs with unlike outcomes that the column puts in the right order, ties counting
    half, in the better direction. A number is ranked as it is, missing in front of or behind all others; a
    category is ranked by the share of outcomes in its levels. A column of texts or dates with fewer than five
    rows a level names rows rather than describes them: it is a `key`. Values of their own are the levels of a
    number, too, for what they settle; a number with more than 100 is cut into 50 groups of equal size. A leak
    is not always a mistake, but it is never a feature: it is known when the outcome is, not before.

    References
    ----------
    Hanley, McNeil (1982), Radiology 143, 29–36; Kaufman and others (2012), ACM TKDD 6(4), on leakage.
    """
    known = _pandas(frame)
    names = [name for name in known.columns if name != outcome] if columns is None else list(columns)
    for name in [outcome, *names]:
        if name not in known:
            raise MeasureError(f"there is no column '{name}'", remedy=nearest(name, map(str, known.columns)))
    if outcome in names:
        raise MeasureError(f"'{outcome}' is the outcome itself", remedy="leave it out of columns=")
    known = known[known[outcome].notna()]
    positive = _positive(known[outcome], outcome)
    rows = [_row(name, known[name], positive) for name in names]
    table = pd.DataFrame(rows, columns=["column", "kind", "n_levels", "auc", "settled", "leak"])
    return Leakage(
        outcome, len(known), table.sort_values("auc", ascending=False, kind="stable", ignore_index=True)
    )


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


def settled_share(levels: npt.NDArray[np.int64], positive: Bools) -> float:
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


def _row(name: str, column: pd.Series, positive: Bools) -> list[object]:
    codes, found = pd.factorize(column, use_na_sentinel=False)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy(dtype="float64", na_value=np.nan)
        far = np.where(np.isnan(numbers), np.inf, numbers)
        auc = max(rank_auc(far, positive), rank_auc(np.where(np.isinf(far), -np.inf, far), positive))
        settled = settled_share(codes if len(found) <= BINS * 2 else _binned(far), positive)
        kind = "number"
    elif len(found) * 5 > len(column):
        return [name, "key", len(found), np.nan, np.nan, False]
    else:
        rate = np.bincount(codes, weights=positive) / np.bincount(codes)
        auc, settled, kind = rank_auc(rate[codes], positive), settled_share(codes, positive), "category"
    return [name, kind, len(found), auc, settled, bool(auc >= AUC or settled >= SETTLED)]


def _binned(values: Floats) -> npt.NDArray[np.int64]:
    """Return the code of one of 50 groups of equal size; equal values share a group."""
    ranks = pd.Series(values).rank(pct=True).to_numpy()
    return np.ceil(BINS * ranks - 1e-9).astype("int64")


def _positive(column: pd.Series, outcome: str) -> Bools:
    values = sorted(column.unique(), key=str)
    if len(values) != 2:
        raise MeasureError(
            f"the outcome '{outcome}' has {len(values)} values, not two",
            remedy="make a flag of it, such as frame.assign(lost=frame['outcome'] == 'lost')",
        )
    return (column == values[1]).to_numpy(dtype=bool)


def _pandas(frame: Any) -> pd.DataFrame:
    try:
        return nw.from_native(frame, eager_only=True).to_pandas()
    except TypeError:
        raise MeasureError(
            f"a {type(frame).__name__} is no frame in memory", remedy="give a pandas or polars frame"
        ) from None
