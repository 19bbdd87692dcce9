"""Customers at risk on a day: what was known of them before it, and who left afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from numbers import Integral
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.retention.customers_at_risk import (
    AtRisk,
    contract_features,
    customers_at_risk,
    labels,
    what_became,
)
from cxlab.retention.snapshot_books import WHEN, SnapshotBooks, require_inside, snapshot_books
from cxlab.retention.snapshot_features import (
    answer_features,
    complaint_features,
    interaction_features,
    money_features,
)
from cxlab.retention.snapshot_result import Snapshot
from cxlab.tally.day_moments import DAY, NEVER, day_moment, moments_of, spoken_day
from cxlab.tally.entry import require_once

ContractEnds = Literal["planned", "actual"]


def snapshot(
    tables: Market | Mapping[str, Any],
    cutoff: Any,
    horizon: int,
    *,
    window: int = 365,
    scores: Sequence[str] | None = None,
    attributes: Sequence[str] = (),
    ends: ContractEnds = "planned",
    books_end: Any = None,
) -> Snapshot:
    """Say who could leave on a day, what was known, and who left: `cx.snapshot(market, "2026-01-01", 90)`.

    Parameters
    ----------
    tables
        A market, or frames (pandas, polars, DuckDB, any that narwhals knows) by the names of the canonical
        tables. `contracts` is needed; responses, complaints, interactions, transactions and goodwill give
        features where they are there, and `customers` gives `since`.
    cutoff
        A day. Only what is dated before its midnight counts as known.
    horizon
        Days from the cut-off on, itself among them, whose end of a contract as `lost` counts as leaving.
    window
        Days before the cut-off over which answers, complaints, contacts and amounts are counted.
    scores
        Columns of `responses`; None takes those of nps, csat_overall and ces that there are.
    attributes
        Columns of `customers` to keep among the features, numbers as numbers. They have no date: they are as
        of today.
    ends
        `planned`: the last day of a contract stands in it from the beginning, so days to it are a feature;
        `actual`: it is written when the customer goes, so they are not.
    books_end
        Last day of the books; None takes the last day on which anything happened; of contracts alone, the
        last on which one began that follows no renewed one, or was lost. Where rows are dated ahead, say it.

    Returns
    -------
    Snapshot
        Features, labels, causes and follow-up of each customer whose contract began before the cut-off and
        runs on it, or was renewed on the eve and is followed by another on it, and their counts.

    Raises
    ------
    MeasureError
        Where the cut-off lies outside the books, nobody has a contract then, contracts overlap, end before
        they start or have negative values, columns are absent or of the wrong type, an attribute bears the
        name of a feature, or dates have different time zones.

    Notes
    -----
    Missing: a count of nothing is 0; a last score, a severity or days since something that never was are
    missing. Rows without a date or of customers who are not at risk are left out. Sampling weights do not
    enter: a snapshot is a list of customers.

    References
    ----------
    Kaufman, Rosset, Perlich, Stitelman (2012), ACM TKDD 6(4), 15 (legitimate features). Prentice and others
    (1978), Biometrics 34, 541–554 (causes).
    """
    return snapshots(
        tables, [cutoff], horizon, window=window, scores=scores, attributes=attributes, ends=ends,
        books_end=books_end,
    )[0]  # fmt: skip


def snapshots(
    tables: Market | Mapping[str, Any],
    cutoffs: Sequence[Any],
    horizon: int,
    *,
    window: int,
    scores: Sequence[str] | None,
    attributes: Sequence[str],
    ends: ContractEnds,
    books_end: Any,
) -> list[Snapshot]:
    """Return the snapshot of each day, the books read once for all."""
    require_option("ends", ends, get_args(ContractEnds))
    require_days("horizon", horizon)
    require_days("window", window)
    require_once([*attributes])
    require_once([*(scores or ())])
    moments = [day_moment(cutoff, "cutoff") for cutoff in cutoffs]
    _require_free(attributes, ("customer_id", "since"))
    books = snapshot_books(
        tables, scores=scores, attributes=attributes, books_end=books_end, keep_numbers=True
    )
    with_end, end_taken = ends == "planned", books_end is None
    return [
        _taken(books, moment, horizon, window, with_end=with_end, end_taken=end_taken) for moment in moments
    ]


def _taken(
    books: SnapshotBooks, moment: int, horizon: int, window: int, *, with_end: bool, end_taken: bool
) -> Snapshot:
    require_inside(books, moment)
    contracts = books.tables["contracts"]
    at_risk = customers_at_risk(contracts, moment, books.last)
    if not len(at_risk.customers):
        raise MeasureError(
            f"nobody has a contract on {spoken_day(moment)}",
            where="table 'contracts'",
            remedy="take a day on which some have",
        )
    features = _features(books, at_risk, moment, window, with_end=with_end)
    follow_up = what_became(contracts, at_risk, moment, books.last)
    label = labels(follow_up, horizon, (books.last - moment) // DAY + 1)
    causes = pd.Series(follow_up["cause"].to_numpy(), label.index, "str", "cause")
    causes = causes.where((label == 1).fillna(False).to_numpy())
    return Snapshot(
        spoken_day(moment), horizon, window, features, books.attributes, label, causes, follow_up,
        _counts(label, causes), len(label), spoken_day(books.first), spoken_day(books.last),
        _notes(books, moment, window, horizon, end_taken),
        _counted(books, at_risk, moment, label, horizon),
    )  # fmt: skip


def _require_free(attributes: Sequence[str], taken: Collection[str]) -> None:
    for name in attributes:
        if name in taken:
            raise MeasureError(
                f"attributes= names '{name}', which a snapshot has of its own",
                remedy="leave it out, or give the column another name",
            )


def require_days(name: str, days: object) -> None:
    """Raise MeasureError where a number of days is no whole number from 1 on."""
    whole = isinstance(days, Integral) and not isinstance(days, (bool, np.bool_))
    if not whole or int(days) < 1:  # type: ignore[call-overload]
        raise MeasureError(f"{name}={days!r} is no number of days", remedy="give a whole number, 1 or more")


def _features(
    books: SnapshotBooks, at_risk: AtRisk, cutoff: int, window: int, *, with_end: bool
) -> pd.DataFrame:
    read = books.tables
    since, kept = None, pd.DataFrame(index=range(len(at_risk.customers)))
    if "customers" in read:
        place = pd.Index(read["customers"]["customer_id"]).get_indexer(at_risk.customers)
        since = np.append(moments_of(read["customers"]["since"]), NEVER)[place]
        kept = read["customers"][list(books.attributes)].reindex(place).reset_index(drop=True)
    columns = contract_features(read["contracts"], at_risk, since, cutoff, with_end=with_end)
    if "responses" in read:
        columns |= answer_features(read["responses"], books.scores, at_risk, cutoff, window)
    if "complaints" in read:
        columns |= complaint_features(read["complaints"], at_risk, cutoff, window)
    if "interactions" in read:
        columns |= interaction_features(read["interactions"], at_risk, cutoff, window)
    if "transactions" in read:
        columns |= money_features(read["transactions"], "purchases", at_risk, cutoff, window, trend=True)
    if "goodwill" in read:
        columns |= money_features(read["goodwill"], "goodwill", at_risk, cutoff, window, trend=False)
    _require_free(books.attributes, columns)
    frame = pd.concat([pd.DataFrame(columns), kept], axis=1)
    return frame.set_index(pd.Index(at_risk.customers, name="customer_id"))


def _counts(label: pd.Series, causes: pd.Series) -> pd.DataFrame:
    status = label.map({1: "left", 0: "stayed"}).astype("str").fillna("not seen").to_numpy()
    rows = pd.DataFrame({"status": status, "cause": causes.fillna("").to_numpy()})
    counts = rows.value_counts().rename("n").reset_index()
    counts["order"] = counts["status"].map({"left": 0, "stayed": 1, "not seen": 2})
    counts = counts.sort_values(["order", "n", "cause"], ascending=[True, False, True], ignore_index=True)
    return counts.drop(columns="order").assign(share=counts["n"] / len(label), suppressed=False)


def _notes(books: SnapshotBooks, cutoff: int, window: int, horizon: int, end_taken: bool) -> tuple[str, ...]:
    notes = []
    dated = [name for name in books.tables if name in WHEN and name != "contracts"]
    rows = {name: books.tables[name][WHEN[name]].dropna() for name in dated}
    seen = (books.last - cutoff) // DAY + 1
    if end_taken:
        alone = all(each.empty for each in rows.values())
        what = "a contract began that follows no renewed one, or was lost" if alone else "anything happened"
        notes.append(f"The books are taken to end on {spoken_day(books.last)}, the last day {what}.")
    if seen < horizon:
        notes.append(f"Of the {horizon} days they show {max(seen, 0)}, so nobody has a label.")
    for name, days in rows.items():
        begin = int(moments_of(days).min()) if len(days) else cutoff
        if cutoff - window * DAY < begin // DAY * DAY < cutoff:
            notes.append(
                f"The table '{name}' begins on {spoken_day(begin)}, inside the {window} days counted."
            )
    return tuple(notes)


def _counted(
    books: SnapshotBooks, at_risk: AtRisk, cutoff: int, label: pd.Series, horizon: int
) -> tuple[str, ...]:
    """Return the notes that say a number of customers or contracts."""
    notes = []
    if label.isna().any() and (books.last - cutoff) // DAY + 1 >= horizon:
        notes.append(f"{int(label.isna().sum()):,} have an open contract past its end, and no label.")
    if books.nameless:
        notes.append(f"{books.nameless:,} contracts without a customer were left out.")
    if broken := _broken_off(books, at_risk):
        notes.append(f"{broken:,} count as staying because a contract was renewed, though none follows it.")
    return tuple(notes)


def _broken_off(books: SnapshotBooks, at_risk: AtRisk) -> int:
    contracts = books.tables["contracts"]
    final = contracts.groupby("customer_id").tail(1)
    final = final[final["customer_id"].isin(at_risk.customers)]
    return int(((final["outcome"] == "renewed") & (final["last"] < books.last)).sum())
