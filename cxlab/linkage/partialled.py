"""Columns less entities, periods or their means, checked for what a regression needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.linkage.effect_rows import EffectRows
from cxlab.linkage.full_rank import require_full_rank
from cxlab.linkage.within import absorbed, within
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def partialled(rows: EffectRows) -> Floats:
    """Return outcome, exposure and controls less their means, or less entities and periods, shape (n, 2 + c).

    Parameters
    ----------
    rows
        Complete rows, none alone in its entity or period (see `repeated_rows`).

    Raises
    ------
    MeasureError
        Where there are no more rows than parameters, or a column does not vary or repeats the others.
    """
    columns = np.column_stack([rows.y, rows.x, rows.z])
    names = [rows.outcome, rows.exposure, *rows.controls]
    spread = np.sqrt(((columns - columns.mean(axis=0)) ** 2).sum(axis=0))
    if rows.effects:
        out = within(columns, rows.effects, rows.w)
    else:
        out = columns - np.average(columns, axis=0, weights=rows.w)
    if rows.n <= parameters(rows):
        raise MeasureError(
            f"{rows.n:,} complete rows cannot carry {parameters(rows):,} parameters",
            remedy="take fewer controls, or more rows",
        )
    # A constant differs from its mean by rounding, which is not variation.
    require_full_rank(out, np.maximum(spread, 1e-4 * np.sqrt((columns**2).sum(axis=0))), names)
    return out


def parameters(rows: EffectRows) -> int:
    """Return how many parameters the whole regression has, constant or effects among them."""
    effects = absorbed(rows.effects) if rows.effects else 1
    return effects + 1 + rows.z.shape[1]


def one_cluster(rows: EffectRows) -> Ints | None:
    """Return the numbers of what is drawn together, or None; raise MeasureError where there are two."""
    if len(rows.clusters) > 1:
        raise MeasureError("clusters of two kinds cannot be drawn together", remedy="name one column")
    return rows.clusters[0] if rows.clusters else None
