"""The periods of a linked panel: where each begins, what it is called, and how far to look back and ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.day_moments import DAY, NEVER

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Period = Literal["month", "quarter", "half_year", "year", "wave"]
Day = str | date | pd.Timestamp
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
ALWAYS = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class PanelPeriods:
    """P periods without gaps.

    Parameters
    ----------
    labels
        Their names, in an order that sorts.
    edges
        Where each begins, and where the last ends (exclusive), microseconds, shape (P + 1,).
    months
        Months of a period; 0 where they run from wave to wave.
    waves
        Where each wave begins that has a date, also those before and after the P periods; none by calendar.
    skipped
        How many of them lie before the first period.
    """

    labels: tuple[str, ...]
    edges: Ints
    months: int
    waves: Ints
    skipped: int = 0

    def __len__(self) -> int:
        """Return the number of periods."""
        return len(self.labels)

    def of(self, moments: Ints) -> Ints:
        """Return the number of the period each moment lies in, −1 before the first, P after the last."""
        return np.searchsorted(self.edges, moments, side="right") - 1

    def begin(self, ahead: int) -> Ints:
        """Return where the period `ahead` periods on begins, shape (P,).

        What lies before the first wave begins before every moment; what comes after the last, after all.
        """
        if self.months:
            number = _month_number(self.edges[:-1]) // self.months + ahead
            return _month_start(number * self.months)
        place = np.arange(len(self)) + self.skipped + ahead
        inside = self.waves[np.clip(place, 0, len(self.waves) - 1)]
        return np.where(place < 0, NEVER, np.where(place >= len(self.waves), ALWAYS, inside))

    def between(self, first: int, after: int) -> PanelPeriods:
        """Return the periods from number `first` on, before number `after`; `waves` stays whole."""
        edges = self.edges[first : after + 1]
        return PanelPeriods(self.labels[first:after], edges, self.months, self.waves, self.skipped + first)


def calendar_periods(period: str, first: int, last: int, *, whole: bool) -> PanelPeriods:
    """Return the months, quarters, half-years or years between two moments.

    Parameters
    ----------
    period
        Name of a period but `wave`.
    first, last
        First and last moment of the books, microseconds.
    whole
        Whether a period must lie between them wholly; else those they touch count.
    """
    months = MONTHS[period]
    low, high = (int(_month_number(np.array([at]))[0] // months) for at in (first, last))
    if whole:
        low += int(_month_start(np.array([low * months]))[0] < first)
        high -= int(_month_start(np.array([(high + 1) * months]))[0] > last + 1)
    number = np.arange(low, max(high, low - 1) + 2)
    edges = _month_start(number * months)
    labels = tuple(_label(period, int(at)) for at in number[:-1] * months)
    return PanelPeriods(labels, edges, months, np.zeros(0, dtype="int64"))


def wave_periods(waves: pd.Series, moments: Ints) -> PanelPeriods:
    """Return the periods from the first day of each wave to that of the next; the last wave has no end.

    Raises
    ------
    MeasureError
        Where two waves begin on one day, or their names do not sort by date.
    """
    starts = pd.Series(moments // DAY * DAY).groupby(waves.to_numpy()).min().sort_values(kind="stable")
    if starts.duplicated().any():
        raise MeasureError(
            "two waves begin on one day", remedy='name calendar periods, such as period="quarter"'
        )
    names = [str(name) for name in starts.index]
    if names != sorted(names):
        raise MeasureError(
            f"the names of the waves do not sort by date ({', '.join(names[:4])})",
            remedy="rename them, such as 2026-1 and 2026-2, or name calendar periods",
        )
    edges = starts.to_numpy(dtype="int64")
    return PanelPeriods(tuple(names[:-1]), edges, 0, edges)


def _month_number(moments: Ints) -> Ints:
    return moments.astype("datetime64[us]").astype("datetime64[M]").astype("int64")


def _month_start(months: Ints) -> Ints:
    return months.astype("datetime64[M]").astype("datetime64[us]").astype("int64")


def _label(period: str, month: int) -> str:
    year, at = 1970 + month // 12, month % 12
    names = {
        "month": f"{year:04d}-{at + 1:02d}", "quarter": f"{year:04d}Q{at // 3 + 1}",
        "half_year": f"{year:04d}-H{at // 6 + 1}", "year": f"{year:04d}",
    }  # fmt: skip
    return names[period]
