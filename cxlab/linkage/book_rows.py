"""Transactions and contracts whose customer is known, and what became of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.linkage.linked_entities import LinkedEntities
from cxlab.linkage.linked_tables import LinkedTables
from cxlab.linkage.panel_periods import ALWAYS, Ints, PanelPeriods
from cxlab.model.errors import MeasureError
from cxlab.tally.day_moments import DAY, NEVER, moments_of

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class BookRows:
    """Rows of one table that can be used.

    Parameters
    ----------
    entity
        Whose each row is, shape (b,).
    first, last
        Moment of a transaction; of a contract its first and its last day (NEVER where it names none).
    table
        The rows.
    fates
        Of all rows of the table, how many are `used`, and how many are not, by reason.
    """

    entity: Ints
    first: Ints
    last: Ints
    table: pd.DataFrame
    fates: dict[str, int]


def _known(
    table: pd.DataFrame, entities: LinkedEntities, lacking: Bools, why: str
) -> tuple[Ints, Bools, dict[str, int]]:
    """Return the entity of each row, which rows can be used, and how many cannot, by reason."""
    contact = entities.contact(table["customer_id"])
    nobody = table["customer_id"].isna().to_numpy()
    fate = np.select([nobody, contact < 0, lacking], [1, 2, 3], default=0)
    n = np.bincount(fate, minlength=4)
    reasons = ("used", "without a customer", "of a customer nobody knows", why)
    return entities.of(contact), fate == 0, {reason: int(k) for reason, k in zip(reasons, n, strict=True)}


def bill_rows(tables: LinkedTables, entities: LinkedEntities) -> BookRows:
    """Return the transactions of known customers with a date and an amount."""
    table = tables.transactions
    assert table is not None
    lacking = (table["date"].isna() | table["amount"].isna()).to_numpy()
    entity, usable, fates = _known(table, entities, lacking, "without a date or an amount")
    kept = table[usable].reset_index(drop=True)
    moment = moments_of(kept["date"])
    return BookRows(entity[usable], moment, moment, kept, fates)


def term_rows(tables: LinkedTables, entities: LinkedEntities) -> BookRows:
    """Return the contracts of known customers; raise MeasureError where one ends before it starts."""
    table = tables.contracts
    assert table is not None
    is_open = (table["outcome"] == "open").to_numpy()
    lacking = (table["start"].isna() | (table["end"].isna() & ~is_open)).to_numpy()
    entity, usable, fates = _known(table, entities, lacking, "without a first or last day")
    kept = table[usable].reset_index(drop=True)
    start, end = moments_of(kept["start"]) // DAY * DAY, moments_of(kept["end"])
    backwards = (end < start) & (end != NEVER)
    if backwards.any():
        raise MeasureError(
            f"{int(backwards.sum()):,} contracts end before they start (one of "
            f"'{kept['customer_id'][backwards].iloc[0]}')",
            where="table 'contracts'",
            remedy="correct them or leave them out",
        )
    return BookRows(entity[usable], start, end, kept, fates)


def rows_by_fate(rows: BookRows, periods: PanelPeriods) -> dict[str, int]:
    """Tell the rows inside the periods from those outside."""
    is_open = (
        rows.last == NEVER if "outcome" not in rows.table else (rows.table["outcome"] == "open").to_numpy()
    )
    until = np.where(is_open, ALWAYS, rows.last)
    inside = (rows.first < periods.edges[-1]) & (until >= periods.edges[0])
    outside = int((~inside).sum())
    return {**rows.fates, "used": rows.fates["used"] - outside, "outside the periods": outside}
