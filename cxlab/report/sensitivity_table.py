"""What measured covariates would leave of an estimate, were something unmeasured as strong: a table."""

from __future__ import annotations

import pandas as pd

from cxlab.linkage.sensitivity import Sensitivity
from cxlab.report.block import Block
from cxlab.report.driver_wording import plain
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words


def sensitivity_table(result: Sensitivity, *, unit: EffectUnit = PLAIN, words: Words = ENGLISH) -> Block:
    """Return a table of the measured covariates; without any, the robustness value in words.

    Parameters
    ----------
    result
        What `cxlab.sensitivity` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    words
        Words of the report.
    """
    title = words.text("revenue.benchmarks_title")
    if result.suppressed:
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level = level_of(1 - result.alpha, words)
    if result.rows.empty:
        return Block(paragraphs(robustness_text(result, words)), result.min_base)
    head = [
        words.text("revenue.benchmark"),
        words.text("revenue.times"),
        words.text("revenue.r2_score"),
        words.text("revenue.r2_revenue"),
        words.text("revenue.left"),
        words.text("table.interval", level=level),
    ]
    rows = [_row(row, unit, words) for _, row in result.rows.iterrows()]
    table = html_table(title, head, {"": rows}, numbers=range(1, len(head)))
    return Block(table, result.min_base)


def robustness_text(result: Sensitivity, words: Words) -> str:
    """Return what something unmeasured would have to explain."""
    return words.text(
        "revenue.robustness",
        value=words.percent(result.robustness_value, 1),
        score=words.label(result.effect.exposure),
        interval=words.percent(result.robustness_value_interval, 1),
        level=level_of(1 - result.alpha, words),
    )


def _row(row: pd.Series, unit: EffectUnit, words: Words) -> list[str]:
    name, times = words.label(row["benchmark"]), plain(row["k"], words)
    if not row["possible"]:
        return [name, times, *[NOTHING] * 4]
    return [
        name, times, words.percent(row["r2_exposure"], 1), words.percent(row["r2_outcome"], 1),
        unit.text(row["estimate"], words), unit.interval(row["conf_low"], row["conf_high"], words),
    ]  # fmt: skip
