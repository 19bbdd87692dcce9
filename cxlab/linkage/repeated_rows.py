"""The rows of a question that the effects taken out leave something of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cxlab.linkage.effect_rows import EffectRows, some_rows
from cxlab.linkage.not_alone import not_alone
from cxlab.model.errors import MeasureError

Ints = npt.NDArray[np.int64]


def alone_note(alone: int) -> str:
    """Return what to say of rows that were left out as alone."""
    return f"Left out: {alone:,} rows alone in their entity or period."


def repeated_rows(rows: EffectRows, codes: Sequence[Ints]) -> EffectRows:
    """Leave out rows alone in their entity or period, and count them in `alone`.

    The effect of such a row fits it exactly. Counted as a row and a cluster it would add to n and to the
    degrees of freedom, and to the base a figure is shown by, without a word on the slope.

    Parameters
    ----------
    rows
        Complete rows.
    codes
        The effects that are taken out, shape (n,) each; none leaves the rows as they are.

    Raises
    ------
    MeasureError
        Where no row is left.
    """
    left = not_alone(codes, np.ones(rows.n, dtype=bool))
    if not left.any():
        raise MeasureError(
            "every row is alone in its entity or period, whose effect takes it whole",
            remedy="take a panel in which entities return, or leave entity= or time= away",
        )
    if left.all():
        return rows
    return replace(some_rows(rows, left), alone=rows.alone + int(rows.n - left.sum()))
