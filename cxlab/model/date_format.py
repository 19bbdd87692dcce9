"""The signs of a date format: those of `strptime`, and `%o` for the day with its English ending (`23rd`)."""

from __future__ import annotations

import re
from datetime import datetime

_SIGN = re.compile(r"%(.)", re.DOTALL)


def has_ordinal(form: str) -> bool:
    """Return whether a format reads the day of the month as an English ordinal number."""
    return "o" in _SIGN.findall(form)


def strptime_form(form: str) -> str:
    """Return the format in the signs of `strptime` alone: `%o` is a day whose ending was taken off."""
    return _SIGN.sub(lambda sign: "%d" if sign.group(1) == "o" else sign.group(), form)


def is_date_format(form: str) -> bool:
    """Return whether a text is a date format."""
    try:
        datetime.strptime("", strptime_form(form))
    except ValueError as error:
        return "%" in form and str(error).startswith("time data")  # the format is sound, the text is not
    except re.error:  # the same sign twice
        return False
    return False
