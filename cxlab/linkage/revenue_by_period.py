"""Revenue by entity and period, from transactions or contracts, and whether there was a customer at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.linkage.panel_periods import ALWAYS, Floats, Ints, PanelPeriods
from cxlab.model.errors import MeasureError
from cxlab.tally.day_moments import DAY, NEVER

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Paid:
    """Transactions by E entities in P periods, shape (E, P) each.

    Parameters
    ----------
    amount
        Their sum.
    any
        Whether there was one, a refund included.
    bought
        Whether something was bought: an amount above 0.
    since
        Whether something was bought in the period or at any time before it.
    """

    amount: Floats
    any: Bools
    bought: Bools
    since: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Contracted:
    """Contracts of E entities in P periods, shape (E, P) each.

    Parameters
    ----------
    value
        What their days in the period are worth.
    covered
        Whether the entity was under contract on one day of the period at least.
    ended
        Whether one of its contracts had ended before the period began.
    past_term
        Whether a contract covers the period, though the days its value is for were over before it began.
    """

    value: Floats
    covered: Bools
    ended: Bools
    past_term: Bools


def paid_by_period(entity: Ints, moment: Ints, amount: Floats, entities: int, periods: PanelPeriods) -> Paid:
    """Sum transactions by entity and period; those outside the periods count for `since` only.

    Parameters
    ----------
    entity, moment, amount
        One row per transaction, shape (t,).
    entities
        E.
    periods
        The P periods.
    """
    at = periods.of(moment)
    shape = (entities, len(periods))
    inside = (at >= 0) & (at < len(periods))
    cell = (entity * len(periods) + at)[inside]

    def count(rows: Bools) -> Bools:
        return (np.bincount(cell[rows[inside]], minlength=shape[0] * shape[1]) > 0).reshape(shape)

    total: Floats = np.bincount(cell, amount[inside], minlength=shape[0] * shape[1]).astype("float64")
    bought = count(amount > 0)
    early = np.zeros(entities, dtype=bool)
    early[entity[(at < 0) & (amount > 0)]] = True
    since = np.logical_or.accumulate(bought, axis=1) | early[:, None]
    return Paid(total.reshape(shape), count(np.ones(len(amount), dtype=bool)), bought, since)


def contracted_by_period(
    entity: Ints, start: Ints, end: Ints, term_end: Ints, daily: Floats, entities: int, periods: PanelPeriods
) -> Contracted:
    """Spread contracts over the days of the periods.

    Parameters
    ----------
    entity
        Whose each contract is, shape (c,).
    start, end
        First moment of its first day, and of the day after its last; ALWAYS where it runs on.
    term_end
        First moment after the last day its value is spread over.
    daily
        Its value of a day.
    entities
        E.
    periods
        The P periods.
    """
    value = np.zeros((entities, len(periods)))
    covered = np.zeros((entities, len(periods)), dtype=bool)
    ended, past_term = np.zeros_like(covered), np.zeros_like(covered)
    for j, (first, last) in enumerate(zip(periods.edges[:-1], periods.edges[1:], strict=True)):
        days = np.maximum(np.minimum(term_end, last) - np.maximum(start, first), 0) / DAY
        value[:, j] = np.bincount(entity, days * daily, minlength=entities)
        runs = (start < last) & (end > first)
        covered[entity[runs], j] = True
        past_term[entity[runs & (term_end <= first)], j] = True
        ended[entity[end <= first], j] = True
    return Contracted(value, covered, ended, past_term)


def present_in(paid: Paid | None, contracted: Contracted | None, revenue: str) -> Bools:
    """Tell in which periods an entity was a customer, so that no revenue means 0, shape (E, P)."""
    if revenue == "contracts":
        assert contracted is not None
        return contracted.covered
    assert paid is not None
    if contracted is None:
        return paid.any | paid.since
    left = contracted.ended & ~contracted.covered
    return paid.any | contracted.covered | (paid.since & ~left)


def retained_after(paid: Paid | None, contracted: Contracted | None) -> Floats:
    """Return 1 where the next period has a purchase or a contract, of what is given, else 0; NaN in the last.

    Shape (E, P).
    """
    here: Bools = paid.bought if paid is not None else np.zeros((0, 0), dtype=bool)
    if contracted is not None:
        here = contracted.covered if paid is None else here | contracted.covered
    out = np.full(here.shape, np.nan)
    out[:, :-1] = here[:, 1:]
    return out


def refuse_twice(paid: Floats, contracted: Floats, names: Sequence[str], labels: Sequence[str]) -> None:
    """Raise MeasureError where an entity has amounts of both kinds in one period."""
    row, column = np.nonzero((paid != 0) & (contracted != 0))
    if len(row):
        raise MeasureError(
            f"{len(np.unique(row)):,} customers have transactions and contract value in one period (such "
            f"as {names[row[0]]} in {labels[column[0]]}), which would count the same money twice",
            remedy='take revenue="transactions" or revenue="contracts", or leave the bills of contracts out',
        )


def without_negative(
    amount: Floats, negative: str, names: Sequence[str], labels: Sequence[str], present: Bools
) -> Floats:
    """Return revenue with negative sums kept or set to 0; raise MeasureError where they are refused."""
    below = (amount < 0) & present
    if negative == "keep" or not below.any():
        return amount
    if negative == "zero":
        return np.where(below, 0.0, amount)
    row, column = np.nonzero(below)
    raise MeasureError(
        f"{len(row):,} sums of revenue are negative (such as {amount[row[0], column[0]]:g} of "
        f"{names[row[0]]} in {labels[column[0]]}): refunds exceed purchases",
        remedy='say negative="zero" or negative="keep", or book refunds into the period of the purchase',
    )


def spread_ends(start: Ints, end: Ints, is_open: Bools) -> tuple[Ints, Ints]:
    """Return the moment after each contract's last day (never, where open), and after that of its term."""
    after = np.where(end == NEVER, start, end // DAY * DAY + DAY)
    return np.where(is_open, ALWAYS, after), after
