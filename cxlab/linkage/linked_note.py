"""What to know of a linked panel before it is used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cxlab.estimate.hidden_cells import too_small

NoteCode = Literal["books_taken", "books_end_within", "past_term"]


@dataclass(frozen=True, slots=True)
class LinkedNote:
    """One thing to know, by its code and its figures, so that a report can say it in its own language.

    Parameters
    ----------
    code
        `books_taken`: nobody said which days the books cover, so `first` and `last` are taken.
        `books_end_within`: the last day known, `last`, lies within the last period, `period`.
        `past_term`: `n` rows have revenue 0 because the term of an open contract was over.
    first, last
        Days, such as 2026-06-30.
    period
        Name of a period.
    n
        Rows; None where they are too few to be shown.
    """

    code: NoteCode
    first: str | None = None
    last: str | None = None
    period: str | None = None
    n: int | None = None

    def __str__(self) -> str:
        """Return the note as a sentence in English."""
        if self.code == "books_taken":
            return (
                f"The books are taken to run from {self.first} to {self.last}, as the entries do; a period "
                "they cover in part only looks poor: say books=(first day, last day)."
            )
        if self.code == "books_end_within":
            return (
                f"Nothing is known after {self.last}, which lies within {self.period}: unless that period "
                "was over, its revenue and `retained` of the period before it are not final."
            )
        rows = "Some rows" if self.n is None else f"{self.n:,} row{'s' * (self.n != 1)}"
        return (
            f"{rows} under an open contract whose term was over hold revenue 0: no value is known for these "
            'days (contract_value="year" has values run on).'
        )

    def suppress(self, min_base: int) -> LinkedNote:
        """Return the note without a count of fewer than `min_base` rows."""
        return replace(self, n=None) if self.n is not None and too_small(self.n, min_base) else self
