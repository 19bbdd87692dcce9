"""The market's accounts by quarter, added up from its bills."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cxlab.demo.company import MarketPlan
from cxlab.demo.complaints import PRICE_LEVEL
from cxlab.demo.customers import Customers
from cxlab.demo.revenue import Bills

FIRST_YEAR, YEARS = 2024, 3
QUARTERS = 4 * YEARS
OVERHEAD = 0.12  # share of revenue
RETENTION = 0.02  # share of revenue
WINNING = 95  # cost of a customer won, times the market's price level
PROGRAMME = 4_000  # cost of the customer-experience programme in a quarter, times the market's price level


def finance_table(
    plan: MarketPlan, customers: Customers, bills: Bills, goodwill: pa.Table, rng: np.random.Generator
) -> pa.Table:
    """Return the table `finance`; revenue is the sum of the quarter's bills, to the cent."""
    revenue = _sums(bills.date, bills.cents)
    earned = _sums(bills.date, bills.margin_cents)
    given = np.rint(100 * goodwill["amount"].to_numpy()).astype(np.int64)
    gestures = _sums(goodwill["date"].to_numpy(), given)
    joined = customers.since[customers.joined >= 0]
    new = _sums(joined, np.ones(len(joined), dtype=np.int64))
    level = PRICE_LEVEL[plan.currency]
    winning = np.rint(100 * level * WINNING * new * rng.uniform(0.9, 1.1, QUARTERS)).astype(np.int64)
    winning = winning + np.rint(100 * level * 2_000).astype(np.int64)
    keeping = np.rint(RETENTION * revenue).astype(np.int64)
    programme = np.full(QUARTERS, np.rint(100 * level * PROGRAMME).astype(np.int64))
    overhead = np.rint(OVERHEAD * revenue).astype(np.int64)
    ebitda = earned - gestures - winning - keeping - programme - overhead
    periods = [f"{FIRST_YEAR + number // 4}-Q{number % 4 + 1}" for number in range(QUARTERS)]
    return pa.table(
        {
            "period": periods,
            "revenue": revenue / 100,
            "ebitda": ebitda / 100,
            "acquisition_spend": winning / 100,
            "retention_spend": keeping / 100,
            "programme_cost": programme / 100,
            "new_customers": new,
        }
    )


def _sums(dates: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Sum whole numbers by quarter, shape (quarters,)."""
    months = dates.astype("datetime64[M]").astype(np.int64) - np.datetime64(f"{FIRST_YEAR}-01").astype(int)
    sums = np.zeros(QUARTERS, dtype=np.int64)
    np.add.at(sums, months // 3, amounts)
    return sums
