"""Columns brought to mean 0 and standard deviation 1, so that steps and limits mean the same for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Columns of mean 0 and standard deviation 1, and what they were.

    Parameters
    ----------
    x
        Shape (n, p).
    middle, spread
        Weighted mean and standard deviation of each column as given, shape (p,).
    """

    x: Floats
    middle: Floats
    spread: Floats


def standardised(x: Floats, w: Floats, names: Sequence[str]) -> Standardised:
    """Bring columns to weighted mean 0 and standard deviation 1.

    Parameters
    ----------
    x, w
        Columns, shape (n, p), and weights > 0, shape (n,).
    names
        Names of the columns, for errors.

    Raises
    ------
    MeasureError
        Where one does not vary.
    """
    flat = np.flatnonzero(np.ptp(x, axis=0) == 0)
    if len(flat):
        raise MeasureError(f"'{names[int(flat[0])]}' does not vary", remedy="leave it out")
    middle = np.average(x, axis=0, weights=w)
    spread = np.sqrt(np.average((x - middle) ** 2, axis=0, weights=w))
    return Standardised((x - middle) / spread, middle, spread)
