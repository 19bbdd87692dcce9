"""Who leaves in which row: the outcome of a question about retention, and the rows that can say something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cxlab.linkage.effect_rows import EffectRows
from cxlab.model.errors import MeasureError

Bools = npt.NDArray[np.bool_]


def leaving_rows(rows: EffectRows, leaves: float) -> EffectRows:
    """Return the rows with 1 for leaving and 0 for staying.

    Parameters
    ----------
    rows
        Complete rows, whose outcome has two values at most.
    leaves
        The value that means leaving, 0 or 1.

    Raises
    ------
    MeasureError
        Where the outcome has other values than 0 and 1, or nobody or everybody leaves.
    """
    where = f"column '{rows.outcome}'"
    if leaves not in (0, 1):
        raise MeasureError(f"leaves={leaves} is neither 0 nor 1", remedy="say which value means leaving")
    odd = ~np.isin(rows.y, (0, 1))
    if odd.any():
        raise MeasureError(
            f"{int(odd.sum()):,} values are neither 0 nor 1, such as {rows.y[odd][0]:g}",
            where=where,
            remedy="give a column of 1 for retained and 0 for not",
        )
    if np.ptp(rows.y) == 0:
        who = "everybody" if rows.y[0] == leaves else "nobody"
        raise MeasureError(f"{who} leaves", where=where, remedy="take periods in which some leave")
    return replace(rows, y=(rows.y == leaves).astype("float64"))


def at_risk_once(rows: EffectRows, leaves: float) -> None:
    """Raise MeasureError where an entity has rows after one it leaves in, complete or not."""
    every = rows.every
    if every is None:
        return
    left = (every.y == leaves) & (every.entity >= 0) & (every.time >= 0)
    last = np.full(int(every.entity.max()) + 1, np.iinfo("int64").max)
    np.minimum.at(last, every.entity[left], every.time[left])
    after = every.kept & (every.time > last[every.entity])
    if after.any():
        raise MeasureError(
            f"{int(after.sum()):,} rows are of entities that left in an earlier period",
            where=f"column '{rows.outcome}'",
            remedy='keep the rows up to the first leaving, or take model="logit", which asks row by row',
        )


def informative(rows: EffectRows) -> Bools:
    """Return which rows are of periods in which some stay and some leave, shape (n,).

    The effect of any other period runs off to infinity and takes its rows out of every other coefficient: the
    likelihood of the rest is the same without them.
    """
    if rows.time is None:
        return np.ones(rows.n, dtype=bool)
    n = np.bincount(rows.time)
    left = np.bincount(rows.time, rows.y)
    told = ((left > 0) & (left < n))[rows.time]
    if not told.any():
        raise MeasureError("no period has both leavers and stayers", remedy="take longer periods")
    return told
