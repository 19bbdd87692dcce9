"""From contracts and answers to the decisions of the past and those to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Scale
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.retention.months_after import months_after
from cxlab.retention.renewal_answers import last_answers
from cxlab.retention.renewal_books import RenewalDecisions
from cxlab.retention.renewal_scores import INDEX, QUESTIONS
from cxlab.retention.renewal_survivors import renewal_survivors
from cxlab.retention.snapshot import require_days
from cxlab.retention.snapshot_books import ENDLESS, require_inside, snapshot_books
from cxlab.tally.dated_rows import dated_rows, in_one_zone
from cxlab.tally.day_moments import DAY, NEVER, day_moment, moments_of, spoken_day
from cxlab.tally.table_frames import table_frames

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Holders = Literal["all", "accounts"]
AnswersUntil = Literal["period", "decision"]
REASONS = (
    "without an account", "begun later", "before the first answer", "decided", "not written yet", "due",
    "after the horizon",
)  # fmt: skip


def renewal_decisions(
    tables: Market | Mapping[str, Any],
    as_of: object,
    *,
    scales: Mapping[str, Scale] | Scale = (1, 10),
    questions: Sequence[str] = QUESTIONS,
    months: int = 6,
    periods: int = 1,
    max_age: int = 365,
    answers: AnswersUntil = "period",
    holders: Holders = "all",
    by: Sequence[str] = (),
    written_after: int = 0,
    books_end: object = None,
) -> RenewalDecisions:
    """Take past and coming decisions on contracts out of the books, as they stood on a day.

    Parameters
    ----------
    tables
        A market, or frames by the names of the canonical tables: `contracts`, `responses` where `questions`
        are named, `customers` where `by` is.
    as_of
        A day. Nothing dated on it or later is used, but for the last day of contracts that had begun.
    scales, questions
        As in `cxlab.renewal_scores`; no questions: no index.
    months, periods
        Length of a period and how many of them are forecast. Periods are counted from `as_of` in both
        directions and named by their first day, so that none lies on both sides of it.
    max_age
        Days that an answer may lie back.
    answers
        `period`: the last answer before the first day of the decision's period, which is all that a forecast
        made then could know; `decision`: the last one before the last day of the contract. Always before
        `as_of`.
    holders
        `accounts` takes only contracts with an `account_id`: where private customers stay until they go, the
        last day of a contract is written when it is lost, and no decision was ever due.
    by
        Columns of `customers` to keep, to name cohorts. They are as of today.
    written_after
        Days that may pass from the last day of a contract until its outcome is written; what ended within
        them is no history yet.
    books_end
        Last day of the books; None takes the last answer.

    Returns
    -------
    RenewalDecisions
        `history` and `due`, one row per contract, where every contract went, and survivors by cohort.

    Raises
    ------
    MeasureError
        Where the day lies outside the books, contracts overlap, end before they start, stand twice or have
        negative values, an answer is outside its scale, or a column or an option will not do.

    Notes
    -----
    Sampling weights do not enter: it is a list of contracts. Missing: a contract without a value is refused
    by the forecast; one without a last day is never due. Decisions before the very first answer are left out,
    as nobody could have answered. An outcome is taken as known from the day after the last day of the
    contract, or `written_after` days later.

    References
    ----------
    Kaufman, Rosset, Perlich, Stitelman (2012), ACM TKDD 6(4), 15 (what is legitimate to learn from).
    """
    require_option("answers", answers, get_args(AnswersUntil))
    require_option("holders", holders, get_args(Holders))
    for name, number in (("months", months), ("periods", periods), ("max_age", max_age)):
        require_days(name, number)
    moment, asked = day_moment(as_of, "as_of"), [questions] if isinstance(questions, str) else list(questions)
    frames = table_frames(
        tables, ("contracts", *(["responses"] if asked else []), *(["customers"] if by else []))
    )
    books = snapshot_books(frames, scores=asked, attributes=by, books_end=books_end)
    require_inside(books, moment)
    contracts = _with_names(books.tables["contracts"], frames["contracts"])
    edges = _edges(contracts["first"].to_numpy(), moment, months, periods)
    given = last_answers(books.tables.get("responses"), asked, scales, moment)
    place = np.searchsorted(edges, contracts["last"].to_numpy(), side="right") - 1
    # Everything to come is forecast on one day, that of the first period due.
    origin = np.minimum(edges[np.clip(place, 0, None)], moment)
    until = origin if answers == "period" else np.minimum(contracts["last"].to_numpy(), moment)
    contracts[INDEX] = given.before(contracts["customer_id"], until, max_age)
    where = _where(contracts, moment, int(edges[-1]), given.first, written_after, holders)
    named = contracts.assign(period=[spoken_day(int(edges[max(at, 0)])) for at in place])
    kept = _columns(named, books.tables.get("customers"), by, with_index=bool(asked))
    counts = _counts(where, len(contracts))
    return RenewalDecisions(
        _in_order(kept[where == "decided"]),
        _due(_in_order(kept[where == "due"])),
        counts,
        renewal_survivors(contracts[where != "without an account"], moment, months, written_after),
        spoken_day(moment), spoken_day(int(edges[-1]) - DAY), int(months), tuple(by), int(max_age),
        _notes(contracts, where, books.nameless),
    )  # fmt: skip


def _with_names(contracts: pd.DataFrame, frame: Any) -> pd.DataFrame:
    """Join the names of contracts: a customer has one at a time, so that the first day tells it."""
    names = dated_rows(
        frame, "contracts", names=["contract_id", "customer_id", "account_id"], dates=["start"],
        maybe=["contract_id", "account_id"],
    )  # fmt: skip
    names = in_one_zone({"contracts": names})["contracts"].dropna(subset="customer_id")
    names["first"] = moments_of(names.pop("start")) // DAY * DAY
    joined = contracts.merge(names, on=["customer_id", "first"], how="left", validate="one_to_one")
    spelt = joined["customer_id"] + " " + [spoken_day(int(first)) for first in joined["first"]]
    joined["contract_id"] = joined["contract_id"].fillna(spelt)
    again = joined["contract_id"].duplicated()
    if again.any():
        raise MeasureError(
            f"{int(again.sum()):,} contracts repeat the name of another",
            where="table 'contracts', column 'contract_id'",
            remedy="give each contract a name of its own, also when it is renewed",
        )
    return joined


def _edges(first: Ints, moment: int, months: int, periods: int) -> Ints:
    """Return the first day of each period, from that of the first contract to that after the last due."""
    edges = [moment]
    while edges[0] > first.min():
        edges.insert(0, months_after(moment, -months * len(edges)))
    return np.array([*edges, *(months_after(moment, months * at) for at in range(1, periods + 1))])


def _where(
    contracts: pd.DataFrame, moment: int, horizon: int, first_answer: int, written_after: int, holders: str
) -> npt.NDArray[np.object_]:
    """Return where each contract goes; the first reason that holds counts."""
    last, outcome = contracts["last"].to_numpy(), contracts["outcome"].to_numpy(dtype=object)
    ended = last < moment
    written = ended & (outcome != "open") & (last < moment - written_after * DAY)
    conditions = [
        contracts["account_id"].isna().to_numpy() & (holders == "accounts"),
        contracts["first"].to_numpy() >= moment,
        ended & (last < first_answer),
        written,
        ended,
        last < horizon,
    ]
    return np.select(conditions, list(REASONS[:-1]), default=REASONS[-1]).astype(object)


def _columns(
    contracts: pd.DataFrame, customers: pd.DataFrame | None, by: Sequence[str], *, with_index: bool
) -> pd.DataFrame:
    last = contracts["last"].to_numpy()
    end = np.where(last == ENDLESS, NEVER, last).astype("datetime64[us]")
    names = ["contract_id", "account_id", "period", "value", "outcome", *([INDEX] if with_index else [])]
    kept = contracts[names].assign(end=end)
    if customers is not None:
        known = customers.set_index("customer_id")
        known = known[known.index.notna()].reindex(contracts["customer_id"])
        kept = kept.assign(**{name: known[name].to_numpy() for name in by})
    return kept


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows in an order that does not depend on that of the books."""
    return rows.sort_values("contract_id", ignore_index=True)


def _due(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what is due, without what came of it."""
    month = rows["end"].dt.strftime("%Y-%m")
    return rows.drop(columns="outcome").assign(due_month=month)


def _counts(where: npt.NDArray[np.object_], n: int) -> pd.DataFrame:
    counted = [n, *(int((where == reason).sum()) for reason in REASONS)]
    return pd.DataFrame({"reason": ["in", *REASONS], "n": pd.array(counted, dtype="Int64")})


def _notes(contracts: pd.DataFrame, where: npt.NDArray[np.object_], nameless: int) -> tuple[str, ...]:
    notes = [f"{nameless:,} contracts without a customer were left out."] if nameless else []
    decided, alone = where == "decided", contracts["account_id"].isna().to_numpy()
    lost = (contracts["outcome"] == "lost").to_numpy()
    if alone[decided].any() and not alone[decided].all() and lost[decided & alone].all():
        notes.append(
            "No contract without an account was ever renewed: they may run until they are lost; "
            "holders='accounts' leaves them out."
        )
    if late := int((where == "not written yet").sum()):
        notes.append(f"{late:,} contracts are over and their outcome is not written: they are in neither.")
    return tuple(notes)
