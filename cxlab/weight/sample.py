"""The rows to be weighted: their base weights, their levels and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from narwhals.exceptions import DuplicateError

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.strict import code_text

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of an eager frame.

    Parameters
    ----------
    frame
        The rows as narwhals sees them.
    index
        Index of the weights: that of a pandas frame, else 0 to n − 1.
    base
        Base weights, shape (n,); 1 where none were named.
    """

    frame: nw.DataFrame[Any]
    index: pd.Index
    base: Floats


@dataclass(frozen=True, slots=True)
class Levels:
    """A column of levels.

    Parameters
    ----------
    names
        Level of each code, spelt as text; two codes may have one name (1 and "1").
    codes
        Code of each row, whole numbers ≥ 0, shape (n,).
    """

    names: list[str]
    codes: npt.NDArray[Any]


def read_sample(frame: Any, weight: str | None) -> Sample:
    """Return the rows of a frame with their base weights.

    Raises
    ------
    MeasureError
        Where it is no frame, has no order of rows or no rows, or a base weight is missing or negative.
    """
    rows = _eager(frame)
    if len(rows) == 0:
        raise MeasureError("the frame has no rows", remedy="there is nothing to weight")
    native = rows.to_native()
    index = native.index if isinstance(native, pd.DataFrame) else pd.RangeIndex(len(rows))
    if weight is None:
        return Sample(rows, index, np.ones(len(rows)))
    base = _numbers(rows, weight)
    bad = int((~(np.isfinite(base) & (base >= 0))).sum())
    if bad:
        raise MeasureError(
            f"{bad:,} rows have no base weight or a negative one",
            where=f"column '{weight}'",
            remedy="give every row a weight of 0 or more, or leave weight= away",
        )
    if not base.any():
        raise MeasureError("all base weights are 0", where=f"column '{weight}'", remedy="name another column")
    return Sample(rows, index, base)


def numbers_of(sample: Sample, name: str) -> Floats:
    """Return a numeric column as float64, shape (n,).

    Raises
    ------
    MeasureError
        Where the column is absent, holds no numbers, or a row has none.
    """
    values = _numbers(sample.frame, name)
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise MeasureError(
            f"the column '{name}' is missing in {missing:,} rows",
            remedy="leave these rows out, or fill them in and say so",
        )
    return values


def levels_of(sample: Sample, names: Iterable[str]) -> Mapping[str, Levels]:
    """Return the levels of each column, each column read once.

    Raises
    ------
    MeasureError
        Where a column is absent or a row has no level.
    """
    wanted = list(dict.fromkeys(names))
    _require(sample.frame, wanted)
    levels = {name: _levels(sample.frame[name]) for name in wanted}
    missing = {name: int((one.codes < 0).sum()) for name, one in levels.items() if one.codes.min() < 0}
    if missing:
        raise MeasureError(
            "levels are missing: " + ", ".join(f"'{name}' in {n:,} rows" for name, n in missing.items()),
            remedy="give the missing a level and a target of their own, or leave these rows out",
        )
    return levels


def _levels(column: nw.Series[Any]) -> Levels:
    codes, values = _texts(column) if column.dtype == nw.String else _values(column.to_pandas())
    # An infinite number is no level, as it is no number in the counts.
    level_of = [-1 if _infinite(value) else place for place, value in enumerate(values)]
    if -1 in level_of:
        codes = np.array([*level_of, -1])[codes]
    return Levels([_spelt(value) for value in values], codes)


def _texts(column: nw.Series[Any]) -> tuple[npt.NDArray[Any], list[Any]]:
    """Give each text its number, chunk by chunk: joining the chunks first would take as long as that."""
    encoded = column.to_arrow().dictionary_encode()
    chunks = encoded.unify_dictionaries().chunks if isinstance(encoded, pa.ChunkedArray) else [encoded]
    codes = np.concatenate([chunk.indices.fill_null(-1).to_numpy() for chunk in chunks])
    return codes, chunks[0].dictionary.to_pylist()


def _values(column: pd.Series) -> tuple[npt.NDArray[Any], pd.Index]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, values = pd.factorize(column)
    return codes, pd.Index(values)


def _numbers(rows: nw.DataFrame[Any], name: str) -> Floats:
    _require(rows, [name])
    dtype = rows[name].dtype
    if not (dtype.is_numeric() or dtype == nw.Boolean):
        raise MeasureError(f"the column '{name}' holds {dtype}, not numbers", remedy="name a numeric column")
    return rows[name].cast(nw.Float64).to_pandas().to_numpy(dtype="float64", na_value=np.nan)


def _infinite(value: object) -> bool:
    return isinstance(value, float) and not np.isfinite(value)


def _spelt(value: Any) -> str:
    return code_text(value.item() if isinstance(value, np.generic) else value)


def _require(rows: nw.DataFrame[Any], names: Iterable[str]) -> None:
    for name in names:
        if name not in rows.columns:
            raise MeasureError(f"there is no column '{name}'", remedy=nearest(str(name), rows.columns))


def _eager(frame: Any) -> nw.DataFrame[Any]:
    try:
        known = nw.from_native(frame)
    except TypeError:
        raise MeasureError(
            f"a {type(frame).__name__} is no frame", remedy="give a pandas or polars frame"
        ) from None
    except DuplicateError:
        raise MeasureError("two columns have one name", remedy="rename one of them") from None
    if isinstance(known, nw.LazyFrame):
        # A weight belongs to a row by its place alone, and a relation may come in another order each time.
        raise MeasureError(
            f"the rows of a {type(frame).__name__} have no fixed order to put weights back on",
            remedy="fetch the columns first: relation.df() of DuckDB, .collect() of polars, "
            ".compute() of Dask, .toPandas() of Spark",
        )
    return known
