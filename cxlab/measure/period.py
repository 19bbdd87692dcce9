"""A period of days, given by a researcher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from cxlab.model.errors import MeasureError

Day = str | date | pd.Timestamp


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included.

    Parameters
    ----------
    first, last
        The days, at midnight.
    """

    first: pd.Timestamp
    last: pd.Timestamp

    @property
    def days(self) -> int:
        """How many days it has."""
        return int((self.last - self.first).days) + 1

    def holds(self, dates: pd.Series) -> pd.Series:
        """Tell which moments lie within it; a missing one does not."""
        return (dates >= self.first) & (dates < self.last + pd.Timedelta(days=1))


def day_of(day: Day) -> pd.Timestamp:
    """Return a day at midnight; raise MeasureError where it is none."""
    try:
        moment = pd.Timestamp(day)
        known = not pd.isna(moment)
    except (TypeError, ValueError):
        known = False
    if not known:
        raise MeasureError(f"'{day}' is no day", remedy='write it as "2026-06-30"')
    return moment.tz_localize(None).normalize() if moment.tz is not None else moment.normalize()


def period_of(first: Day, last: Day) -> Period:
    """Return the days from the first to the last; raise MeasureError where they run backwards."""
    period = Period(day_of(first), day_of(last))
    if period.last < period.first:
        raise MeasureError(
            f"the period from {period.first:%Y-%m-%d} to {period.last:%Y-%m-%d} runs backwards",
            remedy="name the first day first",
        )
    return period
