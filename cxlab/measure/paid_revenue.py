"""What customers paid in two periods."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxlab.measure.period import Day, period_of
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError

UNEQUAL = 0.12
"""Two neighbouring months differ by at most 11 % in length."""


def paid_revenue(
    transactions: Any,
    opening: tuple[Day, Day],
    closing: tuple[Day, Day],
    *,
    unit: str = "customer_id",
    amount: str = "amount",
) -> pd.DataFrame:
    """Return what each customer paid in an opening and in a closing period.

    Parameters
    ----------
    transactions
        Table of transactions: `date`, the unit and the amount (refunds are negative); a frame of any engine.
    opening, closing
        First and last day of each period, such as `("2025-01-01", "2025-12-31")`.
    unit
        Column that names the customer or account. Transactions without one are left out.
    amount
        Column of the amounts; a missing one adds nothing.

    Returns
    -------
    pandas.DataFrame
        One row per unit with a transaction in either period: its name, `opening` and `closing`, in currency.

    Raises
    ------
    MeasureError
        Where a column is absent, a period runs backwards, the closing period does not follow the opening one,
        or their lengths differ by more than 12 %.
    """
    first, second = period_of(*opening), period_of(*closing)
    if second.first <= first.last:
        raise MeasureError(
            f"the closing period begins on {second.first:%Y-%m-%d}, before the opening one has ended "
            f"({first.last:%Y-%m-%d})",
            remedy="name two periods, one after the other",
        )
    if abs(second.days - first.days) > UNEQUAL * first.days:
        raise MeasureError(
            f"periods of {first.days} and {second.days} days cannot be compared",
            remedy="name two periods of the same length",
        )
    rows = table_rows(transactions, names=[unit], dates=["date"], amounts=[amount])
    rows = rows[rows[unit].notna()]
    inside = {name: period.holds(rows["date"]) for name, period in (("opening", first), ("closing", second))}
    paid = {name: rows[amount].where(held, 0.0).fillna(0.0) for name, held in inside.items()}
    seen = inside["opening"] | inside["closing"]
    return rows[[unit]].assign(**paid)[seen].groupby(unit, sort=True).sum().reset_index()
