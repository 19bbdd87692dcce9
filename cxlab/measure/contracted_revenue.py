"""What customers' contracts are worth on two days."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxlab.measure.contract_flow import contract_rows, covers
from cxlab.measure.period import Day, period_of


def contracted_revenue(
    contracts: Any, start: Day, end: Day, *, unit: str = "customer_id", value: str = "value"
) -> pd.DataFrame:
    """Return the value of each customer's contracts on the first and on the last day of a period.

    Parameters
    ----------
    contracts
        Table of contracts: `start`, `end` (the last day), `outcome`, the unit and the value; a frame of any
        engine. Values must be of one length of time, such as a year.
    start, end
        First and last day of the period.
    unit
        Column that names the customer or account. Contracts without one are left out.
    value
        Column of the values; a missing one adds nothing.

    Returns
    -------
    pandas.DataFrame
        One row per unit under contract on one of the days: its name, `opening` and `closing`, in currency.
        Contracts that overlap add up; an `open` one counts on, whatever term it names.

    Raises
    ------
    MeasureError
        Where a column is absent, the period runs backwards, or a contract ends before it starts.
    """
    period, rows = period_of(start, end), contract_rows(contracts, unit, value)
    held = {"opening": covers(rows, period.first), "closing": covers(rows, period.last)}
    worth = {name: rows[value].where(inside, 0.0).fillna(0.0) for name, inside in held.items()}
    seen = held["opening"] | held["closing"]
    return rows[[unit]].assign(**worth)[seen].groupby(unit, sort=True).sum().reset_index()
