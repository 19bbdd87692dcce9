"""Who has a contract on the day of a cut-off, and what became of them afterwards. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.retention.snapshot_books import ENDLESS
from cxlab.tally.day_moments import DAY, NEVER

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class AtRisk:
    """K customers who have a contract on the cut-off.

    Parameters
    ----------
    customers
        Names, ascending, shape (K,).
    row
        Which row of the contracts runs, or ended renewed on the eve, shape (K,).
    """

    customers: pd.Index
    row: Ints

    def codes(self, names: pd.Series) -> Ints:
        """Return the number of each name among the customers; −1 where it is none."""
        codes, found = pd.factorize(names)
        return np.append(self.customers.get_indexer(found), -1)[codes].astype("int64")


def customers_at_risk(contracts: pd.DataFrame, cutoff: int, books_last: int) -> AtRisk:
    """Return the customers whose contract began before the cut-off and goes on.

    It runs on the cut-off, or it ended on the eve as `renewed` and another begins on the cut-off. Of the next
    contract no more is used than that it is there; where the books end on the eve nobody could see it, and
    the renewal says enough.

    Parameters
    ----------
    contracts
        Sorted by customer and first day, none overlapping: `customer_id`, `first`, `last` (midnights),
        `outcome`.
    cutoff
        Midnight of the first day that is not known yet.
    books_last
        Last day of the books.
    """
    first, last = contracts["first"].to_numpy(), contracts["last"].to_numpy()
    renewed = (last == cutoff - DAY) & (contracts["outcome"] == "renewed").to_numpy()
    follows = next_first(contracts)
    goes_on = (follows == cutoff) | ((follows == ENDLESS) & (books_last < cutoff))
    row = np.flatnonzero(((first < cutoff) & (last >= cutoff)) | (renewed & goes_on))
    return AtRisk(pd.Index(contracts["customer_id"].iloc[row], dtype="str"), row.astype("int64"))


def next_first(contracts: pd.DataFrame) -> Ints:
    """Return the first day of the next contract of the same customer, shape (rows,); ENDLESS if none."""
    whose, first = contracts["customer_id"].to_numpy(), contracts["first"].to_numpy()
    follows = np.full(len(first), ENDLESS, dtype="int64")
    follows[:-1] = np.where(whose[1:] == whose[:-1], first[1:], ENDLESS)
    return follows


def what_became(contracts: pd.DataFrame, at_risk: AtRisk, cutoff: int, books_last: int) -> pd.DataFrame:
    """Return for each customer how long they were followed, and whether and why they left.

    Parameters
    ----------
    contracts, at_risk, cutoff
        As in `customers_at_risk`; with `outcome` and `reason`.
    books_last
        Last day of the books: what is dated later has not been seen.

    Returns
    -------
    pandas.DataFrame
        `customer_id`, `days` (from the cut-off on, that had a contract and were seen),
        `left` (1 or 0: whether it ended then), `cause` (the reason, `unknown` where it is
        missing, none where nobody left).
    """
    whose = at_risk.codes(contracts["customer_id"])
    last = contracts["last"].to_numpy()
    outcome = contracts["outcome"].to_numpy(dtype=object)
    ends = (whose >= 0) & (last >= cutoff)
    lost = ends & (outcome == "lost") & (last <= books_last)
    # An open contract past its end was not settled: the customer was seen to stay until the day before, and
    # longer where another has begun since.
    unsettled = ends & (outcome == "open") & (last <= books_last) & (next_first(contracts) > books_last)
    k = len(at_risk.customers)
    left_at, left_row = _first(whose, last, lost, k)
    open_at, _ = _first(whose, last - DAY, unsettled, k)
    seen = np.minimum(open_at, books_last)
    left = (left_row >= 0) & (left_at <= seen)
    days = (np.where(left, left_at, seen) - cutoff) // DAY + 1
    reason = contracts["reason"].fillna(UNKNOWN).to_numpy(dtype=object)
    cause = pd.Series(reason[np.maximum(left_row, 0)], dtype="str").where(left)
    return pd.DataFrame(
        {
            "customer_id": at_risk.customers,
            "days": days.astype("int64"),
            "left": left.astype("int64"),
            "cause": cause,
        }
    )


def labels(follow_up: pd.DataFrame, horizon: int, seen_days: int) -> pd.Series:
    """Return 1 who left within the horizon, 0 who did not, and missing where that was not seen.

    Parameters
    ----------
    follow_up
        Of `what_became`.
    horizon
        Days from the cut-off.
    seen_days
        Days from the cut-off to the end of the books. Where they are fewer than the horizon nobody has a
        label: those known to have left would be the only ones with one.
    """
    days, left = follow_up["days"].to_numpy(), follow_up["left"].to_numpy() == 1
    label = np.full(len(days), np.nan)
    if seen_days >= horizon:
        label[left & (days <= horizon)] = 1
        label[(days > horizon) | (~left & (days >= horizon))] = 0
    return pd.Series(label, index=pd.Index(follow_up["customer_id"]), name="label").astype("Int8")


def contract_features(
    contracts: pd.DataFrame, at_risk: AtRisk, since: Ints | None, cutoff: int, *, with_end: bool
) -> dict[str, Floats]:
    """Return tenure, value, contracts so far and days to the end of the running one, shape (K,) each.

    Of whoever was renewed on the eve it is the contract that ended then, with 0 days to its end: nothing of
    the next is known yet.

    Parameters
    ----------
    contracts, at_risk, cutoff
        As in `customers_at_risk`.
    since
        Since when each is a customer, shape (K,); the earlier of it and the first contract counts. None where
        nobody says.
    with_end
        Whether the last day was known at the cut-off.
    """
    whose, first = at_risk.codes(contracts["customer_id"]), contracts["first"].to_numpy()
    k = len(at_risk.customers)
    begun = (whose >= 0) & (first < cutoff)
    earliest, _ = _first(whose, first, begun, k)
    if since is not None:
        earliest = np.minimum(earliest, np.where(since > NEVER, since, earliest))
    running = contracts["last"].to_numpy()[at_risk.row]
    features = {
        "tenure_days": ((cutoff - earliest) // DAY).astype("float64"),
        "contract_value": contracts["value"].to_numpy()[at_risk.row],
        "contract_days": ((cutoff - first[at_risk.row]) // DAY).astype("float64"),
        "contracts_n": np.bincount(whose[begun], minlength=k).astype("float64"),
    }
    if with_end:
        days = ((running - cutoff) // DAY + 1).astype("float64")
        features["days_to_end"] = np.where(running == ENDLESS, np.nan, days)
    return features


def _first(whose: Ints, at: Ints, chosen: Bools, k: int) -> tuple[Ints, Ints]:
    """Return the earliest chosen moment of each customer, and its row; ENDLESS and −1 where there is none."""
    rows = np.flatnonzero(chosen)
    moment, row = np.full(k, ENDLESS), np.full(k, -1)
    # Written backwards, so that the first row of each customer stays; rows are in order of time.
    moment[whose[rows[::-1]]] = at[rows[::-1]]
    row[whose[rows[::-1]]] = rows[::-1]
    return moment, row
