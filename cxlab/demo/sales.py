"""Sales opportunities: with customers they close far more often than with others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlab.demo.company import BOOKS_CLOSE, BOOKS_OPEN, MarketPlan
from cxlab.demo.customers import PRIVATE, Customers, draw_codes
from cxlab.demo.identifiers import chosen, customer_ids, identifiers
from cxlab.demo.lives import STAYS, Lives

PER_CUSTOMER = 0.4  # opportunities in three years
WITH_EXISTING = 0.5
OPEN_FOR = 60  # days before the books close within which an opportunity is still open
LOST_REASONS = ("price", "no need", "competitor", "no decision")
REASON_SHARES = (0.45, 0.25, 0.20, 0.10)
MEDIAN_VALUE = 1.5  # of a private customer's revenue of a half-year


def opportunities_table(
    plan: MarketPlan, customers: Customers, lives: Lives, rng: np.random.Generator
) -> pa.Table:
    """Return the table `opportunities`; those with customers are with some who stay."""
    n = round(PER_CUSTOMER * len(customers))
    existing = rng.random(n) < WITH_EXISTING
    old = np.flatnonzero(
        (lives.left_in == STAYS) & (customers.joined < 0) & (customers.customer_type == PRIVATE)
    )
    customer = old[rng.integers(0, len(old), n)]
    opened, closed = np.datetime64(BOOKS_OPEN, "D"), np.datetime64(BOOKS_CLOSE, "D")
    age = rng.integers(0, (closed - opened).astype(int), n)
    won = rng.random(n) < np.where(existing, plan.sales.existing, plan.sales.new)
    status = np.where(age < OPEN_FOR, 2, np.where(won, 0, 1))
    value = np.rint(plan.revenue.level * MEDIAN_VALUE * rng.lognormal(0, 0.8, n))
    reason = np.where(status == 1, draw_codes(REASON_SHARES, n, rng) - 1, -1)
    return pa.table(
        {
            "opportunity_id": identifiers("O", np.arange(1, n + 1)),
            "customer_id": pc.if_else(
                pa.array(existing), customer_ids(plan, customer), pa.scalar(None, pa.string())
            ),
            "existing": existing,
            "date": closed - age.astype("timedelta64[D]"),
            "value": value,
            "status": chosen(("won", "lost", "open"), status),
            "reason": chosen(LOST_REASONS, reason),
        }
    )
