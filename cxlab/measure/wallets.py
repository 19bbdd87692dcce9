"""What each customer spends with us and in the whole category."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxlab.measure.period import Day, period_of
from cxlab.measure.table_rows import table_rows


def wallets(customers: Any, transactions: Any, start: Day, end: Day) -> pd.DataFrame:
    """Return each customer's own spend in a period beside the spend in the category.

    Parameters
    ----------
    customers
        Table of customers: `customer_id` and `category_spend`, which must be of the same length of time as
        the period; a frame of any engine.
    transactions
        Table of transactions: `customer_id`, `date`, `amount` (refunds are negative).
    start, end
        First and last day of the period.

    Returns
    -------
    pandas.DataFrame
        One row per customer: `customer_id`, `spend` (0 without a transaction), `category_spend`, `wallet`
        (their ratio; missing where the category's spend is not known or 0) and `over` (more spent with us
        than in the whole category, which cannot be).

    Raises
    ------
    MeasureError
        Where a column is absent or of the wrong type, or the period runs backwards.
    """
    period = period_of(start, end)
    people = table_rows(customers, names=["customer_id"], amounts=["category_spend"])
    paid = table_rows(transactions, names=["customer_id"], dates=["date"], amounts=["amount"])
    spent = paid[period.holds(paid["date"])].groupby("customer_id")["amount"].sum()
    spend = people["customer_id"].map(spent).fillna(0.0).astype("float64")
    category = people["category_spend"]
    return people.assign(spend=spend, wallet=(spend / category).where(category > 0), over=(spend > category))[
        ["customer_id", "spend", "category_spend", "wallet", "over"]
    ]
