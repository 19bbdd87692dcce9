"""Which periods the books of a market cover."""

from __future__ import annotations

import numpy as np

from cxlab.linkage.book_rows import BookRows
from cxlab.linkage.linked_note import LinkedNote
from cxlab.linkage.linked_tables import LinkedTables
from cxlab.linkage.panel_periods import Day, Ints, PanelPeriods, calendar_periods, wave_periods
from cxlab.model.errors import MeasureError
from cxlab.tally.day_moments import DAY, NEVER, day_moment, moments_of


def book_periods(
    tables: LinkedTables,
    bills: BookRows | None,
    terms: BookRows | None,
    answered: Ints,
    period: str,
    revenue: str,
    books: tuple[Day, Day] | None,
) -> tuple[PanelPeriods, tuple[LinkedNote, ...]]:
    """Return the periods, and what to know of them.

    Parameters
    ----------
    tables
        The tables, for the waves and the days on which the market saw something.
    bills, terms
        Transactions and contracts of known customers, or None.
    answered
        When each answer was given.
    period, revenue, books
        As in `cxlab.link_panel`.

    Raises
    ------
    MeasureError
        Where there are fewer than two periods.
    """
    first, last = _span(tables, bills, terms, answered, revenue) if books is None else _given(books)
    if period == "wave":
        periods = _waves_within(tables, answered, first, last, whole=books is not None)
    else:
        periods = calendar_periods(period, first, last, whole=books is not None)
    if len(periods) < 2:
        raise MeasureError(
            f"the books hold {len(periods) or 'no'} period{'' if len(periods) == 1 else 's'}, and one alone "
            "tells nothing of change",
            remedy="take shorter periods, or longer books",
        )
    return periods, _notes(periods, first, last) if books is None else ()


def _notes(periods: PanelPeriods, first: int, last: int) -> tuple[LinkedNote, ...]:
    """Say what was taken for the books, and which period they may cover in part only."""
    days = [str(np.datetime64(at, "us").astype("datetime64[D]")) for at in (first, last)]
    notes = [LinkedNote("books_taken", first=days[0], last=days[1])]
    if last // DAY * DAY + DAY < periods.edges[-1]:
        notes += [LinkedNote("books_end_within", last=days[1], period=periods.labels[-1])]
    return tuple(notes)


def _span(
    tables: LinkedTables, bills: BookRows | None, terms: BookRows | None, answered: Ints, revenue: str
) -> tuple[int, int]:
    """Return the first entry of the books, and the last moment of which they or the market know something."""
    by_term = terms is not None and revenue != "transactions"
    known = np.concatenate([rows.first for rows in (bills, terms if by_term else None) if rows is not None])
    if not len(known):
        raise MeasureError(
            f"no row of {revenue if revenue != 'both' else 'the books'} has a customer whom the market knows",
            remedy="see whether the tables name customers alike",
        )
    seen = [known]
    if by_term:
        # Contracts run on without an entry, so any day the market saw counts; their last days may lie ahead,
        # whatever is said to have become of them.
        seen += [answered]
        seen += [moments_of(tables.transactions["date"])] if tables.transactions is not None else []
    return int(known.min()), int(np.concatenate(seen).max())


def _given(books: tuple[Day, Day]) -> tuple[int, int]:
    first, last = (day_moment(day, "books") for day in books)
    if last < first:
        raise MeasureError(
            f"the books from {books[0]} to {books[1]} run backwards", remedy="name the first day first"
        )
    return first, last + DAY - 1


def _waves_within(
    tables: LinkedTables, answered: Ints, first: int, last: int, *, whole: bool
) -> PanelPeriods:
    waves = tables.responses["wave"]
    known = waves.notna().to_numpy() & (answered != NEVER)
    if waves[known].nunique() < 3:
        raise MeasureError(
            f"{waves[known].nunique()} waves with a date make no two periods",
            remedy='map wave and responded_at, say wave_dates=, or take calendar periods such as "quarter"',
        )
    every = wave_periods(waves[known].astype("str"), answered[known])
    begin, end = every.edges[:-1], every.edges[1:]
    held = np.flatnonzero((begin >= first) & (end <= last + 1) if whole else (end > first) & (begin <= last))
    return every.between(held[0], held[-1] + 1) if len(held) else every.between(0, 0)
