"""What customers pay: two bills in a half-year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.demo.calendar import day_after
from cxlab.demo.company import WAVES, MarketPlan
from cxlab.demo.customers import BUSINESS, Codes, Customers, Floats
from cxlab.demo.identifiers import chosen, customer_ids, identifiers
from cxlab.demo.lives import Lives
from cxlab.demo.opinions import Panel

FIRST_BILL, SECOND_BILL = (10, 38), (92, 120)  # days of the half-year: after joining, before anyone leaves
PRODUCTS = ("mobile", "fibre", "fibre and mobile")
PRODUCT_OF_SEGMENT = (0, 1, 2)  # what a value segment mostly holds


@dataclass(frozen=True, slots=True)
class Bills:
    """Bills of all customers; every array has shape (bills,).

    Attributes
    ----------
    customer : ndarray of int
        Place of the customer, from 0.
    date : ndarray of datetime64[D]
        Day of the bill.
    cents, margin_cents : ndarray of int
        Amount and margin in hundredths of the currency: whole, so that their sums are the same everywhere.
    """

    customer: Codes
    date: NDArray[np.datetime64]
    cents: Codes
    margin_cents: Codes


def usual_revenue(plan: MarketPlan, customers: Customers) -> Floats:
    """Return each customer's usual revenue of a half-year, before season, opinion and noise, shape (n,)."""
    rule = plan.revenue
    log_level = (
        np.log(rule.level)
        + rule.business * (customers.customer_type == BUSINESS)
        + rule.value * customers.value
        + plan.loyalty.spend_effect * customers.member
    )
    level: Floats = np.exp(log_level)
    return level


def draw_bills(
    plan: MarketPlan, customers: Customers, panel: Panel, lives: Lives, rng: np.random.Generator
) -> Bills:
    """Draw the bills of all half-years a customer is under contract in."""
    rule, usual = plan.revenue, usual_revenue(plan, customers)
    parts = []
    for wave in range(len(WAVES)):
        who = np.flatnonzero(lives.active[:, wave])
        n = len(who)
        # Before the first wave nobody was asked: its half-year is billed as if all had been neutral.
        opinion = panel.scores["csat_overall"][who, wave - 1] - 3 if wave else np.zeros(n)
        effect = rule.seasons[wave] + rule.csat * opinion + rule.noise * rng.standard_normal(n)
        cents = np.rint(100 * usual[who] * np.exp(effect)).astype(np.int64)
        first = np.rint(cents * rng.uniform(0.45, 0.55, n)).astype(np.int64)
        margin = np.array(rule.margin)[customers.customer_type[who] - 1]
        margin = margin + rule.margin_noise * rng.standard_normal(n)
        for part, days in ((first, FIRST_BILL), (cents - first, SECOND_BILL)):
            date = day_after(np.full(n, wave), rng.integers(*days, n))
            parts.append((who, date, part, np.rint(part * margin).astype(np.int64)))
    customer, date, amount, earned = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Bills(customer, date, amount, earned)


def transactions_table(plan: MarketPlan, customers: Customers, bills: Bills) -> pa.Table:
    """Return the table `transactions`."""
    product = np.array(PRODUCT_OF_SEGMENT)[customers.segment - 1][bills.customer]
    return pa.table(
        {
            "transaction_id": identifiers("T", np.arange(1, len(bills.customer) + 1), width=8),
            "customer_id": customer_ids(plan, bills.customer),
            "date": bills.date,
            "amount": bills.cents / 100,
            "margin": bills.margin_cents / 100,
            "product": chosen(PRODUCTS, product),
        }
    )
