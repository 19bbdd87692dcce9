"""Columns that say something beside the others, or the name of one that does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
SINGULAR = 1e-9
"""Share of a column's own length that must be left of it beside the others."""


def require_full_rank(x: Floats, before: Floats, names: Sequence[str]) -> None:
    """Raise MeasureError where a column does not vary or follows from the others.

    Parameters
    ----------
    x
        Columns less their means (by entity and period where those are taken out), shape (n, k).
    before
        Length of each column before entities and periods were taken out, shape (k,).
    names
        Names of the columns.
    """
    length = np.sqrt((x**2).sum(axis=0))
    flat = np.flatnonzero(length <= SINGULAR * np.maximum(before, np.finfo(float).tiny))
    if len(flat):
        raise MeasureError(
            f"'{names[flat[0]]}' does not vary (within entity and period, where these are taken out)",
            remedy="leave it out, or ask across entities without entity= and time=",
        )
    _, r, order = qr(x / length, mode="economic", pivoting=True)
    left = np.abs(np.diagonal(r))
    if len(left) < x.shape[1] or left.min() < SINGULAR:
        again = int(order[int(np.argmax(left < SINGULAR))]) if len(left) == x.shape[1] else int(order[-1])
        raise MeasureError(
            f"'{names[again]}' repeats what the other columns say",
            remedy="leave out one of the columns that say the same",
        )
