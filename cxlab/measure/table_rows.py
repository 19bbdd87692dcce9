"""Columns of a table of any engine, read into memory as the types a measure reckons with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, require_names, require_numbers
from cxlab.tally.one_pass import numbers, spelt


def table_rows(
    frame: Any,
    *,
    names: Sequence[str] = (),
    amounts: Sequence[str] = (),
    dates: Sequence[str] = (),
    flags: Sequence[str] = (),
) -> pd.DataFrame:
    """Read some columns of a table.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, a Dask or Spark frame. Only the columns named are read.
    names
        Keys, names and codes; each value gets one spelling, as text.
    amounts
        Numbers, as float64; what is not finite is missing.
    dates
        Dates or moments, as naive datetime64; those with a time zone are brought to UTC.
    flags
        Yes or no, as nullable booleans.

    Returns
    -------
    pandas.DataFrame
        One row per row of the table, in its order; the index of a pandas frame is kept.

    Raises
    ------
    MeasureError
        Where a column is absent or holds something else.
    """
    rows = lazy_rows(frame)
    wanted = list(dict.fromkeys([*names, *amounts, *dates, *flags]))
    schema = rows.collect_schema()
    require_names(wanted, schema)
    for name in amounts:
        require_numbers(rows, name, schema[name])
    read = rows.select(*wanted).collect()
    columns = {name: spelt(read[name]) for name in names}
    columns |= {name: _finite(read[name]) for name in amounts}
    columns |= {name: _moments(read[name], name) for name in dates}
    columns |= {name: _flags(read[name], name) for name in flags}
    tidy = pd.DataFrame(columns)
    return tidy.set_index(frame.index) if isinstance(frame, pd.DataFrame) else tidy


def _finite(column: nw.Series[Any]) -> pd.Series:
    values = numbers(column)
    return values.where(values.abs() < float("inf"))


def _moments(column: nw.Series[Any], name: str) -> pd.Series:
    if column.count() == 0:
        return pd.Series(pd.NaT, index=range(len(column)), dtype="datetime64[us]")
    if column.dtype not in (nw.Date, nw.Datetime):
        raise MeasureError(
            f"the column '{name}' holds {column.dtype}, not dates",
            remedy="map it as a date, or turn it into one: pandas.to_datetime",
        )
    moments = column
    if isinstance(column.dtype, nw.Datetime) and column.dtype.time_zone is not None:
        moments = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return pd.Series(moments.cast(nw.Datetime("us")).to_numpy(), dtype="datetime64[us]")


def _flags(column: nw.Series[Any], name: str) -> pd.Series:
    if column.dtype != nw.Boolean and column.count() > 0:
        raise MeasureError(
            f"the column '{name}' holds {column.dtype}, not yes or no",
            remedy="map it as a flag, or turn it into one: frame[column] == value",
        )
    return pd.Series(column.to_list(), dtype="boolean")
