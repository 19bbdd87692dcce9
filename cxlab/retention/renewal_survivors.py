"""Who is still there after each renewal, by cohort of the first contract. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.retention.months_after import months_after
from cxlab.tally.day_moments import DAY, spoken_day


def renewal_survivors(
    contracts: pd.DataFrame, as_of: int, months: int, written_after: int = 0
) -> pd.DataFrame:
    """Return survivors by cohort: `cohort` (first day of its period), `renewals` (0, 1, …) and `customers`.

    Parameters
    ----------
    contracts
        Sorted by customer and first day, none overlapping: `customer_id`, `first`, `last`, `outcome`.
    as_of
        First moment that is not known.
    months
        Length of the periods of first contracts, counted back from `as_of`.
    written_after
        Days from the last day of a contract until its outcome is known.

    Notes
    -----
    The books hold contracts from the first that ended in them. Whose first contract began before that day may
    have renewed unseen, and is in no cohort. A cohort ends with the last renewal that all its customers have
    decided.
    """
    known = contracts[contracts["first"] < as_of]
    if known.empty:
        return _table([])
    opened = int(known["last"].min())
    own = known.groupby("customer_id", sort=False)
    begun = own["first"].transform("min")
    seen = known[begun > opened].assign(begun=begun[begun > opened])
    order = seen.groupby("customer_id", sort=False).cumcount()
    written = (seen["last"] < as_of - written_after * DAY) & (seen["outcome"] != "open")
    seen = seen.assign(renewal=order, renewed=np.where(written, seen["outcome"] == "renewed", np.nan))
    rows: list[tuple[str, int, int]] = []
    end, place = as_of, 0
    while end > opened:
        place += 1
        start = months_after(as_of, -months * place)
        rows += _cohort(seen[(seen["begun"] >= start) & (seen["begun"] < end)], spoken_day(start))
        end = start
    return _table(rows)


def _cohort(rows: pd.DataFrame, name: str) -> list[tuple[str, int, int]]:
    """Count who is there after each renewal; the last is that which all who came to it have decided."""
    there = int((rows["renewal"] == 0).sum())
    found = [(name, 0, there)] if there else []
    while there:
        at = rows[rows["renewal"] == len(found) - 1]
        # A customer without a further row broke off: the renewal is not known of all.
        if len(at) < there or at["renewed"].isna().any():
            break
        there = int(at["renewed"].sum())
        found.append((name, len(found), there))
    return found


def _table(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["cohort", "renewals", "customers"])
    table = table.sort_values(["cohort", "renewals"], ignore_index=True)
    return table.astype({"cohort": "str", "renewals": "int64", "customers": "Int64"})
