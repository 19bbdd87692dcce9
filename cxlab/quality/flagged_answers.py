"""The result of a check that looks at each questionnaire."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FlaggedAnswers:
    """Which answers a check flags. A flag is a reason to look, never to delete.

    Parameters
    ----------
    check
        Name of the check.
    rule
        The rule in words.
    rows
        One row per answer of the wave: `response_id`, what the rule looks at, and `flagged` (missing where
        the answer cannot be judged).
    """

    check: str
    rule: str
    rows: pd.DataFrame

    @property
    def n(self) -> int:
        """Answers that could be judged."""
        return int(self.rows["flagged"].notna().sum())

    @property
    def n_flagged(self) -> int:
        """Answers flagged."""
        return int(self.rows["flagged"].sum())

    @property
    def share(self) -> float:
        """Share of the judged answers that are flagged; NaN where none could be judged."""
        return self.n_flagged / self.n if self.n else float("nan")

    def tidy(self) -> pd.DataFrame:
        """Return one row per answer."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        name = self.check.replace("_", " ")
        if not self.n:
            return f"{name}: no answer could be judged ({self.rule})."
        return f"{name}: {self.n_flagged:,} of {self.n:,} answers ({self.share:.1%}) flagged: {self.rule}."

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>"
