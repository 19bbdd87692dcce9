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
from cxlab.tally.column_tells import column_tells

Bools = npt.NDArray[np.bool_]


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
        `leak`; the best first. Of a key only whether it is there is judged: NaN where it always is.
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
    category is ranked by the share of outcomes among the other rows of a level: a share that holds the row it
    ranks would find noise in many levels. Two rows of one level count half, and AUC is at least .5. A column
    of texts or dates with fewer than five rows a level names rows rather than describes them: it is a `key`,
    of which is judged whether it is missing. Values of their own are the levels of a
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


def _row(name: str, column: pd.Series, positive: Bools) -> list[object]:
    told = column_tells(column, positive)
    return [name, told.kind, told.n_levels, told.auc, told.settled, told.leak]


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
