"""What a snapshot returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import hidden_cells, too_small


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Snapshot:
    """Customers at risk on a day, what was known of them before it, and what became of them.

    Parameters
    ----------
    cutoff, horizon, window
        The day, how many days from it on count as leaving, and over how many days before it things are
        counted.
    features
        One row per customer at risk, by `customer_id`; known before it only, but for
        the columns of `attributes`, which stand as the table has them today.
    attributes
        Columns of `features` that were taken from `customers`.
    label
        1 who left within the horizon, 0 who did not, missing where that was not seen; by `customer_id`.
    causes
        Why, of those with label 1 (`unknown` where nobody said); missing for all others.
    follow_up
        `customer_id`, `days` with a contract that were seen from the cut-off on, `left` at their end (1, or 0
        where the books end first), `cause`: what survival analysis asks for, whatever the horizon.
    counts
        `status` (left, stayed, not seen), `cause`, `n`, `share` of all at risk, `suppressed`.
    n
        Customers at risk.
    books_first, books_last
        First and last day of the books.
    notes
        What to know before the figures are used.
    counted
        Notes that say a number of customers; none where one of the counts is hidden, which it would tell.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    cutoff: str
    horizon: int
    window: int
    features: pd.DataFrame
    attributes: tuple[str, ...]
    label: pd.Series
    causes: pd.Series
    follow_up: pd.DataFrame
    counts: pd.DataFrame
    n: int
    books_first: str
    books_last: str
    notes: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per status and cause."""
        return self.counts.assign(cutoff=self.cutoff, horizon=self.horizon, n_at_risk=self.n)

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        if self.counts["suppressed"].all():
            return f"Customers at risk on {self.cutoff}: too few to say."
        n = self.counts.groupby("status", observed=True)["n"].sum(min_count=1)
        seen = self.label.notna().sum()
        if not seen:
            became = f"what became of them within {self.horizon} days is not known yet"
        elif np.isnan(n.get("left", 0.0)) or self.counts["suppressed"].any():
            became = f"those who left within {self.horizon} days are too few to say"
        else:
            left, lost = int(n.get("left", 0)), int(n.get("not seen", 0))
            became = (
                f"{left:,} of {seen:,} left within {self.horizon} days ({left / seen:.1%})"
                f"{self._causes()}, and of {lost:,} that was not seen"
            )
        said = f"On {self.cutoff} {self.n:,} customers had a contract; {became}."
        return " ".join([said, *self.notes, *self.counted])

    def _causes(self) -> str:
        rows = self.counts[(self.counts["status"] == "left") & (self.counts["n"] > 0)]
        said = [f"{cause} {n:,.0f}" for cause, n in zip(rows["cause"], rows["n"], strict=True)]
        return ": " + ", ".join(said) if said else ""

    def suppress(self, min_base: int) -> Snapshot:
        """Return the result, with counts below `min_base` hidden so that none can be found by subtraction.

        Features, labels and follow-up are rows of customers: they are not to be shown at all.
        """
        if min_base <= self.min_base:
            return self
        base = self.counts["n"].to_numpy(dtype="float64")
        cells = self.counts[["status", "cause"]].astype("str").agg(" ".join, axis=1)
        hidden = hidden_cells(cells.to_numpy(dtype=object)[:, None], base, min_base)
        hidden |= too_small(self.n, min_base)
        counts = self.counts.assign(
            n=np.where(hidden, np.nan, base),
            share=self.counts["share"].where(~hidden),
            suppressed=self.counts["suppressed"] | hidden,
        )
        n = 0 if too_small(self.n, min_base) else self.n
        counted = () if counts["suppressed"].any() else self.counted
        return replace(self, counts=counts, n=n, counted=counted, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the counts; no customer is shown."""
        table = self.counts.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
