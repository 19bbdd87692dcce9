"""Past and coming decisions on contracts, as the books of a market hold them on a day."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RenewalDecisions:
    """What `cxlab.renewal_forecast` asks for: decisions before a day with their outcome, and those after it.

    Parameters
    ----------
    history
        One row per past decision: `contract_id`, `account_id`, `period` (first day of its period), `end`,
        `value`, `renewal_index` (missing where nobody answered in time), the columns of `by`, `outcome`.
        For computing, never for a page.
    due
        The same of the decisions to come, without `outcome`, with `due_month` (such as 2026-11).
    counts
        Where every contract went: `reason`, `n`. Each is counted once; `in` is their sum.
    cohorts
        Survivors by cohort of the first contract: `cohort` (first day of its period), `renewals`,
        `customers`. Only customers seen from their first contract on, and only renewals that all of a
        cohort have had.
    as_of, due_until
        First day that is not known, and last day on which a decision is due.
    months
        Length of a period.
    by
        Columns of `customers` that were kept.
    max_age
        Days that an answer may lie back.
    notes
        What to know of it.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    history: pd.DataFrame
    due: pd.DataFrame
    counts: pd.DataFrame
    cohorts: pd.DataFrame
    as_of: str
    due_until: str
    months: int
    by: tuple[str, ...]
    max_age: int
    notes: tuple[str, ...] = ()
    min_base: int = 0

    @property
    def survivors(self) -> list[list[int]]:
        """Survivors of each cohort after 0, 1, 2, … renewals, as `cxlab.sbg` takes them."""
        counted = self.cohorts.dropna(subset="customers")
        return [
            [int(n) for n in rows["customers"]]
            for _, rows in counted.groupby("cohort", sort=True)
            if len(rows) > 1
        ]

    def tidy(self) -> pd.DataFrame:
        """Return one row per reason."""
        return self.counts.assign(as_of=self.as_of, due_until=self.due_until)

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        n = self.counts.set_index("reason")["n"]
        decided, due = ("a few" if pd.isna(n[name]) else f"{n[name]:,}" for name in ("decided", "due"))
        said = (
            f"As of {self.as_of}: {decided} decisions of the past in {self.history['period'].nunique()} "
            f"periods, {due} due until {self.due_until}."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> RenewalDecisions:
        """Return it with counts below `min_base` blanked, and another one with a single one; rows stay."""
        if min_base <= self.min_base:
            return self
        counts, cohorts = self.counts.copy(), self.cohorts.copy()
        number = counts["n"].fillna(0).to_numpy(dtype="float64")
        parts = (counts["reason"] != "in").to_numpy() & (number > 0)
        small = parts & np.array([too_small(n, min_base) for n in number])
        if small.sum() == 1 and (parts & ~small).any():
            # The one that is hidden must not be found by subtraction.
            small[np.where(parts & ~small, number, np.inf).argmin()] = True
        counts.loc[small, "n"] = pd.NA
        begun = cohorts.groupby("cohort")["customers"].transform("first").fillna(0)
        cohorts.loc[[too_small(float(n), min_base) for n in begun], "customers"] = pd.NA
        return replace(self, counts=counts, cohorts=cohorts, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the counts, without single contracts."""
        table = self.counts.to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"
