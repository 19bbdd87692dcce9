"""The books a snapshot is taken of: read, checked, and the days they span."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.tally.dated_rows import dated_rows, in_one_zone
from cxlab.tally.day_moments import DAY, NEVER, day_moment, moments_of, spoken_day
from cxlab.tally.entry import lazy_rows
from cxlab.tally.table_frames import table_frames

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SCORES = ("nps", "csat_overall", "ces")
OUTCOMES = ("renewed", "lost", "open")
WHEN = {
    "responses": "responded_at", "complaints": "opened_at", "interactions": "at", "transactions": "date",
    "goodwill": "date", "contracts": "start",
}  # fmt: skip
"""The date that says when each row came to be known."""
ENDLESS = (np.iinfo(np.int64).max // DAY - 1) * DAY
"""The last day of a contract that names none."""

STRAY_DAYS = 5 * 366
"""Where the last row is dated so many days after all others, it does not say when the books end."""


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotBooks:
    """The tables of a market that are there, and the days they span.

    Parameters
    ----------
    tables
        `contracts`, and each of the others that the market has.
    scores, attributes
        Columns of `responses` and of `customers` that are read.
    first, last
        First day of the books and their last, microseconds.
    nameless
        Contracts without a customer, which were left out.
    """

    tables: Mapping[str, pd.DataFrame]
    scores: tuple[str, ...]
    attributes: tuple[str, ...]
    first: int
    last: int
    nameless: int


def snapshot_books(
    tables: Market | Mapping[str, Any],
    *,
    scores: Sequence[str] | None,
    attributes: Sequence[str],
    books_end: object,
    keep_numbers: bool = False,
) -> SnapshotBooks:
    """Read and check the tables of a market.

    Parameters
    ----------
    tables
        A market, or frames by the names of the canonical tables; `contracts` must be among them.
    scores
        Columns of `responses`; None takes those of nps, csat_overall and ces that it has.
    attributes
        Columns of `customers` to keep.
    books_end
        Last day of the books; None takes the last on which anything happened.
    keep_numbers
        Whether attributes that are numbers stay so, rather than become texts.

    Raises
    ------
    MeasureError
        Where a table, column or date is wrong, the last row lies years after all others, contracts overlap,
        end before they start or have negative values, or a gesture of goodwill does.
    """
    frames = table_frames(tables, (*WHEN, "customers"))
    if "contracts" not in frames:
        raise MeasureError(
            "there is no table 'contracts', so nothing says who can leave",
            remedy="map it; of customers without contracts ask cx.bgnbd",
        )
    asked = _scores(frames, scores)
    if attributes and "customers" not in frames:
        raise MeasureError("there is no table 'customers'", remedy="map it, or leave attributes= away")
    numbers = _numbers(frames["customers"], attributes) if keep_numbers and attributes else []
    read = in_one_zone(
        {name: _read(name, frame, asked, attributes, numbers) for name, frame in frames.items()}
    )
    nobody = read["contracts"]["customer_id"].isna()
    read["contracts"] = _checked(read["contracts"][~nobody].reset_index(drop=True))
    if "goodwill" in read:
        _refuse_negative(read["goodwill"], "goodwill", "amount")
    if "customers" in read:
        _refuse_twice(read["customers"]["customer_id"])
    last = _last_day(read) if books_end is None else day_moment(books_end, "books_end")
    first = int(moments_of(read["contracts"]["start"]).min())
    return SnapshotBooks(read, asked, tuple(attributes), first, last, int(nobody.sum()))


def _scores(frames: Mapping[str, Any], scores: Sequence[str] | None) -> tuple[str, ...]:
    if scores is not None:
        if scores and "responses" not in frames:
            raise MeasureError("there is no table 'responses'", remedy="map it, or leave scores= away")
        return tuple(scores)
    known = lazy_rows(frames["responses"]).collect_schema() if "responses" in frames else {}
    return tuple(name for name in SCORES if name in known)


def _numbers(frame: Any, attributes: Sequence[str]) -> list[str]:
    known = lazy_rows(frame).collect_schema()
    return [name for name in attributes if name in known and known[name].is_numeric()]


def _read(
    name: str, frame: Any, scores: Sequence[str], attributes: Sequence[str], amounts: Sequence[str]
) -> pd.DataFrame:
    of = ["customer_id"]
    if name == "customers":
        texts = [*of, *(each for each in attributes if each not in amounts)]
        return dated_rows(
            frame, name, names=texts, amounts=amounts, dates=["since"], maybe=["since"]
        )  # fmt: skip
    if name == "responses":
        return dated_rows(frame, name, names=of, amounts=scores, dates=["responded_at"])
    if name == "complaints":
        return dated_rows(
            frame, name, names=of, amounts=["severity"], dates=["opened_at", "closed_at"],
            maybe=["severity", "closed_at"],
        )  # fmt: skip
    if name == "interactions":
        return dated_rows(
            frame, name, names=[*of, "issue_id"], amounts=["resolved", "seq"], dates=["at"],
            maybe=["issue_id", "seq"],
        )  # fmt: skip
    if name == "contracts":
        return dated_rows(
            frame, name, names=[*of, "outcome", "reason"], amounts=["value"], dates=["start", "end"],
            maybe=["reason"],
        )  # fmt: skip
    return dated_rows(frame, name, names=of, amounts=["amount"], dates=["date"])


def _checked(contracts: pd.DataFrame) -> pd.DataFrame:
    if contracts.empty:
        raise MeasureError("the table 'contracts' is empty", remedy="give the contracts of the customers")
    wrong = ~contracts["outcome"].isin(OUTCOMES).to_numpy()
    _refuse(contracts, wrong, f"have an outcome that is none of {', '.join(OUTCOMES)}")
    start, end = moments_of(contracts["start"]), moments_of(contracts["end"])
    is_open = (contracts["outcome"] == "open").to_numpy()
    _refuse(contracts, (start == NEVER) | ((end == NEVER) & ~is_open), "lack their first or last day")
    start = start // DAY * DAY
    end = np.where(end == NEVER, ENDLESS, end // DAY * DAY)
    _refuse(contracts, end < start, "end before they start")
    _refuse_negative(contracts, "contracts", "value")
    dated = contracts.assign(first=start, last=end)
    dated = dated.sort_values(["customer_id", "first", "last"], ignore_index=True)
    whose = dated["customer_id"].to_numpy()
    runs_on = np.zeros(len(dated), dtype=bool)
    runs_on[1:] = (whose[1:] == whose[:-1]) & (dated["first"].to_numpy()[1:] <= dated["last"].to_numpy()[:-1])
    _refuse(
        dated, runs_on, "overlap an earlier one of the same customer",
        "keep one contract at a time: merge those of several products, or take one product",
    )  # fmt: skip
    return dated


def _refuse(
    rows: pd.DataFrame, bad: Bools, what: str, remedy: str = "correct them or leave them out"
) -> None:
    if bad.any():
        raise MeasureError(
            f"{int(bad.sum()):,} contracts {what} (one of '{rows['customer_id'][bad].iloc[0]}')",
            where="table 'contracts'",
            remedy=remedy,
        )


def _refuse_negative(rows: pd.DataFrame, table: str, name: str) -> None:
    bad = rows[name] < 0
    if bad.any():
        raise MeasureError(
            f"{int(bad.sum()):,} rows have a negative {name} (such as {rows.loc[bad, name].iloc[0]:g})",
            where=f"table '{table}'",
            remedy="correct them or leave them out",
        )


def _refuse_twice(names: pd.Series) -> None:
    again = names[names.duplicated() & names.notna()]
    if len(again):
        raise MeasureError(
            f"{again.nunique():,} customers stand in it more than once (such as {again.iloc[0]})",
            where="table 'customers'",
            remedy="keep one row of each customer",
        )


def _last_day(read: Mapping[str, pd.DataFrame]) -> int:
    """Return the last day on which anything happened; of contracts alone, one began anew or was lost.

    Contracts begin, and are settled, ahead of the day: they count only where nothing else does. Then the end
    of a renewed one and the start of the one after it do not: both are known long before they come.
    """
    days = [read[name][when] for name, when in WHEN.items() if name in read and name != "contracts"]
    events = np.concatenate([moments_of(day.dropna()) for day in days] or [np.zeros(0, dtype="int64")])
    if not len(events):
        contracts = read["contracts"]
        before = contracts.groupby("customer_id")["outcome"].shift()
        lost = contracts["outcome"] == "lost"
        events = np.append(contracts.loc[before != "renewed", "first"], contracts.loc[lost, "last"])
    event_days = np.unique(events // DAY * DAY).tolist()
    if len(event_days) > 1 and event_days[-1] - event_days[-2] > STRAY_DAYS * DAY:
        raise MeasureError(
            f"the last day anything happened is {spoken_day(event_days[-1])}, and nothing does in the years "
            f"after {spoken_day(event_days[-2])}",
            remedy="correct the row of that day, or say books_end=",
        )
    return int(event_days[-1])


def require_inside(books: SnapshotBooks, cutoff: int) -> None:
    """Raise MeasureError where a cut-off lies before the first contract or after the end of the books."""
    if not books.first < cutoff <= books.last + DAY:
        raise MeasureError(
            f"the cut-off {spoken_day(cutoff)} lies outside the books, which run from "
            f"{spoken_day(books.first)} to {spoken_day(books.last)}",
            remedy="take a day in between, or say books_end= where they are complete for longer",
        )
