"""Which ratings count as low, middle and high, and who gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.drivers.driver_rows import DriverRows, Floats
from cxlab.drivers.rating_scales import require_within, scales_of
from cxlab.estimate.estimates import Scale
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import kish_base
from cxlab.model.errors import MeasureError, nearest

CLASSES = ("low", "middle", "high")


def class_borders(
    rows: DriverRows,
    low: float | Mapping[str, float] | None,
    high: float | Mapping[str, float] | None,
    scale: Scale | Mapping[str, Scale] | None,
) -> tuple[Floats, Floats]:
    """Return the codes at and below, at and above which a rating is low and high, shape (p,) each."""
    if (low is None) != (high is None) or (low is None) == (scale is None):
        raise MeasureError(
            "nothing says which ratings are low and which are high, or two things do",
            remedy="give low= and high=, or scale=(lowest, highest) whose outer thirds are taken",
        )
    if scale is not None:
        scales = scales_of(scale, rows.drivers)
        for place, name in enumerate(rows.drivers):
            if name not in scales:
                raise MeasureError(f"'{name}' has no scale", remedy="give one for each driver")
            require_within(name, rows.x[:, place], scales[name])
        ends = np.array([scales[name] for name in rows.drivers], dtype="float64")
        third = (ends[:, 1] - ends[:, 0]) / 3
        # What rounding does to a third must not move a code over its border.
        return np.round(ends[:, 0] + third, 9), np.round(ends[:, 1] - third, 9)
    lows, highs = _each(low, rows.drivers, "low"), _each(high, rows.drivers, "high")
    crossed = np.flatnonzero(~(lows < highs))
    if len(crossed):
        at = int(crossed[0])
        raise MeasureError(
            f"low={lows[at]:g} is not below high={highs[at]:g} of '{rows.drivers[at]}'",
            remedy="leave ratings between them: they are what low and high are held against",
        )
    return lows, highs


def _each(value: float | Mapping[str, float] | None, drivers: Sequence[str], option: str) -> Floats:
    for border in value.values() if isinstance(value, Mapping) else [value]:
        if not finite_number(border):
            raise MeasureError(f"{option}= holds {border!r}", remedy="name ratings by their codes, such as 2")
    if not isinstance(value, Mapping):
        return np.full(len(drivers), value, dtype="float64")
    for name in value:
        if name not in drivers:
            raise MeasureError(f"{option}= names '{name}'", remedy=nearest(str(name), drivers))
    for name in drivers:
        if name not in value:
            raise MeasureError(f"{option}= says nothing of '{name}'", remedy="name every driver")
    return np.array([value[name] for name in drivers], dtype="float64")


def class_bases(
    rows: DriverRows, is_low: npt.NDArray[np.bool_], is_high: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Return base and mean rating of each class of each driver, p rows: `n_low`, `mean_low` and so on."""
    said = ("n", "n_eff", "mean")
    parts: dict[str, list[float]] = {f"{figure}_{name}": [] for name in CLASSES for figure in said}
    for name, inside in zip(CLASSES, (is_low, ~(is_low | is_high), is_high), strict=True):
        for driver, column, ratings in zip(rows.drivers, inside.T, rows.x.T, strict=True):
            if not column.any():
                raise MeasureError(
                    f"nobody gave '{driver}' a {name} rating",
                    remedy="draw low= and high= elsewhere, or leave the driver out",
                )
            parts[f"n_{name}"].append(int(column.sum()))
            parts[f"n_eff_{name}"].append(kish_base(rows.w[column]))
            parts[f"mean_{name}"].append(float(np.average(ratings[column], weights=rows.w[column])))
    counts = {f"n_{name}": pd.array(parts[f"n_{name}"], dtype="Int64") for name in CLASSES}
    return pd.DataFrame(parts | counts)
