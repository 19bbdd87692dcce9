"""The result of a check that looks at each question."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class QuestionRates:
    """What a check found for each question of a wave.

    Parameters
    ----------
    check
        Name of the check.
    rule
        The rule in words.
    rows
        One row per question: `question` (`nps`, or `satisfaction.price` for an item), what the check looks
        at, and `flagged`.
    """

    check: str
    rule: str
    rows: pd.DataFrame
    limit: float

    @property
    def flagged(self) -> tuple[str, ...]:
        """The questions flagged."""
        return tuple(self.rows.loc[self.rows["flagged"].astype(bool), "question"])

    def tidy(self) -> pd.DataFrame:
        """Return one row per question."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        name = self.check.replace("_", " ")
        if self.rows.empty:
            return f"{name}: no question could be looked at."
        named = f" ({', '.join(self.flagged)})" if self.flagged else ""
        return f"{name}: {len(self.flagged)} of {len(self.rows)} questions{named} flagged: {self.rule}."

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.to_html(index=False, border=0, na_rep="", float_format="{:.3g}".format)
        return f"<p>{html.escape(self.summary())}</p>\n{table}"
