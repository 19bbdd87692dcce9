"""A day as a report says it."""

from __future__ import annotations

import re
from datetime import date

from babel.dates import format_date, format_skeleton

from cxlab.report.words import Words

MONTH, DAY = re.compile(r"\d{4}-\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2}")


def day_text(day: str, words: Words, *, short: bool = False) -> str:
    """Return a day such as 2026-01-31 in the report's language.

    Parameters
    ----------
    day
        A day, or a month such as 2026-01; any other name of a period stays as it is.
    words
        Words of the report.
    short
        `31 ene 2026`, kept on one line, as in tables; else `31 de enero de 2026`.
    """
    if MONTH.fullmatch(day):
        return format_skeleton("yMMM", date.fromisoformat(f"{day}-01"), locale=words.language)
    if not DAY.fullmatch(day):
        return day
    moment = date.fromisoformat(day)
    if short:
        return format_date(moment, format="medium", locale=words.language).replace(" ", "\N{NO-BREAK SPACE}")
    return format_date(moment, format="long", locale=words.language)
