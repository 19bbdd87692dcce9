"""The name of a feature of a customer as people say it."""

from __future__ import annotations

from cxlab.report.words import ENGLISH, Words

OF_SCORES = ("last", "change", "n", "days")


def feature_name(column: str, *, words: Words = ENGLISH) -> str:
    """Return the name of a column of `cxlab.snapshot(…).features`: `nps_last` is the last answer on NPS.

    Parameters
    ----------
    column
        Column.
    words
        Words of the report; the market's own label goes first.
    """
    if words.has(f"churn.feature_{column}"):
        return words.text(f"churn.feature_{column}")
    score, _, part = column.rpartition("_")
    if score and part in OF_SCORES:
        return words.text(f"churn.of_{part}", score=words.label(score))
    return words.label(column)
