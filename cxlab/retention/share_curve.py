"""One curve of a share over time, and what is read off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import level_names
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.hidden_cells import hidden_cells
from cxlab.model.errors import MeasureError
from cxlab.retention.curve_errors import CurveErrors, KnownErrors
from cxlab.retention.still_followed import KnownFollowed, StillFollowed

Floats = npt.NDArray[np.float64]
ERRORS = ("std_error", "conf_low", "conf_high")
TIE = 1.5e-8
"""Where a curve is this near to a level it is at it (the square root of a float's precision, as in R)."""


@dataclass(frozen=True, slots=True, eq=False)
class ShareCurve:
    """A step function: the share just after each time at which somebody left.

    Parameters
    ----------
    level, cause
        Segment, empty for everyone, and how they left; empty for the survival.
    start
        Share before the first time: 1 or 0.
    n, n_eff, events, last
        Rows, Kish's effective base, rows that left (by this cause), longest duration.
    time, n_risk, n_event
        Times, rows at risk just before and rows that left at each, shape (T,).
    share
        Shape (T,).
    errors
        Of the share, found when they are first asked for; NaN where not known.
    over
        Whether nobody is left after the last time, so that the curve is known for good.
    followed
        How many rows are followed at any time.
    suppressed
        Whether all of it is hidden.
    counted
        Whether `events` and `n_event` are told, and not blanked (0 and NaN).
    """

    level: str
    cause: str
    start: float
    n: int
    n_eff: float
    events: int
    last: float
    time: Floats
    n_risk: Floats
    n_event: Floats
    share: Floats
    errors: CurveErrors | KnownErrors
    over: bool
    followed: StillFollowed | KnownFollowed
    suppressed: bool = False
    counted: bool = True

    def followed_at(self, times: Floats) -> Floats:
        """Return how many rows are followed at each time, shape (k,): NaN where hidden or after the last."""
        return np.where(times <= self.last, self.followed.at(times), np.nan)

    def uncounted(self) -> ShareCurve:
        """Return the curve without counts of those who left."""
        return replace(self, events=0, n_event=np.full(len(self.time), np.nan), counted=False)

    def hidden(self) -> ShareCurve:
        """Return the curve without its figures."""
        none = np.zeros(0)
        return replace(
            self, n=0, n_eff=float("nan"), events=0, last=float("nan"), time=none, n_risk=none, n_event=none,
            share=none, errors=KnownErrors(none, none, none), over=False, followed=KnownFollowed(none, none),
            suppressed=True,
        )  # fmt: skip

    def shortened(self, min_base: float) -> ShareCurve:
        """Return the curve up to the last time at which at least so many rows were at risk."""
        enough = np.flatnonzero(self.n_risk >= min_base)
        size = int(enough[-1]) + 1 if len(enough) else 0
        if size == len(self.time):
            # Nothing that the errors were made of is kept.
            followed = self.followed.cut(self.last, min_base)
            return replace(self, errors=KnownErrors(*self.errors.columns()), followed=followed)
        # Copies: behind a part of an array stands all of it.
        cut = {name: getattr(self, name)[:size].copy() for name in ("time", "n_risk", "n_event", "share")}
        errors = KnownErrors(*(column[:size].copy() for column in self.errors.columns()))
        # What happened after the cut is not told: the curve ends there, and so does what is known of it.
        last = np.nextafter(float(self.time[size]), -np.inf)
        followed = self.followed.cut(last, min_base)
        return replace(self, **cut, errors=errors, last=last, over=False, followed=followed)


def curve_rows(curves: Sequence[ShareCurve], share: str) -> pd.DataFrame:
    """Return one row per curve and time; a hidden curve has one row without figures.

    Parameters
    ----------
    curves
        The curves.
    share
        Name of the column of the share.
    """
    return pd.concat([_rows(curve, share) for curve in curves], ignore_index=True)


def _rows(curve: ShareCurve, share: str) -> pd.DataFrame:
    figures = {
        "time": curve.time, "n_risk": curve.n_risk, "n_event": curve.n_event, share: curve.share,
        **dict(zip(ERRORS, curve.errors.columns(), strict=True)),
    }  # fmt: skip
    if curve.suppressed:
        figures = dict.fromkeys(figures, np.array([np.nan]))
    rows = pd.DataFrame(figures).astype({"n_risk": "Int64", "n_event": "Int64"})
    for place, name in enumerate(("level", "cause")):
        rows.insert(place, name, pd.Series([getattr(curve, name)] * len(rows), dtype="str"))
    return rows.assign(suppressed=curve.suppressed)


def curve_at(curves: Sequence[ShareCurve], times: Sequence[float], share: str) -> pd.DataFrame:
    """Return the share of each curve at each time, the rows still followed, its error and interval.

    Parameters
    ----------
    curves
        The curves.
    times
        Times ≥ 0. After the longest duration nothing is known, unless nobody is left.
    share
        Name of the column of the share.

    Raises
    ------
    MeasureError
        Where a time is no number or below 0.
    """
    asked = [times] if isinstance(times, int | float) else list(times)
    for time in asked:
        if not finite_number(time) or time < 0:
            raise MeasureError(f"a time of {time!r} is none", remedy="give numbers from 0 on")
    at = np.asarray(asked, dtype="float64")
    return pd.concat([_at(curve, at, share) for curve in curves], ignore_index=True)


def _at(curve: ShareCurve, at: Floats, share: str) -> pd.DataFrame:
    place = np.searchsorted(curve.time, at, side="right") - 1
    known, since = ((at <= curve.last) | curve.over) & (not curve.suppressed), place >= 0
    reached = place[since]
    starts = (curve.start, 0.0, curve.start, curve.start)
    columns = (curve.share[reached], *curve.errors.columns(reached))
    figures = {}
    for name, start, column in zip((share, *ERRORS), starts, columns, strict=True):
        figures[name] = np.full(len(at), start)
        figures[name][since] = column
        figures[name][~known] = np.nan
    n_risk = pd.Series(curve.followed_at(at)).astype("Int64")
    rows = pd.DataFrame({"time": at, "n_risk": n_risk, **figures})
    for number, name in enumerate(("level", "cause")):
        rows.insert(number, name, pd.Series([getattr(curve, name)] * len(rows), dtype="str"))
    return rows.assign(suppressed=curve.suppressed)


def curve_crossing(time: Floats, share: Floats, level: float) -> float:
    """Return when a falling share is at a level or below; NaN where it never is.

    Where the share stands exactly at the level for a while, it is the middle of that while, as in R.
    """
    below = np.flatnonzero(share < level + TIE)  # NaN is not
    if not len(below):
        return float("nan")
    first = below[0]
    lower = np.flatnonzero(share < share[first])
    if abs(share[first] - level) < TIE and len(lower):
        return float((time[first] + time[lower[0]]) / 2)
    return float(time[first])


def suppressed_curves(curves: Sequence[ShareCurve], segments: int, min_base: int) -> tuple[ShareCurve, ...]:
    """Return the curves, those of small segments hidden, the others up to where few are left at risk."""
    first = {curve.level: curve for curve in curves}
    levels = np.array([level_names(level, segments) for level in first], dtype=object)
    bases = [np.nan if curve.suppressed else min(curve.n, curve.n_eff) for curve in first.values()]
    cells = levels.reshape(len(first), segments)
    hidden = dict(zip(first, hidden_cells(cells, np.array(bases), min_base), strict=True))
    return tuple(curve.hidden() if hidden[curve.level] else curve.shortened(min_base) for curve in curves)
