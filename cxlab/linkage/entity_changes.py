"""Changes of each entity from one period to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cxlab.linkage.effect_rows import EffectRows
from cxlab.model.errors import MeasureError


def entity_changes(rows: EffectRows) -> EffectRows:
    """Return outcome, exposure and controls less their values in the period before.

    Parameters
    ----------
    rows
        Rows of entities and periods, each entity once a period.

    Returns
    -------
    EffectRows
        One row per pair of successive periods of an entity, with weight, period and clusters of the later.
        Pairs with a period between them in which the entity is absent are left out; `kept` is the share of
        the rows that end a pair.

    Raises
    ------
    MeasureError
        Where no entity has two successive periods.
    """
    if rows.entity is None or rows.time is None:
        raise MeasureError("changes need an entity and a period", remedy="name entity= and time=")
    order = np.lexsort((rows.time, rows.entity))
    before, after = order[:-1], order[1:]
    pair = (rows.entity[before] == rows.entity[after]) & (rows.time[after] - rows.time[before] == 1)
    if not pair.any():
        raise MeasureError(
            "no entity has two successive periods",
            remedy="take a panel of two periods or more in which entities return",
        )
    before, after = before[pair], after[pair]
    return replace(
        rows, y=rows.y[after] - rows.y[before], x=rows.x[after] - rows.x[before],
        z=rows.z[after] - rows.z[before], w=rows.w[after], entity=rows.entity[after], time=rows.time[after],
        clusters=tuple(codes[after] for codes in rows.clusters), kept=rows.kept * len(after) / rows.n,
        segment=None if rows.segment is None else rows.segment[after],
    )  # fmt: skip
