"""Columns from a formula: the right-hand side as patsy reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from patsy import EvalEnvironment, PatsyError, dmatrix

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def formula_columns(formula: str | None, known: Iterable[str]) -> list[str]:
    """Return the columns whose name stands in a formula, sorted; raise MeasureError where it is none."""
    if formula is None:
        return []
    if not isinstance(formula, str):
        raise MeasureError(
            f"formula={formula!r} is no formula",
            remedy='give its columns as text, such as formula="C(region) + seats"',
        )
    if "~" in formula:
        raise MeasureError(
            f"the formula '{formula}' has a left-hand side",
            remedy='give its right-hand side only, such as formula="C(region) + np.log(seats)"',
        )
    return sorted(name for name in known if name in formula)


def formula_controls(
    formula: str | None, table: pd.DataFrame, columns: Sequence[str]
) -> tuple[Floats, tuple[str, ...]]:
    """Return the columns that a formula makes and their names.

    Parameters
    ----------
    formula
        Right-hand side, or None; its constant is left out, as every design has its own or needs none.
    table
        Holds the columns as f0, f1, …
    columns
        Their names.

    Returns
    -------
    tuple
        Shape (n, k), NaN in a row that lacks a column; and k names.

    Raises
    ------
    MeasureError
        Where patsy cannot read it.
    """
    if formula is None:
        return np.zeros((len(table), 0)), ()
    data = {name: _plain(table[f"f{place}"]) for place, name in enumerate(columns)}
    rows = pd.DataFrame(data, index=np.arange(len(table)))
    try:
        # Nothing of the caller's surroundings may enter: a result depends on the frame alone.
        made = dmatrix(formula, rows, eval_env=EvalEnvironment([{"np": np}]), return_type="dataframe")
    except (PatsyError, NameError, SyntaxError, TypeError, ValueError) as refused:
        raise MeasureError(
            f"the formula '{formula}' cannot be read: {str(refused).splitlines()[0]}",
            remedy='name columns of the frame, such as formula="C(region) + seats"',
        ) from None
    made = made.drop(columns="Intercept", errors="ignore")
    values = made.reindex(np.arange(len(table))).to_numpy(dtype="float64")
    return np.where(np.isfinite(values), values, np.nan), tuple(str(name) for name in made.columns)


def _plain(column: pd.Series) -> pd.Series:
    """Return a column as patsy knows columns: numbers as floats, all else as objects."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return pd.Series(column.to_numpy(dtype="float64", na_value=np.nan))
    return pd.Series(column.astype(object).where(column.notna(), None).to_numpy(), dtype=object)
