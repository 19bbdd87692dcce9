"""Rows of a canonical table, read into memory: the columns that are asked for, dates in one zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.tally.entry import lazy_rows, require_names, require_numbers
from cxlab.tally.one_pass import numbers, spelt


def dated_rows(
    frame: Any,
    table: str,
    *,
    names: Sequence[str] = (),
    amounts: Sequence[str] = (),
    dates: Sequence[str] = (),
    maybe: Sequence[str] = (),
) -> pd.DataFrame:
    """Read columns of a table; what is missing is NaN, NaT or no name.

    Parameters
    ----------
    frame
        The table, of any engine.
    table
        Its name, for errors.
    names, amounts, dates
        Columns to read as texts, as float64 and as moments (a zone is kept).
    maybe
        Which of them may be absent, and are then missing in each row.

    Raises
    ------
    MeasureError
        Where a column is absent or of the wrong type.
    """
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    wanted = [name for name in (*names, *amounts, *dates) if name in schema or name not in maybe]
    try:
        require_names(wanted, schema)
        for name in amounts:
            if name in schema:
                require_numbers(rows, name, schema[name])
    except MeasureError as error:
        raise MeasureError(error.what, where=f"table '{table}'", remedy=error.remedy) from None
    read = rows.select(*dict.fromkeys(wanted)).collect()
    columns: dict[str, pd.Series] = {}
    for name in names:
        columns[name] = _texts(read[name]) if name in schema else _nothing(len(read), "str")
    for name in amounts:
        values = numbers(read[name]) if name in schema else _nothing(len(read), "float64")
        columns[name] = values.where(values.abs() < np.inf)
    for name in dates:
        columns[name] = _moments(read[name], table) if name in schema else _no_dates(len(read))
    return pd.DataFrame(columns)


def in_one_zone(read: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables with local moments without a zone; raise MeasureError where zones differ."""
    zones: dict[str, list[str]] = {}
    for table, rows in read.items():
        for name in rows.columns:
            if pd.api.types.is_datetime64_any_dtype(rows[name].dtype) and rows[name].notna().any():
                zones.setdefault(str(getattr(rows[name].dtype, "tz", None)), []).append(f"{table}.{name}")
    if len(zones) > 1:
        said = "; ".join(
            f"{', '.join(at)}: {zone if zone != 'None' else 'none'}" for zone, at in zones.items()
        )
        raise MeasureError(
            f"dates have different time zones ({said}), so nothing says which came first",
            remedy="bring all dates to one time zone",
        )
    return {table: rows.assign(**_local(rows)) for table, rows in read.items()}


def _local(rows: pd.DataFrame) -> dict[str, pd.Series]:
    local = {}
    for name in rows.columns:
        if pd.api.types.is_datetime64_any_dtype(rows[name].dtype):
            zoned = getattr(rows[name].dtype, "tz", None) is not None
            column = rows[name].dt.tz_localize(None) if zoned else rows[name]
            local[name] = column.astype("datetime64[us]")
    return local


def _nothing(n: int, dtype: str) -> pd.Series:
    return pd.Series([None] * n, dtype=dtype)


def _no_dates(n: int) -> pd.Series:
    return _nothing(n, "datetime64[us]")


def _texts(column: nw.Series[Any]) -> pd.Series:
    """Spell names as texts, each different one once: a million rows of keys have far fewer customers."""
    if column.dtype != nw.String:
        return spelt(column)
    codes, found = pd.factorize(column.to_arrow().to_pandas())
    texts = pd.Series([*found, None], dtype="str")
    return texts.take(codes).reset_index(drop=True)


def _moments(column: nw.Series[Any], table: str) -> pd.Series:
    if column.count() == 0:
        return _no_dates(len(column))
    native = column.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, pd.DatetimeTZDtype):
        # narwhals 2.29 does not know a pandas zone whose name has an underscore, such as America/New_York.
        return native.reset_index(drop=True)
    if column.dtype not in (nw.Date, nw.Datetime):
        raise MeasureError(
            f"the column '{column.name}' holds {column.dtype}, not dates of one kind",
            where=f"table '{table}'",
            remedy="map it as a date, or turn it into one: pandas.to_datetime; dates with a time zone cannot "
            "stand beside dates without",
        )
    if column.dtype == nw.Date:
        column = column.cast(nw.Datetime("us"))
    return column.to_arrow().to_pandas().reset_index(drop=True)
