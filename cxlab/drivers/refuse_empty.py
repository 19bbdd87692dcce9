"""Why no row is left for a driver question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from cxlab.drivers.driver_moments import DriverMoments
from cxlab.model.errors import MeasureError
from cxlab.tally.moments import Moments, moments


def refuse_empty(
    found: DriverMoments, frame: Any, columns: Sequence[str], weight: str | None, missing: str
) -> None:
    """Raise MeasureError: a pair of columns stands on no row, and this says why.

    Parameters
    ----------
    found, columns
        What was summed, of which columns, the outcome first.
    frame, weight, missing
        What it was summed from, and how.
    """
    if not found.moments.rows:
        raise MeasureError("no row has a positive weight", remedy="give the weights of the rows")
    if missing == "pairwise":
        held = found.moments.n.sum(axis=0).diagonal()
    elif isinstance(frame, Moments | pa.RecordBatchReader):
        raise MeasureError("no row holds every column", remedy="sum the rows pairwise")
    else:
        # Only on the way to an error: which column keeps the rows away?
        held = moments(frame, columns[0], columns[1:], weight=weight).n.sum(axis=0).diagonal()
    least = int(held.argmin())
    if not held[least]:
        raise MeasureError(f"the column '{columns[least]}' has no values", remedy="leave it out")
    if missing == "pairwise":
        other = columns[1 + int(found.n.argmin())]
        raise MeasureError(f"no row holds both '{columns[0]}' and '{other}'", remedy=f"leave '{other}' out")
    raise MeasureError(
        f"no row holds {columns[0]} and all drivers; fewest, {int(held[least]):,}, hold '{columns[least]}'",
        remedy="leave that column out, or take missing='pairwise'",
    )
