"""What every tally asks of a frame before it reads a row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import narwhals as nw
from narwhals.exceptions import DuplicateError

from cxlab.model.errors import MeasureError, nearest


def known_frame(frame: Any) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Return a frame of any engine as narwhals sees it.

    Raises
    ------
    MeasureError
        Where it is no frame.
    """
    try:
        with warnings.catch_warnings():
            # Dask's support is moving out of narwhals; the version of narwhals is held until it has.
            warnings.filterwarnings("ignore", message="Dask support is moving", category=FutureWarning)
            return nw.from_native(frame)
    except TypeError:
        raise MeasureError(
            f"a {type(frame).__name__} is no frame",
            remedy="give a pandas, polars, Dask or Spark frame, or a DuckDB relation",
        ) from None
    except DuplicateError as error:
        named = str(error).partition("- ")[2].replace("\n- ", ", ")
        raise MeasureError(
            f"the frame holds columns of one name: {named}", remedy="name each column otherwise, or drop one"
        ) from None


def lazy_rows(frame: Any) -> nw.LazyFrame[Any]:
    """Return a frame of any engine as rows that are read when they are asked for."""
    known = known_frame(frame)
    return known.lazy() if isinstance(known, nw.DataFrame) else known


def finite(column: str) -> nw.Expr:
    """Return a numeric column as Float64, with null wherever it is not finite.

    DuckDB keeps the NaN of a Parquet file, counts it as larger than any number, and folds `isnan` and
    `between` away where the file's statistics leave NaN out; `isfinite` is not folded.
    """
    value = nw.col(column).cast(nw.Float64)
    return nw.when(value.is_finite()).then(value)


def name_or_code(column: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return a column of names or codes; numbers with decimals obey the rule of `finite`."""
    return finite(column) if dtype.is_float() or dtype.is_decimal() else nw.col(column)


def require_names(names: Sequence[str], schema: nw.Schema) -> None:
    """Raise MeasureError where a column is absent."""
    for name in names:
        if not isinstance(name, str):
            raise MeasureError(
                f"a value of type {type(name).__name__} does not name a column",
                remedy='put the values into a column and name it: frame.assign(w=…) and "w"',
            )
        if name not in schema:
            raise MeasureError(f"there is no column '{name}'", remedy=nearest(name, schema))


def require_once(names: Sequence[str], remedy: str = "name each column once") -> None:
    """Raise MeasureError where a column is named twice."""
    for place, name in enumerate(names):
        if name in names[:place]:
            raise MeasureError(f"'{name}' is named twice", remedy=remedy)


def require_numbers(rows: nw.LazyFrame[Any], name: str, dtype: nw.dtypes.DType) -> None:
    """Raise MeasureError where a column holds something else than numbers or flags."""
    if dtype.is_numeric() or dtype == nw.Boolean:
        return
    # A column without a single value has no type worth refusing.
    if rows.select(nw.col(name).count()).collect().item() > 0:
        refuse_texts(name, dtype)


def refuse_texts(name: str, dtype: object) -> None:
    """Raise MeasureError: a column holds values of a type that cannot be summed."""
    numbers = "if they are numbers, say so: .astype('float64') in pandas; or name another column"
    raise MeasureError(
        f"the column '{name}' holds {dtype}, not numbers",
        remedy=numbers
        if dtype == nw.Object
        else "give its texts scores (codes: in the mapping) or name another column",
    )


def refuse_bad_weights(bad: int, weight: str | None) -> None:
    """Raise MeasureError where answers have no weight or a negative one."""
    if bad:
        raise MeasureError(
            f"{bad:,} answers have no weight or a negative one",
            where=f"column '{weight}'",
            remedy="weight every answer, or leave weight= away",
        )
