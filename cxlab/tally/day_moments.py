"""Moments as whole numbers of microseconds, and days at midnight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError

DAY = 86_400_000_000
"""Microseconds of a day: moments are counted in them."""
NEVER = np.iinfo(np.int64).min
"""The moment of a missing date."""


def moments_of(dates: pd.Series) -> npt.NDArray[np.int64]:
    """Return moments as microseconds; NEVER where missing."""
    return dates.to_numpy(dtype="datetime64[us]").astype("int64")


def day_moment(day: object, name: str) -> int:
    """Return a day at midnight in microseconds; raise MeasureError where it is none."""
    try:
        moment = pd.Timestamp(day)  # type: ignore[arg-type]
        known = not pd.isna(moment) and moment.tz is None and moment == moment.normalize()
    except (TypeError, ValueError):
        known = False
    if not known:
        raise MeasureError(
            f"{name}={day!r} is no day", remedy='give a day without time or zone, such as "2026-01-01"'
        )
    return int(moment.to_datetime64().astype("datetime64[us]").astype("int64"))


def spoken_day(moment: int) -> str:
    """Return a moment as its day, such as 2026-01-31."""
    return str(np.datetime64(int(moment), "us").astype("datetime64[D]"))
