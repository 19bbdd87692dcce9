"""The scales that ratings were asked on, and the ratings that are off them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.estimate.estimates import Scale
from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError, nearest

Floats = npt.NDArray[np.float64]


def scales_of(scale: Scale | Mapping[str, Scale] | None, names: Sequence[str]) -> dict[str, Scale]:
    """Return the scale of each named column, from one for all or one for each.

    Raises
    ------
    MeasureError
        Where a column has no scale, a scale is of no column, or it does not run from low to high.
    """
    if scale is None:
        raise MeasureError("no scale was given", remedy="say scale=(1, 5), or one for each column")
    if isinstance(scale, Mapping):
        for name in scale:
            if name not in names:
                raise MeasureError(f"there is a scale for '{name}'", remedy=nearest(str(name), names))
    scales = dict(scale) if isinstance(scale, Mapping) else dict.fromkeys(names, scale)
    for name, ends in scales.items():
        if not _runs_up(ends):
            raise MeasureError(
                f"the scale {ends} of '{name}' does not run from low to high", remedy="give (lowest, highest)"
            )
    return scales


def _runs_up(ends: Any) -> bool:
    pair = isinstance(ends, Sequence) and len(ends) == 2 and all(finite_number(end) for end in ends)
    return pair and bool(ends[0] < ends[1])


def require_within(name: str, values: Floats, scale: Scale) -> None:
    """Raise MeasureError where a value is off the scale."""
    off = (values < scale[0]) | (values > scale[1])
    if off.any():
        raise MeasureError(
            f"{int(off.sum()):,} values are off the scale {scale[0]:g} to {scale[1]:g}, such as "
            f"{values[off][0]:g}",
            where=f"column '{name}'",
            remedy="give the scale it was asked on, or make the code of a missing answer empty",
        )
