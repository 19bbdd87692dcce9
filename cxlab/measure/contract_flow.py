"""Who was under contract at the beginning of a period, and who at its end?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxlab.measure.period import Day, day_of, period_of
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError

NEVER = pd.Timestamp("2262-01-01")


def contract_flow(
    contracts: Any, start: Day, end: Day, *, unit: str = "customer_id", gap: int = 0
) -> pd.DataFrame:
    """Return the customers, or accounts, under contract on the first or on the last day of a period.

    Parameters
    ----------
    contracts
        Table of contracts: `start`, `end` (the last day), `outcome` and the unit; a frame of any engine.
    start, end
        First and last day of the period, such as "2026-01-01" and "2026-12-31".
    unit
        Column that names who is kept: `customer_id` or `account_id`. Contracts without one are left out.
    gap
        Days without a contract that do not count as having left, where the next contract begins after them.

    Returns
    -------
    pandas.DataFrame
        One row per unit under contract on one of the two days: the unit's name, `at_start`, `at_end` and
        `came_back` (under contract on both days, but not all the time between). Who came and left in between
        is in none of it. A contract counts from its first to its last day, both included, and one that is
        `open` counts on, whatever term it names. Contracts may overlap. Segments are joined to it:
        `flow.merge(customers, on="customer_id")`.

    Raises
    ------
    MeasureError
        Where a column is absent, the period runs backwards, or a contract ends before it starts or lacks a
        day it should have.
    """
    period, rows = period_of(start, end), contract_rows(contracts, unit)
    if gap < 0:
        raise MeasureError(f"a gap of {gap} days is none", remedy="name 0 or more days")
    rows = rows.sort_values([unit, "start", "end"], ignore_index=True)
    until = rows.groupby(unit)["end"].cummax()
    following = rows.groupby(unit)["start"].shift(-1)
    pause = (following - until).dt.days - 1
    bridged = (pause > 0) & (pause <= gap)
    until = until.where(~bridged, following - pd.Timedelta(days=1))
    left = (pause > 0) & ~bridged & (until >= period.first) & (following <= period.last)
    covered = {
        name: (rows["start"] <= day) & (until >= day)
        for name, day in (("at_start", period.first), ("at_end", period.last))
    }
    flow = rows[[unit]].assign(**covered, left=left).groupby(unit, sort=True).any()
    flow["came_back"] = flow["at_start"] & flow["at_end"] & flow["left"]
    seen = flow[flow["at_start"] | flow["at_end"]]
    return seen[["at_start", "at_end", "came_back"]].reset_index()


def contract_rows(contracts: Any, unit: str, *amounts: str) -> pd.DataFrame:
    """Return contracts with days in the place of moments, open ones without an end.

    Parameters
    ----------
    contracts
        Table of contracts.
    unit
        Column that names who holds them; rows without a name are left out.
    amounts
        Further columns of numbers.
    """
    rows = table_rows(contracts, names=[unit, "outcome"], dates=["start", "end"], amounts=amounts)
    rows = rows[rows[unit].notna()].reset_index(drop=True)
    rows["start"], rows["end"] = rows["start"].dt.floor("D"), rows["end"].dt.floor("D")
    lacking = rows["start"].isna() | (rows["end"].isna() & (rows["outcome"] != "open"))
    if lacking.any():
        raise MeasureError(
            f"{lacking.sum():,} contracts lack the first or the last day",
            remedy="name both; only a contract that is 'open' may lack its last day",
        )
    backwards = rows["end"] < rows["start"]
    if backwards.any():
        first = rows[backwards].iloc[0]
        raise MeasureError(
            f"{backwards.sum():,} contracts end before they start (one of '{first[unit]}' runs from "
            f"{first['start']:%Y-%m-%d} to {first['end']:%Y-%m-%d})",
            remedy="correct them or leave them out",
        )
    rows["end"] = rows["end"].mask(rows["outcome"] == "open", NEVER)
    return rows


def covers(rows: pd.DataFrame, day: Day) -> np.ndarray:
    """Tell which contracts run on a day, its first and last day included."""
    moment = day_of(day)
    return np.asarray((rows["start"] <= moment) & (rows["end"] >= moment), dtype=bool)
