"""Correlations as a caller gives them, as arrays: labels that disagree are refused, not passed over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def given_correlations(
    correlation: npt.ArrayLike | pd.DataFrame,
    with_outcome: npt.ArrayLike | pd.Series,
    names: Sequence[str] | None = None,
) -> tuple[Floats, Floats, list[str] | None]:
    """Return correlations among drivers and with the outcome as arrays, and the names of the drivers.

    Parameters
    ----------
    correlation, with_outcome
        Arrays of any shape, or a DataFrame and a Series, whose labels must then be the same, in one order.
    names
        Of the drivers; None to take the columns of a DataFrame, where there is one.

    Raises
    ------
    MeasureError
        Where they hold no real numbers, labels differ or a name is given twice.
    """
    if isinstance(correlation, pd.DataFrame):
        columns = list(correlation.columns)
        _require_same(columns, correlation.index, "the rows of the matrix")
        if isinstance(with_outcome, pd.Series):
            _require_same(columns, with_outcome.index, "the correlations with the outcome")
        names = [str(name) for name in columns] if names is None else names
    if names is not None:
        if isinstance(names, str) or len(set(names)) < len(names):
            raise MeasureError(f"{names!r} does not name each driver once", remedy="give a list of names")
        names = [str(name) for name in names]
    return _floats(correlation), _floats(with_outcome), names


def _require_same(columns: Sequence[object], labels: pd.Index, what: str) -> None:
    if list(columns) != list(labels):
        raise MeasureError(
            f"{what} are of {_few(list(labels))}, the columns of the matrix of {_few(columns)}",
            remedy="put both in one order, such as by .loc[matrix.columns]",
        )


def _few(labels: Sequence[object]) -> str:
    return ", ".join(str(label) for label in labels[:5]) + (" …" if len(labels) > 5 else "")


def _floats(values: npt.ArrayLike) -> Floats:
    if not np.iscomplexobj(values):
        try:
            return np.asarray(values, dtype="float64")
        except (TypeError, ValueError):
            pass
    raise MeasureError("correlations hold something else than numbers", remedy="pass real numbers, -1 to 1")
