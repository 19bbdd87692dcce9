"""The books of a market by entity and period: revenue, who was a customer, who was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxlab.linkage.book_periods import book_periods
from cxlab.linkage.book_rows import BookRows, bill_rows, rows_by_fate, term_rows
from cxlab.linkage.linked_entities import LinkedEntities
from cxlab.linkage.linked_note import LinkedNote
from cxlab.linkage.linked_tables import LinkedTables
from cxlab.linkage.panel_periods import Day, Floats, Ints, PanelPeriods
from cxlab.linkage.revenue_by_period import (
    Bools,
    Contracted,
    Paid,
    contracted_by_period,
    paid_by_period,
    present_in,
    refuse_twice,
    retained_after,
    spread_ends,
)
from cxlab.model.errors import MeasureError
from cxlab.tally.day_moments import DAY, NEVER

ContractValue = Literal["term", "year"]
YEAR = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class LinkedBooks:
    """Revenue of E entities in P periods.

    Parameters
    ----------
    periods
        The periods.
    amount, retained
        Revenue, and whether the next period has an entry: a contract, and a purchase unless revenue comes
        from contracts alone; shape (E, P).
    present
        In which periods an entity was a customer, shape (E, P).
    fates
        Of each table used: how many rows came in, by what became of them.
    notes
        What to know before they are used.
    """

    periods: PanelPeriods
    amount: Floats
    retained: Floats
    present: Bools
    fates: Mapping[str, Mapping[str, int]]
    notes: tuple[LinkedNote, ...]


def linked_books(
    tables: LinkedTables,
    entities: LinkedEntities,
    answered: Ints,
    *,
    period: str,
    revenue: str,
    books: tuple[Day, Day] | None,
    contract_value: str,
) -> LinkedBooks:
    """Sum the books of a market by entity and period.

    Parameters
    ----------
    tables, entities
        The market.
    answered
        When each answer was given; a day on which somebody answered is one the market has seen.
    period, revenue, books, contract_value
        As in `cxlab.link_panel`.

    Raises
    ------
    MeasureError
        Where there are no rows or one period only, a contract has no days or no value, or money would count
        twice.
    """
    bills = None if tables.transactions is None or revenue == "contracts" else bill_rows(tables, entities)
    terms = None if tables.contracts is None else term_rows(tables, entities)
    periods, notes = book_periods(tables, bills, terms, answered, period, revenue, books)
    paid, contracted, fates = None, None, {}
    if bills is not None:
        amounts = bills.table["amount"].to_numpy(dtype="float64")
        paid = paid_by_period(bills.entity, bills.first, amounts, len(entities.names), periods)
        fates["transactions"] = rows_by_fate(bills, periods)
    if terms is not None:
        contracted = _contracted(terms, periods, len(entities.names), revenue, contract_value)
        fates["contracts"] = rows_by_fate(terms, periods)
    amount = _amount(paid, contracted, revenue, entities, periods)
    present = present_in(paid, contracted, revenue)
    if revenue == "both" and contracted is not None:
        present = present | contracted.covered
    if revenue != "transactions" and contracted is not None:
        notes += _past_term(contracted, present & (amount == 0))
    return LinkedBooks(periods, amount, retained_after(paid, contracted), present, fates, notes)


def _past_term(contracted: Contracted, without: Bools) -> tuple[LinkedNote, ...]:
    n = int((contracted.past_term & without).sum())
    return (LinkedNote("past_term", n=n),) if n else ()


def _amount(
    paid: Paid | None,
    contracted: Contracted | None,
    revenue: str,
    entities: LinkedEntities,
    periods: PanelPeriods,
) -> Floats:
    if revenue == "transactions":
        assert paid is not None
        return paid.amount
    assert contracted is not None
    if revenue == "contracts":
        return contracted.value
    assert paid is not None
    refuse_twice(paid.amount, contracted.value, list(entities.names), periods.labels)
    return paid.amount + contracted.value


def _contracted(terms: BookRows, periods: PanelPeriods, entities: int, revenue: str, per: str) -> Contracted:
    is_open = (terms.table["outcome"] == "open").to_numpy()
    last, term = spread_ends(terms.first, terms.last, is_open)
    if revenue == "transactions":
        daily = np.zeros(len(last))
    else:
        value = terms.table["value"].to_numpy(dtype="float64")
        _refuse_worthless(terms, value, per)
        # What is worth so much a year is so for as long as it runs; a term's value is spent at its end.
        daily = value / YEAR if per == "year" else value / ((term - terms.first) / DAY)
        term = last if per == "year" else term
    return contracted_by_period(terms.entity, terms.first, last, term, daily, entities, periods)


def _refuse_worthless(terms: BookRows, value: Floats, per: str) -> None:
    bad = np.isnan(value) | (value < 0)
    if bad.any():
        raise MeasureError(
            f"{int(bad.sum()):,} contracts have no value, or a negative one (one of "
            f"'{terms.table['customer_id'][bad].iloc[0]}')",
            where="table 'contracts'",
            remedy="correct them or leave them out",
        )
    endless = terms.last == NEVER
    if per == "term" and endless.any():
        raise MeasureError(
            f"{int(endless.sum()):,} open contracts name no last day, so their value has no days to go over",
            where="table 'contracts'",
            remedy='say contract_value="year" where values are of a year, or name the end of the term',
        )
