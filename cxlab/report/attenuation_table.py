"""A slope as measured and corrected for the error of the score, for several reliabilities."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlab.linkage.measurement_error import Attenuation
from cxlab.report.block import Block
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.html_table import html_table
from cxlab.report.link_base import link_base
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words


def attenuation_table(
    results: Sequence[Attenuation], *, unit: EffectUnit = PLAIN, words: Words = ENGLISH
) -> Block:
    """Return a table of what a point goes with, as measured and by how reliable the score is taken to be.

    Parameters
    ----------
    results
        What `cxlab.measurement_error` returned for each reliability, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    words
        Words of the report.
    """
    title = words.text("revenue.error_title")
    shown = [result for result in results if not result.rows["suppressed"].all()]
    base = min((result.min_base for result in results), default=0)
    if not shown:
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), base)
    level = level_of(shown[0].conf_level, words)
    head = [
        words.text("revenue.reliability"), words.text("revenue.within_reliability"),
        words.text("drivers.difference"), words.text("table.interval", level=level),
    ]  # fmt: skip
    naive = _row(shown[0], "naive")
    rows = [[words.text("revenue.as_measured"), NOTHING, *_figures(naive, unit, words)]]
    for result in shown:
        row = _row(result, "errors_in_variables")
        within = words.percent(result.attenuation)
        rows.append([words.number(row["reliability"], 2), within, *_figures(row, unit, words)])
    said = paragraphs(words.text("revenue.error_said", score=words.label(shown[0].exposure)))
    rests = link_base(shown[0].n, shown[0].entities, words)
    table = html_table(title, head, {"": rows}, numbers=range(1, 4))
    return Block(f"{said}\n{table}\n{paragraphs(rests)}", base)


def _row(result: Attenuation, method: str) -> pd.Series:
    return result.rows[result.rows["method"] == method].iloc[0]


def _figures(row: pd.Series, unit: EffectUnit, words: Words) -> list[str]:
    return [
        unit.text(row["estimate"], words),
        unit.interval(row["conf_low"], row["conf_high"], words),
    ]
