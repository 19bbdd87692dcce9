"""Numbers of the values of a column in their order: periods above all. A column in, arrays out."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError

Ints = npt.NDArray[np.int64]


def period_codes(labels: pd.Series, name: str, dtype: nw.dtypes.DType) -> tuple[Ints, pd.Index]:
    """Return the place of each row's value among the values that occur, and these in their order.

    Parameters
    ----------
    labels
        Values, shape (n,).
    name
        Name of the column, for the error.
    dtype
        Type of the column in the caller's frame. An enumeration (an ordered categorical) has the order it was
        declared in; any other column that of its values.

    Returns
    -------
    codes, values
        Shape (n,), −1 where the value is missing; and the values.

    Raises
    ------
    MeasureError
        Where values cannot be put in order.
    """
    declared = isinstance(labels.dtype, pd.CategoricalDtype) and dtype == nw.Enum
    try:
        codes, values = pd.factorize(labels)
        values = pd.Index(values)
        if isinstance(values, pd.CategoricalIndex):
            order = np.argsort(values.codes) if declared else values.astype(values.categories.dtype).argsort()
        else:
            order = values.argsort()
    except TypeError:
        raise MeasureError(
            "values of several types, or of one without an order, cannot be put in order",
            where=f"column '{name}'",
            remedy="give all as text, such as 2025Q3, or all as numbers or dates",
        ) from None
    rank = np.empty(len(values) + 1, dtype="int64")
    rank[order] = np.arange(len(values))
    rank[-1] = -1  # where factorize found nothing
    return rank[codes], values[order]
