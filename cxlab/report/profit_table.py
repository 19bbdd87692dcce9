"""What contacting customers by their chance to leave would be worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.report.block import Block
from cxlab.report.effect_unit import EffectUnit
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.expected_profit import ExpectedProfit

MONEY = ("empc", "mp")


def profit_table(result: ExpectedProfit, *, currency: str | None = None, words: Words = ENGLISH) -> Block:
    """Return expected profit, whom to contact for it, and what was assumed.

    Parameters
    ----------
    result
        What `cxlab.expected_profit` returned, after `.suppress(min_base)`.
    currency
        Of the amounts.
    words
        Words of the report.
    """
    title, unit = words.text("churn.profit_title"), EffectUnit(currency=currency)
    if result.suppressed:
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    head = ["", words.text("table.estimate"), words.text("table.interval", level=level)]
    head[0] = words.text("table.values")
    rows = [_row(row, unit, words) for _, row in result.rows.iterrows()]
    campaign = result.campaign
    note = words.text(
        "churn.profit_note",
        clv=unit.amount(campaign.clv, words),
        incentive=unit.amount(campaign.incentive, words),
        contact=unit.amount(campaign.contact, words),
        accepted=words.percent(campaign.accepted),
    )
    table = html_table(title, head, {"": rows}, numbers=(1, 2))
    base = words.plural("count.customers", result.n)
    return Block(f"{table}\n{paragraphs(note, base + '.')}", result.min_base)


def _row(row: pd.Series, unit: EffectUnit, words: Words) -> list[str]:
    low, high = _said(row, "conf_low", unit, words), _said(row, "conf_high", unit, words)
    known = not np.isnan(row["conf_low"]) and not np.isnan(row["conf_high"])
    interval = words.text("figure.interval", low=low, high=high) if known else NOTHING
    return [words.text(f"churn.profit_{row['term']}"), _said(row, "estimate", unit, words), interval]


def _said(row: pd.Series, name: str, unit: EffectUnit, words: Words) -> str:
    value = float(row[name])
    if np.isinf(value):
        return words.text("churn.profit_nobody")
    return unit.amount(value, words) if row["term"] in MONEY else words.percent(value, 1)
