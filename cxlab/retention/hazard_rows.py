"""The periods in which each row is at risk. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError
from cxlab.retention.hazard_fit import SpellPeriods

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_PERIODS = 2000


def hazard_rows(
    duration: Floats, event: Bools, entry: Floats | None, column: str
) -> tuple[SpellPeriods, Ints]:
    """Return the periods entry + 1 to duration of each row, and the sorted periods.

    Parameters
    ----------
    duration, event, entry
        Last period, whether it ends with leaving, and the last period before; shape (n,) each.
    column
        Name of the duration, for errors.

    Raises
    ------
    MeasureError
        Where a duration is no whole number or below 1, or there are very many.
    """
    starts = np.zeros(len(duration)) if entry is None else entry
    odd = (duration % 1 != 0) | (starts % 1 != 0) | (duration < 1) | (starts < 0)
    if odd.any():
        raise MeasureError(
            f"{int(odd.sum()):,} rows end or start at no whole period, such as {duration[odd][0]:g}",
            where=f"column '{column}'",
            remedy="count whole periods from 1 (np.ceil of the time), or take cx.cox",
        )
    if duration.max() > MOST_PERIODS:
        raise MeasureError(
            f"there are {duration.max():,.0f} periods",
            where=f"column '{column}'",
            remedy=f"take longer ones, {MOST_PERIODS:,} at most, or cx.cox",
        )
    length = (duration - starts).astype("int64")
    row = np.repeat(np.arange(len(length)), length)
    ends = np.cumsum(length)
    place = np.arange(len(row)) - np.repeat(ends - length, length)
    periods, number = np.unique(starts.astype("int64")[row] + 1 + place, return_inverse=True)
    left = np.zeros(len(row))
    left[ends[event] - 1] = 1.0
    return SpellPeriods(row, number, left, len(length), len(periods)), periods


def unbroken(periods: Ints) -> Bools:
    """Return which of some sorted periods come before any in which nobody was at risk, shape (k,).

    What the hazard was there nobody knows, so that no survival goes on after it.
    """
    return np.asarray(np.cumsum(np.diff(periods, prepend=periods[:1]) > 1) == 0)


def informative_spells(spells: SpellPeriods) -> tuple[SpellPeriods, Bools]:
    """Return the spells of periods in which some leave and some stay, and which periods these are.

    The effect of any other period runs off to infinity and takes its rows out of every slope.
    """
    at_risk, left = spells.by_period(np.ones(len(spells.row))), spells.by_period(spells.left)
    told = (left > 0) & (left < at_risk)
    if not told.any():
        raise MeasureError("no period has both leavers and stayers", remedy="take longer periods")
    kept = told[spells.period]
    number = (np.cumsum(told) - 1)[spells.period[kept]]
    return SpellPeriods(spells.row[kept], number, spells.left[kept], spells.rows, int(told.sum())), told
