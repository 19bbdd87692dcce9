"""The moments of a driver question, from rows or summed before, of which a regression can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from cxlab.drivers.driver_columns import refuse_no_rows
from cxlab.drivers.driver_moments import DriverMoments, driver_moments, of_moments
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.tally.cross_products import Missing
from cxlab.tally.moments import Moments, moments


def question_moments(
    frame: Any,
    columns: Sequence[str],
    *,
    weight: str | None,
    cluster: str | None,
    missing: Missing | None,
    rng: np.random.Generator,
) -> DriverMoments:
    """Return the moments of an outcome and its drivers.

    Parameters
    ----------
    frame
        Any frame `cxlab.moments` knows, or `Moments`.
    columns
        Outcome, then drivers.
    weight, cluster
        Columns, or None; None for `Moments`.
    missing
        As in `cxlab.moments`; None for `complete`, or for what `Moments` were summed with.
    rng
        Source of chance, for the groups of units where there are many.

    Raises
    ------
    MeasureError
        As `driver_moments`; where `Moments` are asked for what they were not summed with; where no row holds
        what is needed, rows are no more than the drivers by two, or a column does not vary.
    """
    settled = _settled(frame, missing, weight=weight, cluster=cluster)
    if isinstance(frame, Moments):
        found = of_moments(frame, columns)
    else:
        found = driver_moments(frame, columns, weight=weight, cluster=cluster, missing=settled, rng=rng)
    if not found.n.min():
        _refuse_empty(found, frame, columns, weight)
    require_rows(int(found.n.min()), len(columns) - 1)
    _require_varying(found.moments, columns)
    return found


def _settled(frame: Any, missing: Missing | None, *, weight: str | None, cluster: str | None) -> Missing:
    """Return how missing values are treated; raise MeasureError where `Moments` were summed otherwise."""
    if missing is not None:
        require_option("missing", missing, get_args(Missing))
    if not isinstance(frame, Moments):
        return missing or "complete"
    if weight is not None or cluster is not None:
        raise MeasureError(
            "moments have their weights and blocks already",
            remedy="name them where the rows are summed: cx.moments(…, weight=, blocks=)",
        )
    if missing is not None and missing != frame.missing:
        raise MeasureError(
            f"the moments are {frame.missing}, not {missing}", remedy=f"sum the rows with missing='{missing}'"
        )
    return frame.missing


def require_rows(n: int, p: int) -> None:
    """Raise MeasureError where n rows are too few for p drivers."""
    if n < p + 2:
        raise MeasureError(
            f"there are {p} drivers and {n} rows that hold what is needed",
            remedy="give more rows than drivers, by two or more, or ask about fewer drivers",
        )


def _refuse_empty(found: DriverMoments, frame: Any, columns: Sequence[str], weight: str | None) -> None:
    """Raise MeasureError: a pair of columns stands on no row."""
    held = found.moments.n.sum(axis=0).diagonal()
    if found.moments.missing == "pairwise" and held.all():
        other = columns[1 + int(found.n.argmin())]
        raise MeasureError(f"no row holds both '{columns[0]}' and '{other}'", remedy=f"leave '{other}' out")
    if found.moments.missing == "complete" and found.moments.rows:
        if isinstance(frame, Moments | pa.RecordBatchReader):
            raise MeasureError("no row holds every column", remedy="sum the rows pairwise")
        # Only on the way to an error: which column keeps the rows away?
        held = moments(frame, columns[0], columns[1:], weight=weight).n.sum(axis=0).diagonal()
    refuse_no_rows(columns, held.tolist(), 1, found.moments.rows)


def _require_varying(moments: Moments, columns: Sequence[str]) -> None:
    mean, variance = moments.mean().to_numpy(), np.diagonal(moments.covariance().to_numpy())
    for place, (name, level, spread) in enumerate(zip(columns, mean, variance, strict=True)):
        if not spread > 1e-20 * max(1.0, level**2):
            what, remedy = ("driver", "leave it out") if place else ("outcome", "take an outcome that varies")
            raise MeasureError(
                f"the {what} '{name}' has the same value ({level:g}) in every row that counts"
                if np.isfinite(level)
                else f"the {what} '{name}' has no values",
                remedy=remedy,
            )
