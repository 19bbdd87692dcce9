"""What is done with contracts of whom nothing was known in time."""

from __future__ import annotations

from cxlab.report.day_text import day_text
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.renewal_books import RenewalDecisions
from cxlab.retention.renewal_result import RenewalForecast


def silent_sentence(forecast: RenewalForecast, decisions: RenewalDecisions, *, words: Words = ENGLISH) -> str:
    """Say how many contracts due have no answer in time, and by which rule they are forecast.

    Parameters
    ----------
    forecast
        What `cxlab.renewal_forecast` returned, after `.suppress(min_base)`.
    decisions
        What it was made of.
    words
        Words of the report.
    """
    row = forecast.rows.iloc[0]
    if row["suppressed"]:
        return words.text("renewal.too_few", until=day_text(decisions.due_until, words))
    n, silent, answered = (int(number) for number in (row["n"], row["silent"], row["n"] - row["silent"]))
    hidden = [0 < count < forecast.min_base for count in (silent, answered)]
    counted = words.text("renewal.some") if any(hidden) else words.number(silent)
    left = forecast.silent == "leave_out"
    return words.text(
        f"renewal.silent_{forecast.silent}",
        contracts=words.plural("renewal.contracts", n),
        silent=words.number(len(decisions.due) - n) if left else counted,
        days=words.number(decisions.max_age),
    )
