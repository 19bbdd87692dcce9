"""A linked panel: revenue by customer and period beside what was said before it."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.linkage.linked_note import LinkedNote
from cxlab.linkage.shown_counts import hidden_parts, hidden_splits, shown_counts
from cxlab.model.errors import MeasureError


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LinkedPanel:
    """Survey answers joined to the revenue of the periods that follow them.

    Parameters
    ----------
    frame
        One row per entity and period in which it was a customer, sorted by both: the column `entity` names
        (`account_id` or `customer_id`), `period`, `revenue`, `retained` (1 or 0; missing in the last period,
        whose next one is unknown), and of each score: the score, `_n` (contacts who gave it), `_age` (mean
        days between answer and period), `_previous` and `_previous_n` (the answer of the same contacts before
        that one), `_lead` (the first answer after the period, for the placebo only); then the segments. A row
        without an answer stays, its scores missing: designs with an earlier outcome need it.
    entity
        Column of the entity.
    score, scores
        The score the panel is about, and all that were joined.
    period, lag, max_age
        As they were asked for.
    revenue, currency
        Where revenue comes from, and its currency; None where nobody named one.
    segments
        Columns of the frame to compare by.
    counts
        Where everything went: `table`, `score` (empty where none is meant), `reason`, `n`, `suppressed`. Of
        each table and score, the first row is what came in and the others sum to it.
    notes
        What to know before the panel is used: each has a `code` and its figures, and `str(note)` says it.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    frame: pd.DataFrame
    entity: str
    score: str
    scores: tuple[str, ...]
    period: str
    lag: int
    max_age: int | None
    revenue: str
    currency: str | None
    segments: tuple[str, ...]
    counts: pd.DataFrame
    notes: tuple[LinkedNote, ...]
    min_base: int = 0

    def with_log(self) -> pd.DataFrame:
        """Return the frame with the natural logarithm of revenue in a column `log_revenue`.

        Raises
        ------
        MeasureError
            Where a revenue is 0 or less, which has none.
        """
        low = int((self.frame["revenue"] <= 0).sum())
        if low:
            raise MeasureError(
                f"{low:,} rows have a revenue of 0 or less, which has no logarithm",
                remedy="take cx.revenue_glm, which has room for 0, or amounts",
            )
        return self.frame.assign(log_revenue=np.log(self.frame["revenue"]))

    def tidy(self) -> pd.DataFrame:
        """Return one row per period.

        `entities`, `with_score` (those with the score), `contacts`, `mean_score`, `mean_revenue`, `retained`
        (share), `suppressed`.
        """
        known = self.frame[self.score].notna()
        rows = self.frame.assign(with_score=known, contacts=self.frame[f"{self.score}_n"])
        out = rows.groupby("period", sort=True).agg(
            entities=("revenue", "size"), with_score=("with_score", "sum"), contacts=("contacts", "sum"),
            mean_score=(self.score, "mean"), mean_revenue=("revenue", "mean"), retained=("retained", "mean"),
        ).reset_index()  # fmt: skip
        out = out.assign(
            with_score=out["with_score"].astype("Int64"), entities=out["entities"].astype("Int64"),
            contacts=out["contacts"].astype("Int64"), score=self.score, entity=self.entity,
            currency=self.currency, suppressed=False,
        )  # fmt: skip
        return self._blanked(out)

    def _blanked(self, out: pd.DataFrame) -> pd.DataFrame:
        n, known = (out[name].to_numpy(dtype="float64") for name in ("entities", "with_score"))
        few = hidden_parts(n, self.min_base)
        silent = few | hidden_parts(known, self.min_base)
        uncounted = silent | hidden_splits(known, n - known, self.min_base)
        if pd.isna(self._came("with a score")) and not uncounted.any():
            # Their sum must not be found here either.
            uncounted[np.argmin(np.where(known > 0, known, np.inf))] = True
        out.loc[uncounted, ["with_score", "contacts"]] = pd.NA
        out.loc[silent, "mean_score"] = np.nan
        out.loc[few, "entities"] = pd.NA
        out.loc[few, ["mean_revenue", "retained"]] = np.nan
        return out.assign(suppressed=uncounted)

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        entities = self.frame[self.entity].nunique()
        if too_small(entities, self.min_base):
            return f"{self.score} beside revenue: too few customers to say."
        first, last = self.frame["period"].min(), self.frame["period"].max()
        unit = "accounts" if self.entity == "account_id" else "customers"
        said = (
            f"{self.score} as of {_WORDS[self.lag == 1]} stands beside the revenue of {entities:,} {unit} "
            f"in {self.frame['period'].nunique()} periods ({first} to {last}"
            f"{', ' + self.currency if self.currency else ''}){self._held(unit)}."
        )
        return " ".join([said, *map(str, self.notes)])

    def _held(self, unit: str) -> str:
        rows, known, never = map(self._came, ("in", "with a score", "customer never answered"))
        held = "" if pd.isna(known) else f"{known:,} of {rows:,} rows hold it ({known / rows:.0%})"
        if pd.isna(never):
            return f": {held}" if held else ""
        silent = f"{never:,} are of" if held else f"{never:,} of {rows:,} rows are of"
        return f": {f'{held}, ' if held else ''}{silent} {unit} who never answered"

    def _came(self, reason: str) -> Any:
        """Return how many rows of the panel met a reason; NA where that is hidden."""
        of_rows = (self.counts["table"] == "periods") & (self.counts["score"] == self.score)
        return self.counts.loc[of_rows & (self.counts["reason"] == reason), "n"].iloc[0]

    def suppress(self, min_base: int) -> LinkedPanel:
        """Return the panel with counts and figures below `min_base` blank in `counts`, `notes` and `tidy()`.

        Hidden are answers and rows of the panel, by reason, figures of periods on fewer entities, and how
        many hold a score where few do not; and the smallest of the others, where one of these could be found
        by subtraction. Rows of transactions and contracts stay counted. The frame stays whole: it holds
        customers, and belongs into no report at any base.
        """
        if min_base <= self.min_base:
            return self
        notes = tuple(note.suppress(min_base) for note in self.notes)
        return replace(self, counts=shown_counts(self.counts, min_base), notes=notes, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the figures by period, without a customer's name."""
        table = self.tidy().drop(columns=["score", "entity", "currency"]).round(3)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


_WORDS = {True: "the survey before each period", False: "a survey some periods before each one"}
