"""Gaps as a table: the twin of their chart."""

from __future__ import annotations

import pandas as pd

from cxlab.measure.gap import Gaps
from cxlab.report.block import Block
from cxlab.report.estimates_table import base_cells, silence
from cxlab.report.html_table import html_table
from cxlab.report.wording import conf_level, interval_text, level_name, measure_by
from cxlab.report.words import ENGLISH, NOTHING, Words


def gap_table(gaps: Gaps, *, words: Words = ENGLISH) -> Block:
    """Return a table of the gaps, the largest first.

    Parameters
    ----------
    gaps
        What `cxlab.gap` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        Both means, the gap with its interval, whether it differs from 0 after Holm's correction, how often it
        is among the largest, and its base.
    """
    gap = gaps.gap
    weighted = gap.weighting == "weighted"
    head = [
        words.label("attribute_id"),
        words.label(gaps.wanted.outcome),
        words.label("satisfaction"),
        words.text("table.gap"),
        words.text("table.interval", level=conf_level(gap, words)),
        words.text("table.holm"),
        words.text("table.top", top=gaps.top),
        words.text("table.n"),
        *([words.text("table.n_eff")] if weighted else []),
    ]
    places = gap.rows["estimate"].astype("float64").sort_values(ascending=False, kind="stable").index
    cells = [_row(place, gaps, words, weighted) for place in places]
    return Block(
        html_table(measure_by(gap, words), head, {"": cells}, numbers=range(1, len(head))), gap.min_base
    )


def signed(value: float, words: Words) -> str:
    """Return a difference with its sign: `+0.65`, `−0.95`."""
    figure = words.number(value, 2)
    return f"+{figure}" if round(value, 2) > 0 else figure


def _row(place: int, gaps: Gaps, words: Words, weighted: bool) -> list[str]:
    row, test = gaps.gap.rows.iloc[place], gaps.tests.iloc[place]
    name = level_name(row, gaps.gap, words)
    if pd.isna(row["estimate"]):
        return [name, silence(row, words), *[NOTHING] * 5, *base_cells(row, weighted, words)]
    means = [
        words.figure(result.rows.iloc[place]["estimate"], "score")
        for result in (gaps.wanted, gaps.satisfaction)
    ]
    holm = NOTHING if pd.isna(test["p_holm"]) else words.p_value(test["p_holm"])
    top = NOTHING if pd.isna(test["probability_top"]) else words.percent(test["probability_top"])
    interval = interval_text(row, gaps.gap, words)
    figures = [*means, signed(row["estimate"], words), interval, holm, top]
    return [name, *figures, *base_cells(row, weighted, words)]
