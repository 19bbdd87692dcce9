"""The contracts: one that runs on for a private customer, one a year for a business."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.demo.behaviour import REASONS
from cxlab.demo.calendar import day_after
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import BUSINESS, Codes, Customers
from cxlab.demo.identifiers import account_ids, chosen, customer_ids, identifiers
from cxlab.demo.lives import STAYS, Lives, left_on

OUTCOMES = ("renewed", "lost", "open")
AFTER = len(WAVES)  # the first half-year after the books close


def contracts_table(
    plan: MarketPlan, customers: Customers, lives: Lives, level: NDArray[np.float64], rng: np.random.Generator
) -> pa.Table:
    """Return the table `contracts`; `level` is each customer's usual revenue of a half-year."""
    parts = [_running(customers, lives, rng), *_ended(customers, lives), _open_terms(customers, lives)]
    customer, start, end, outcome = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((start, customer))
    customer, start, end, outcome = customer[order], start[order], end[order], outcome[order]
    value = np.rint(2 * level[customer])
    names = customer_ids(plan, customer)
    return pa.table(
        {
            "contract_id": identifiers("V", np.arange(1, len(customer) + 1), width=7),
            "customer_id": names,
            "account_id": account_ids(plan, customers.account[customer]),
            "start": start,
            "end": end,
            "value": value,
            "outcome": chosen(OUTCOMES, outcome),
            "reason": chosen(
                REASONS, np.where(outcome == OUTCOMES.index("lost"), lives.reason[customer], STAYS)
            ),
        }
    )


Part = tuple[Codes, NDArray[np.datetime64], NDArray[np.datetime64], Codes]


def _running(customers: Customers, lives: Lives, rng: np.random.Generator) -> Part:
    """Private customers: from the first day to the last, or to the end of the term that runs."""
    who = np.flatnonzero(customers.customer_type != BUSINESS)
    lost = lives.left_in[who] != STAYS
    next_end = day_after(np.full(len(who), AFTER), rng.integers(20, 360, len(who)))
    end = np.where(lost, left_on(lives)[who], next_end)
    outcome = np.where(lost, OUTCOMES.index("lost"), OUTCOMES.index("open"))
    return who, customers.since[who], end, outcome


def _ended(customers: Customers, lives: Lives) -> list[Part]:
    """Yearly contracts of businesses that ended within the books."""
    parts = []
    for wave in range(len(WAVES)):
        who = np.flatnonzero(lives.due[:, wave])
        lost = lives.left_in[who] == wave
        outcome = np.where(lost, OUTCOMES.index("lost"), OUTCOMES.index("renewed"))
        parts.append((who, _term_start(customers, lives, who, wave), _term_end(lives, who, wave), outcome))
    return parts


def _open_terms(customers: Customers, lives: Lives) -> Part:
    """Yearly contracts of businesses that run on after the books close."""
    who = np.flatnonzero((customers.customer_type == BUSINESS) & (lives.left_in == STAYS))
    last_due = np.where(lives.due[who], np.arange(len(WAVES)), -1).max(axis=1)
    # Who joined too late for a contract to have ended is due two half-years after joining.
    next_due = np.where(last_due >= 0, last_due + 2, np.maximum(customers.joined[who] + 2, AFTER))
    start = _term_start(customers, lives, who, next_due)
    end = _term_end(lives, who, next_due)
    return who, start, end, np.full(len(who), OUTCOMES.index("open"))


def _term_start(customers: Customers, lives: Lives, who: Codes, wave: int | Codes) -> NDArray[np.datetime64]:
    """Return the day after the contract before, or the first day as a customer."""
    before = _term_end(lives, who, np.asarray(wave) - 2) + 1
    return np.maximum(before, customers.since[who])


def _term_end(lives: Lives, who: Codes, wave: int | Codes) -> NDArray[np.datetime64]:
    return day_after(np.broadcast_to(np.asarray(wave), who.shape), lives.end_day[who])
