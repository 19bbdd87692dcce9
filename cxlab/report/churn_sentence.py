"""How many may leave until when, and what their contracts are worth."""

from __future__ import annotations

from cxlab.report.day_text import day_text
from cxlab.report.effect_unit import EffectUnit
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.churn_days import ChurnDays
from cxlab.retention.churn_forecast import ChurnForecast
from cxlab.retention.leaving_counts import LeavingCounts


def churn_sentence(
    forecast: ChurnForecast,
    days: ChurnDays,
    total: LeavingCounts | None,
    *,
    currency: str | None = None,
    words: Words = ENGLISH,
) -> str:
    """Say how many are expected to leave until when, in one sentence, and in another their worth.

    Parameters
    ----------
    forecast, days
        What `cxlab.churn_forecast` and `cxlab.churn_days` returned.
    total
        `cxlab.leaving_counts` of all customers as one segment, for the interval; None: there is none.
    currency
        Of the contracts.
    words
        Words of the report.
    """
    if forecast.suppressed:
        return words.text("churn.no_past")
    unit = EffectUnit(currency=currency)
    shown = total is not None and not total.rows["suppressed"].iloc[0]
    said = words.text(
        "churn.said",
        customers=words.plural("count.customers", forecast.n),
        day=day_text(days.scoring, words),
        expected=words.number(forecast.expected),
        until=day_text(days.until, words),
        interval=_interval(total, words) if total is not None and shown else "",
    )
    worth = words.text(
        "churn.worth",
        value=unit.amount(forecast.expected_value, words),
        whole=unit.amount(forecast.whole_value, words),
    )
    return f"{said} {worth}"


def _interval(total: LeavingCounts, words: Words) -> str:
    row = total.rows.iloc[0]
    ends = {"low": words.number(row["conf_low"]), "high": words.number(row["conf_high"])}
    interval = words.text("figure.interval", **ends)
    return words.text("churn.said_interval", level=level_of(total.conf_level, words), interval=interval)
