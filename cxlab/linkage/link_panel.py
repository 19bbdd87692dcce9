"""Survey answers joined to revenue by customer and period, so that no answer knows what came after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.require_option import require_option
from cxlab.linkage.linked_answers import ANSWERS, PERIODS, LinkedScore, answer_moments, linked_score
from cxlab.linkage.linked_books import ContractValue, LinkedBooks, linked_books
from cxlab.linkage.linked_entities import LinkedEntities, Unit, linked_entities
from cxlab.linkage.linked_panel import LinkedPanel
from cxlab.linkage.linked_tables import LinkedTables, linked_tables
from cxlab.linkage.panel_periods import Day, Floats, Period
from cxlab.linkage.revenue_by_period import without_negative
from cxlab.model.errors import MeasureError
from cxlab.model.market import Market

Revenue = Literal["transactions", "contracts", "both"]
Negative = Literal["refuse", "zero", "keep"]


@dataclass(frozen=True, slots=True)
class _Asked:
    period: str
    lag: int
    score: str
    scores: tuple[str, ...]
    revenue: str
    books: tuple[Day, Day] | None
    max_age: int | None
    contract_value: str
    negative: str
    wave_dates: Mapping[str, Day] | None


def link_panel(
    market: Market | Mapping[str, Any],
    *,
    period: Period = "quarter",
    lag: int = 1,
    score: str = "csat_overall",
    scores: Sequence[str] = (),
    revenue: Revenue = "transactions",
    currency: str | None = None,
    unit: Unit | None = None,
    segments: Sequence[str] | None = None,
    books: tuple[Day, Day] | None = None,
    max_age: int | None = None,
    contract_value: ContractValue = "term",
    negative: Negative = "refuse",
    wave_dates: Mapping[str, Day] | None = None,
) -> LinkedPanel:
    """Join what customers said to what they paid afterwards: `cx.link_panel(market, period="half_year")`.

    Parameters
    ----------
    market
        A `Market`, or frames of any engine by the names of the canonical tables: `responses` (`customer_id`,
        the scores, and `responded_at` or `wave`), `transactions` or `contracts`, and `customers` where there
        is one.
    period
        `month`, `quarter`, `half_year`, `year`, or `wave`: from the first day of a wave to that of the next.
    lag
        1: the last answer strictly before the period begins; 2: before the period before it begins; and so
        on. 0 is refused, for an answer could then come after what it is held against.
    score, scores
        The score the panel is about, and further columns of `responses` to join.
    revenue
        `transactions` (amounts summed by period), `contracts` (values spread over their days), or `both`,
        which is refused where an entity has the two in one period.
    currency
        Currency of the amounts where the market does not name one.
    unit
        `account_id` or `customer_id`. None: accounts where there are some, and a customer without one is its
        own. Contacts of an account are averaged, each once.
    segments
        Columns of `customers` to carry along; None: those of segment, age band and gender that it has. Where
        the contacts of an account differ, its level is `(mixed)`.
    books
        First and last day the books cover; only periods that lie between them wholly count. None: every
        period from the first entry to the last, which the books may cover in part only; where contracts are
        counted, to the last day on which one began, or somebody bought or answered.
    max_age
        How many periods back an answer may lie before the cut-off, and how many ahead a lead; None: any.
    contract_value
        What a contract's value is for: its whole `term`, or a `year`. An open contract has no value past its
        term, though its customer is there: revenue is 0 then, and a note counts these rows.
    negative
        What to do where refunds exceed purchases in a period: `refuse`, set the sum to `zero`, or `keep` it.
    wave_dates
        Day of each wave, for answers without a date of their own; else these count from the last day on which
        their wave is known to have been answered.

    Returns
    -------
    LinkedPanel
        A row per entity and period in which it was a customer: it bought, was under contract, or had bought
        before and not left (its contracts had not all ended); revenue 0 is a figure there. `retained` is 1
        where a contract or a purchase falls into the next period; with `revenue="contracts"`, a contract.

    Raises
    ------
    MeasureError
        Where a table or column is absent, there is one period only, currencies or time zones are mixed, a
        customer is doubled or answered twice at one moment, revenue is negative, money would count twice, or
        nobody who answered has revenue.
    """
    for name, option, allowed in (
        ("period", period, Period), ("revenue", revenue, Revenue), ("negative", negative, Negative),
        ("contract_value", contract_value, ContractValue),
    ):  # fmt: skip
        require_option(name, option, get_args(allowed))
    _require_order(lag, max_age)
    both = tuple(dict.fromkeys([score, *([scores] if isinstance(scores, str) else scores)]))
    asked = _Asked(period, lag, score, both, revenue, books, max_age, contract_value, negative, wave_dates)
    needed = ("transactions", "contracts") if revenue == "both" else (revenue,)
    tables = linked_tables(market, both, needed=needed, currency=currency, segments=segments)
    return _linked(tables, linked_entities(tables, unit), asked)


def _require_order(lag: int, max_age: int | None) -> None:
    for name, option in (("lag", lag), ("max_age", max_age)):
        if option is not None and (isinstance(option, bool) or not isinstance(option, int | np.integer)):
            raise MeasureError(
                f"{name}={option!r} is no whole number", remedy="count it in periods, such as 1 or 2"
            )
    if lag < 1:
        raise MeasureError(
            f"with lag={lag} an answer could come after the revenue it is held against",
            remedy="take 1 or more; the answer after a period stands in the column _lead, for the placebo",
        )
    if max_age is not None and max_age < 1:
        raise MeasureError(f"max_age={max_age} leaves no answer", remedy="take 1 or more periods, or None")


def _linked(tables: LinkedTables, entities: LinkedEntities, asked: _Asked) -> LinkedPanel:
    moments = answer_moments(tables.responses, asked.wave_dates)
    found = linked_books(
        tables, entities, moments, period=asked.period, revenue=asked.revenue, books=asked.books,
        contract_value=asked.contract_value,
    )  # fmt: skip
    amount = without_negative(
        found.amount, asked.negative, list(entities.names), found.periods.labels, found.present
    )
    joined = [
        linked_score(
            tables.responses,
            moments,
            score,
            entities,
            found.periods,
            found.present,
            lag=asked.lag,
            max_age=asked.max_age,
        )
        for score in asked.scores
    ]
    if not joined[0].periods[0]:
        _refuse_strangers(asked.score, joined[0])
    frame = _frame(entities, found, amount, joined)
    return LinkedPanel(
        frame, entities.unit, asked.score, asked.scores, asked.period, asked.lag,
        asked.max_age, asked.revenue, tables.currency, tables.segments,
        _counts(found, asked.scores, joined), found.notes,
    )  # fmt: skip


def _frame(
    entities: LinkedEntities, found: LinkedBooks, amount: Floats, joined: Sequence[LinkedScore]
) -> pd.DataFrame:
    """Return one row per entity and period in which it was a customer."""
    row, column = np.nonzero(found.present)
    columns: dict[str, Any] = {
        entities.unit: entities.names[row],
        "period": pd.Series(found.periods.labels, dtype="str").take(column).to_numpy(),
        "revenue": amount[row, column],
        "retained": found.retained[row, column],
    }
    for score in joined:
        columns |= {name: values[row, column] for name, values in score.columns.items()}
    counted = [name for name in columns if name.endswith("_n")]
    frame = pd.DataFrame(columns).astype(dict.fromkeys(counted, "int64"))
    levels = entities.segments.take(row).reset_index(drop=True)
    return pd.concat([frame, levels], axis=1)


def _refuse_strangers(score: str, joined: LinkedScore) -> None:
    reasons = [f"{n:,} {reason}" for reason, n in zip(ANSWERS, joined.answers, strict=True) if n]
    raise MeasureError(
        f"no answer to {score} stands before a period of a customer with revenue "
        f"({', '.join(reasons) or 'there are no answers'})",
        remedy="see whether both tables name customers alike, and the survey came before the books closed",
    )


def _counts(found: LinkedBooks, scores: Sequence[str], joined: Sequence[LinkedScore]) -> pd.DataFrame:
    rows: list[tuple[str, str, str, int]] = []
    for table, fates in found.fates.items():
        rows += [(table, "", "in", sum(fates.values()))]
        rows += [(table, "", reason, n) for reason, n in fates.items()]
    for score, one in zip(scores, joined, strict=True):
        for table, reasons, n in (("responses", ANSWERS, one.answers), ("periods", PERIODS, one.periods)):
            rows += [(table, score, "in", int(n.sum()))]
            rows += [(table, score, reason, int(k)) for reason, k in zip(reasons, n, strict=True)]
    counts = pd.DataFrame(rows, columns=["table", "score", "reason", "n"])
    return counts.astype({"n": "Int64"}).assign(suppressed=False)
