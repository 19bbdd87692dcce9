"""Numeric columns of a frame of any engine, as they are to be scored. A frame in, an array out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import finite, lazy_rows, require_names, require_numbers

Floats = npt.NDArray[np.float64]


def plain_columns(frame: Any, names: Sequence[str]) -> Floats:
    """Return the named columns, shape (n, p), NaN where missing; refuse absent ones and texts."""
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    require_names(names, schema)
    for name in names:
        require_numbers(rows, name, schema[name])
    table = rows.select(*[finite(name).alias(f"c{place}") for place, name in enumerate(names)])
    return table.collect().to_pandas().to_numpy(dtype="float64", na_value=np.nan)


def require_shown(shown: bool) -> None:
    """Raise MeasureError where a model was blanked for its small base."""
    if not shown:
        raise MeasureError("the model rests on too few to be shown", remedy="fit it to more customers")
