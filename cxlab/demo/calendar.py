"""Days and moments of the half-years the books cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxlab.demo.company import WAVES

Days = NDArray[np.datetime64]
HALF_YEARS = np.array([wave.half_year for wave in WAVES], dtype="datetime64[D]")
MONTHS = 6


def day_after(half_year: NDArray[np.integer], days: NDArray[np.integer]) -> Days:
    """Return days counted from the first day of a half-year (0 is the first one the books cover).

    Half-years before the books open and after they close count on in both directions.
    """
    first = HALF_YEARS[0].astype("datetime64[M]") + MONTHS * half_year.astype("timedelta64[M]")
    start: Days = first.astype("datetime64[D]")
    return start + days.astype("timedelta64[D]")


def moments(days: Days, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Return a moment of each day, to the minute between 8 and 22 h."""
    minutes = rng.integers(8 * 60, 22 * 60, len(days)).astype("timedelta64[m]")
    return (days.astype("datetime64[m]") + minutes).astype("datetime64[s]")
