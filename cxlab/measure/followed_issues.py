"""Customers' issues, each with what became of it after its first contact."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.require_option import require_option
from cxlab.measure.period import Day, day_of
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import known_frame

Repeat = Literal["issue", "customer"]
CARRIED = ("customer_id", "touchpoint", "channel", "agent_team")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FollowedIssues:
    """Issues whose first contact lies long enough back to know whether it was enough.

    Parameters
    ----------
    rows
        One row per issue: `issue_id`, the columns carried over from its first contact, `opened` (when that
        was), `resolved` (by the first contact), `repeated` (another contact followed within the window),
        `contacts` and `channels` (contacts, and different channels, within the window).
    days
        Length of the window.
    until
        The last moment that is known of.
    repeat
        What counts as a repeat: another contact of the `issue`, or of the `customer` about whatever.
    too_recent
        Issues left out, because less than the window had passed.
    headless
        Issues left out, because their first contact is not in the table.
    without_issue
        Contacts left out, because they name no issue.
    """

    rows: pd.DataFrame
    days: int
    until: pd.Timestamp
    repeat: Repeat
    too_recent: int
    headless: int
    without_issue: int

    def tidy(self) -> pd.DataFrame:
        """Return one row per issue."""
        return self.rows

    def summary(self) -> str:
        """Return one honest sentence in English: the denominator, and what is not in it."""
        last = self.until - pd.Timedelta(days=self.days)
        return (
            f"{len(self.rows):,} issues with a first contact up to {last:%Y-%m-%d}, each followed for "
            f"{self.days} days; left out: {self.too_recent:,} later issues, {self.headless:,} issues without "
            f"their first contact, {self.without_issue:,} contacts without an issue."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary."""
        return f"<p>{html.escape(self.summary())}</p>"


def followed_issues(
    interactions: Any,
    *,
    days: int = 7,
    until: Day | None = None,
    repeat: Repeat = "issue",
    carry: Sequence[str] | None = None,
) -> FollowedIssues:
    """Follow each issue for some days from its first contact.

    Parameters
    ----------
    interactions
        Table of contacts: `issue_id`, `customer_id`, `at`, `seq` (1 is the first contact of an issue),
        `channel`, `resolved`; a frame of any engine.
    days
        How long an issue is followed. A contact exactly so many days later still counts.
    until
        Last day that the table covers; the day of its last contact unless given. Issues whose first contact
        lies less than `days` before its end are left out: nobody knows yet whether they came back.
    repeat
        `issue`: another contact of the same issue is a repeat. `customer`: any other contact of the customer
        is, for companies that open a new issue each time.
    carry
        Columns of the first contact to carry over, such as segments joined before; `customer_id`,
        `touchpoint`, `channel` and `agent_team` where the table has them, unless given.

    Returns
    -------
    FollowedIssues
        What the first contact did, and the denominator in words.

    Raises
    ------
    MeasureError
        Where a column is absent or of the wrong type, a contact has no time, number or outcome, an issue has
        several customers or two first contacts, or a later contact stands before the first in time.
    """
    require_option("repeat", repeat, get_args(Repeat))
    if days < 1:
        raise MeasureError(f"a window of {days} days is none", remedy="name one day or more")
    named = set(known_frame(interactions).collect_schema())
    carried = [name for name in CARRIED if name in named] if carry is None else list(carry)
    keys = list(dict.fromkeys(["issue_id", "customer_id", "channel", *carried]))
    contacts = table_rows(interactions, names=keys, amounts=["seq"], dates=["at"], flags=["resolved"])
    _require_whole_contacts(contacts)
    known = contacts["at"].max() if until is None else day_of(until) + pd.Timedelta(days=1)
    contacts = contacts[contacts["at"] <= known] if until is not None else contacts
    of_issues = contacts[contacts["issue_id"].notna()]
    ordered = of_issues.sort_values(["issue_id", "seq", "at"], kind="stable")
    issues = _issues(ordered, contacts, pd.Timedelta(days=days), repeat)
    headed, recent = issues["seq"] == 1, issues["opened"] + pd.Timedelta(days=days) > known
    columns = ["issue_id", *carried, "opened", "resolved", "repeated", "contacts", "channels"]
    return FollowedIssues(
        rows=issues.loc[headed & ~recent, list(dict.fromkeys(columns))].reset_index(drop=True),
        days=days,
        until=known,
        repeat=repeat,
        too_recent=int((headed & recent).sum()),
        headless=int((~headed).sum()),
        without_issue=int(contacts["issue_id"].isna().sum()),
    )


def _issues(
    ordered: pd.DataFrame, contacts: pd.DataFrame, window: pd.Timedelta, repeat: Repeat
) -> pd.DataFrame:
    """Return the first contact of each issue, and what came within the window."""
    first = ordered.drop_duplicates("issue_id").rename(columns={"at": "opened"})
    opened = ordered.groupby("issue_id")["at"].transform("first")
    _require_consistent(ordered, opened)
    within = ordered[ordered["at"] <= opened + window].groupby("issue_id")
    counted = within.agg(contacts=("at", "size"), channels=("channel", "nunique"))
    issues = first.merge(counted, left_on="issue_id", right_index=True, how="left").set_index(first.index)
    if repeat == "issue":
        repeated = issues["contacts"] > 1
    else:
        by_customer = contacts.sort_values(["customer_id", "at"], kind="stable")
        following = by_customer.groupby("customer_id")["at"].shift(-1)
        repeated = ((following - by_customer["at"]) <= window).reindex(issues.index)
    return issues.assign(resolved=issues["resolved"].astype(bool), repeated=repeated.astype(bool))


def _require_whole_contacts(contacts: pd.DataFrame) -> None:
    for name, meaning in (("at", "time"), ("seq", "number"), ("resolved", "outcome")):
        missing = int(contacts[name].isna().sum())
        if missing:
            raise MeasureError(
                f"{missing:,} contacts have no {meaning}",
                where=f"column '{name}'",
                remedy="map it for every contact, or leave these out",
            )


def _require_consistent(ordered: pd.DataFrame, opened: pd.Series) -> None:
    faults = {
        "a contact before the first in time": np.asarray(ordered["at"] < opened),
        "two first contacts": np.asarray((ordered["seq"] == 1) & ordered["issue_id"].duplicated()),
        "several customers": np.asarray(
            ordered.groupby("issue_id")["customer_id"].transform("nunique") > 1, dtype=bool
        ),
    }
    for fault, found in faults.items():
        if found.any():
            issues = ordered.loc[found, "issue_id"].unique()
            raise MeasureError(
                f"{len(issues):,} issues have {fault} (such as '{issues[0]}')",
                where="columns 'issue_id', 'seq', 'at', 'customer_id'",
                remedy="number the contacts of an issue in the order of time, from 1",
            )
