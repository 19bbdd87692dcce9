"""Where a likelihood has no maximum, because drivers separate the classes of the outcome."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.drivers.class_rows import ClassRows
from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.proportional_odds import Fits
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def require_maximum(full: Fits, rows: ClassRows, read: DriverRows) -> None:
    """Raise MeasureError where the model with all drivers did not come to rest.

    Where it did, every smaller model has a maximum too: what separates with some drivers does so with all.

    Parameters
    ----------
    full
        The model with all drivers.
    rows, read
        The rows it was fitted to.

    References
    ----------
    Albert and Anderson (1984), Biometrika 71, 1–10.
    """
    if full.settled[0]:
        return
    guilty = [
        name for name, column in zip(read.drivers, read.x.T, strict=True) if _splits(column, rows.classes)
    ]
    if guilty:
        named = ", ".join(f"'{name}'" for name in guilty)
        what = f"the driver {named} by itself tells classes apart without error"
    else:
        what = "the drivers together tell classes apart without error, or nearly, so their slopes have no end"
    raise MeasureError(
        f"{what} (separation)",
        where=f"column '{read.outcome}'",
        remedy="leave out what is made of the outcome or follows from it, join classes, or give more rows",
    )


def _splits(x: Floats, classes: Places) -> bool:
    """Tell whether some cut of the classes is a cut of the driver, up to ties at the cut."""
    order = np.argsort(classes, kind="stable")
    x, cuts = x[order], np.flatnonzero(np.diff(classes[order])) + 1
    low_max, low_min = np.maximum.accumulate(x), np.minimum.accumulate(x)
    high_max, high_min = np.maximum.accumulate(x[::-1])[::-1], np.minimum.accumulate(x[::-1])[::-1]
    return bool(((low_max[cuts - 1] <= high_min[cuts]) | (low_min[cuts - 1] >= high_max[cuts])).any())
