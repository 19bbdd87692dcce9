"""The tables a linked panel is made of, read into memory: the columns it needs, dates in one zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.market import Market
from cxlab.tally.dated_rows import dated_rows, in_one_zone
from cxlab.tally.entry import lazy_rows
from cxlab.tally.table_frames import table_frames

TAKEN = ("responses", "customers", "transactions", "contracts")
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
    frames = table_frames(market, TAKEN)
    for name in ("responses", *needed):
        if name not in frames:
            raise MeasureError(f"there is no table '{name}'", remedy=nearest(name, frames))
    known = _columns(frames["customers"]) if "customers" in frames else []
    cuts = tuple(name for name in SEGMENTS if name in known) if segments is None else tuple(segments)
    if cuts and "customers" not in frames:
        raise MeasureError("segments stand in the table 'customers', which is not there", remedy="add it")
    read = {name: _read(frames[name], name, scores, cuts) for name in frames}
    money = _one_currency(market, frames, currency)
    local = in_one_zone(read)
    return LinkedTables(
        local["responses"], local.get("customers"), local.get("transactions"), local.get("contracts"), money,
        cuts,
    )  # fmt: skip


def _read(frame: Any, table: str, scores: Sequence[str], cuts: Sequence[str]) -> pd.DataFrame:
    if table == "responses":
        return dated_rows(
            frame, table, names=["customer_id", "wave"], amounts=scores, dates=["responded_at"],
            maybe=["wave", "responded_at"],
        )  # fmt: skip
    if table == "customers":
        return dated_rows(frame, table, names=["customer_id", *cuts, "account_id"], maybe=["account_id"])
    if table == "transactions":
        return dated_rows(frame, table, names=["customer_id"], amounts=["amount"], dates=["date"])
    return dated_rows(
        frame, table, names=["customer_id", "outcome", "account_id"], amounts=["value"],
        dates=["start", "end"], maybe=["account_id"],
    )  # fmt: skip


def _columns(frame: Any) -> list[str]:
    return list(lazy_rows(frame).collect_schema())


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
