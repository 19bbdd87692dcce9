"""Months counted from a day."""

from __future__ import annotations

import pandas as pd


def months_after(moment: int, months: int) -> int:
    """Return the midnight so many months after one, in microseconds; of a shorter month at most its last.

    Parameters
    ----------
    moment
        Midnight, in microseconds.
    months
        Months, below 0 for those before.
    """
    day = pd.Timestamp(moment, unit="us") + pd.DateOffset(months=months)
    return int(day.to_datetime64().astype("datetime64[us]").astype("int64"))
