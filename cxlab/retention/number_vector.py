"""A vector of numbers from a list, an array or a series of any engine."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def number_vector(values: Any, name: str, length: int | None = None) -> Floats:
    """Return the values as Float64, shape (n,), NaN where missing.

    Parameters
    ----------
    values
        Numbers in a list, an array, or a series of pandas, polars or another engine that narwhals knows.
    name
        What the caller calls them.
    length
        How many there must be; None takes any number.

    Raises
    ------
    MeasureError
        Where they are no numbers, infinite, have more than one dimension, or are not as many as they must be.
    """
    column = nw.from_native(values, series_only=True, pass_through=True)
    try:
        found = np.array(_plain(column), dtype="float64")
    except (TypeError, ValueError, nw.exceptions.NarwhalsError):
        raise MeasureError(f"{name} holds something else than numbers", remedy="give numbers") from None
    if found.ndim != 1:
        raise MeasureError(
            f"{name} has {found.ndim} dimensions", remedy="give one number per customer, in a list or column"
        )
    if length is not None and len(found) != length:
        raise MeasureError(
            f"{name} has {len(found):,} values where {length:,} were expected",
            remedy="give all columns of the same customers, in the same order",
        )
    if np.isinf(found).any():
        raise MeasureError(
            f"{int(np.isinf(found).sum()):,} values of {name} are infinite", remedy="give numbers, or none"
        )
    return found


def _plain(column: Any) -> Any:
    if not isinstance(column, nw.Series):
        # A list may hold the gaps of a frame, which no array of numbers takes.
        known = column if isinstance(column, np.ndarray) else np.asarray(column)
        one = known.dtype == object and known.ndim == 1
        return pd.Series(known).to_numpy(dtype="float64", na_value=np.nan) if one else known
    if isinstance(column.dtype, (nw.Categorical, nw.Enum)):
        raise TypeError(column.dtype)
    return column.cast(nw.Float64).to_numpy()
