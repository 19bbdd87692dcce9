"""The headline of the study of renewals."""

from __future__ import annotations

import pandas as pd

from cxlab.report.day_text import day_text
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.renewal_books import RenewalDecisions
from cxlab.retention.renewal_result import RenewalForecast


def renewal_sentence(
    forecast: RenewalForecast,
    decisions: RenewalDecisions,
    *,
    unit: EffectUnit = PLAIN,
    words: Words = ENGLISH,
) -> str:
    """Say what is due, and what of it is expected to be renewed.

    Parameters
    ----------
    forecast
        What `cxlab.renewal_forecast` returned, after `.suppress(min_base)`.
    decisions
        What it was made of.
    unit
        Currency of the value.
    words
        Words of the report.
    """
    rows = forecast.rows[forecast.rows["by"] == ""]
    first, worth = rows.iloc[0], rows[rows["quantity"] == "value"]
    if first["suppressed"]:
        return words.text("renewal.too_few", until=day_text(decisions.due_until, words))
    said = [
        words.text(
            "renewal.found",
            contracts=words.plural("renewal.contracts", int(first["n"])),
            first=day_text(decisions.as_of, words),
            until=day_text(decisions.due_until, words),
            expected=words.number(first["estimate"]),
            rate=words.percent(first["rate"]),
            level=level_of(forecast.conf_level, words),
            interval=words.text(
                "figure.interval", low=words.number(first["conf_low"]), high=words.number(first["conf_high"])
            ),
        )
    ]
    if len(worth):
        said.append(_value(worth.iloc[0], unit, words))
    return " ".join(said)


def _value(row: pd.Series, unit: EffectUnit, words: Words) -> str:
    amounts = {
        name: unit.amount(row[name], words) for name in ("at_stake", "estimate", "conf_low", "conf_high")
    }
    return words.text(
        "renewal.found_value", worth=amounts["at_stake"], value=amounts["estimate"],
        interval=words.text("figure.interval", low=amounts["conf_low"], high=amounts["conf_high"]),
    )  # fmt: skip
