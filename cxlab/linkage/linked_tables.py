"""The tables a linked panel is made of, read into memory: the columns it needs, dates in one zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.market import Market
from cxlab.model.tables import TABLES
from cxlab.tally.entry import lazy_rows, require_names, require_numbers
from cxlab.tally.one_pass import numbers, spelt

SEGMENTS = ("segment", "age_band", "gender")


@dataclass(frozen=True, slots=True, eq=False)
class LinkedTables:
    """The four tables; None where the market has none, or it is not asked for.

    Parameters
    ----------
    responses
        `customer_id`, `wave`, `responded_at` and the scores.
    customers
        `customer_id`, `account_id`, the segments.
    transactions
        `customer_id`, `date`, `amount`.
    contracts
        `customer_id`, `account_id`, `start`, `end`, `value`, `outcome`.
    currency
        The one currency of all amounts; None where nobody named it.
    segments
        Columns of `customers` that are segments.
    """

    responses: pd.DataFrame
    customers: pd.DataFrame | None
    transactions: pd.DataFrame | None
    contracts: pd.DataFrame | None
    currency: str | None
    segments: tuple[str, ...]


def linked_tables(
    market: Market | Mapping[str, Any],
    scores: Sequence[str],
    *,
    needed: Sequence[str],
    currency: str | None,
    segments: Sequence[str] | None,
) -> LinkedTables:
    """Read the tables of a market, or of a mapping from the name of a table to its frame.

    Parameters
    ----------
    market
        A market, or frames of any engine by the names of the canonical tables.
    scores
        Columns of `responses`.
    needed
        Which of `transactions` and `contracts` must be there; the other is read where it is.
    currency
        Currency of the amounts, where the market does not name it.
    segments
        Columns of `customers`, or None for those of segment, age band and gender that it has.

    Raises
    ------
    MeasureError
        Where a table or column is absent or of the wrong type, currencies are mixed, or some dates have a
        time zone and others none.
    """
    frames = _frames(market)
    for name in ("responses", *needed):
        if name not in frames:
            raise MeasureError(f"there is no table '{name}'", remedy=nearest(name, frames))
    known = _columns(frames["customers"]) if "customers" in frames else []
    cuts = tuple(name for name in SEGMENTS if name in known) if segments is None else tuple(segments)
    if cuts and "customers" not in frames:
        raise MeasureError("segments stand in the table 'customers', which is not there", remedy="add it")
    read = {
        "responses": _read(
            frames, "responses", ["customer_id"], scores, maybe_names=["wave"], maybe_dates=["responded_at"]
        ),
        "customers": _read(frames, "customers", ["customer_id", *cuts], maybe_names=["account_id"]),
        "transactions": _read(frames, "transactions", ["customer_id"], ["amount"], ["date"]),
        "contracts": _read(
            frames, "contracts", ["customer_id", "outcome"], ["value"], ["start", "end"], ["account_id"]
        ),
    }
    money = _one_currency(market, frames, currency)
    _bring_to_one_zone({name: table for name, table in read.items() if table is not None})
    assert read["responses"] is not None
    return LinkedTables(
        read["responses"], read["customers"], read["transactions"], read["contracts"], money, cuts
    )


def _frames(market: Market | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(market, Market):
        wanted = ("responses", "customers", "transactions", "contracts")
        # What is stored stays on disk but for the columns that are read.
        return {
            name: market.scan(name) if name in market.stored else market.table(name)
            for name in wanted
            if name in market.tables
        }
    if not isinstance(market, Mapping):
        raise MeasureError(
            f"a {type(market).__name__} is neither a market nor frames by the names of their tables",
            remedy='give a market, or {"responses": …, "transactions": …, "customers": …}',
        )
    for name in market:
        if name not in TABLES:
            raise MeasureError(f"there is no canonical table '{name}'", remedy=nearest(str(name), TABLES))
    return dict(market)


def _columns(frame: Any) -> list[str]:
    return list(lazy_rows(frame).collect_schema())


def _read(
    frames: Mapping[str, Any],
    table: str,
    names: Sequence[str],
    amounts: Sequence[str] = (),
    dates: Sequence[str] = (),
    maybe_names: Sequence[str] = (),
    maybe_dates: Sequence[str] = (),
) -> pd.DataFrame | None:
    if table not in frames:
        return None
    rows = lazy_rows(frames[table])
    schema = rows.collect_schema()
    wanted = list(dict.fromkeys([*names, *amounts, *dates]))
    try:
        require_names(wanted, schema)
        for name in amounts:
            require_numbers(rows, name, schema[name])
    except MeasureError as error:
        raise MeasureError(error.what, where=f"table '{table}'", remedy=error.remedy) from None
    maybe = [name for name in (*maybe_names, *maybe_dates) if name in schema]
    read = rows.select(*dict.fromkeys([*wanted, *maybe])).collect()
    columns: dict[str, pd.Series] = {}
    for name in (*names, *maybe_names):
        columns[name] = _names(read[name]) if name in schema else _nothing(len(read), "str")
    for name in (*dates, *maybe_dates):
        columns[name] = (
            _moments(read[name], table) if name in schema else _nothing(len(read), "datetime64[us]")
        )
    for name in amounts:
        values = numbers(read[name])
        columns[name] = values.where(values.abs() < np.inf)
    return pd.DataFrame(columns)


def _nothing(n: int, dtype: str) -> pd.Series:
    return pd.Series([None] * n, dtype=dtype)


def _names(column: nw.Series[Any]) -> pd.Series:
    """Spell names as texts, each different one once: a million rows of keys have far fewer customers."""
    if column.dtype != nw.String:
        return spelt(column)
    codes, found = pd.factorize(column.to_arrow().to_pandas())
    texts = pd.Series([*found, None], dtype="str")
    return texts.take(codes).reset_index(drop=True)


def _moments(column: nw.Series[Any], table: str) -> pd.Series:
    if column.count() == 0:
        return _nothing(len(column), "datetime64[us]")
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


def _one_currency(market: Any, frames: Mapping[str, Any], currency: str | None) -> str | None:
    own = market.parameters.currency if isinstance(market, Market) else currency
    if currency is not None and currency != own:
        raise MeasureError(
            f"the market's currency is {own}, not {currency}",
            remedy="leave currency= away, or bring all amounts to it",
        )
    for table in ("transactions", "contracts"):
        if table not in frames or "currency" not in _columns(frames[table]):
            continue
        found = lazy_rows(frames[table]).select("currency").unique().collect()["currency"].to_list()
        named = sorted({str(value) for value in found if not pd.isna(value)})
        own = named[0] if own is None and named else own
        if foreign := [name for name in named if name != own]:
            raise MeasureError(
                f"amounts in {', '.join(foreign)} stand beside amounts in {own}",
                where=f"table '{table}', column 'currency'",
                remedy="bring all amounts to one currency, or leave the others out",
            )
    return own


def _bring_to_one_zone(read: Mapping[str, pd.DataFrame]) -> None:
    """Turn moments into local ones without a zone; the tables were made here, so they may be changed."""
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
    for rows in read.values():
        for name in rows.columns:
            if getattr(rows[name].dtype, "tz", None) is not None:
                rows[name] = rows[name].dt.tz_localize(None)
            if pd.api.types.is_datetime64_any_dtype(rows[name].dtype):
                rows[name] = rows[name].astype("datetime64[us]")
