"""A Pareto: bars by size, and a line of what they add up to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.measure.pareto import Pareto
from cxlab.report.block import Block
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    MARGIN,
    POINT,
    SMALL,
    SOFT,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    set_ticks,
    text_width,
    wrapped,
)
from cxlab.report.pareto_table import pareto_table
from cxlab.report.wording import (
    caption_of,
    file_name,
    level_name,
    measure_name,
    paragraphs,
    shown_rows,
    unit_text,
)
from cxlab.report.words import ENGLISH, Words

LEFT = 1.75
GAP = 0.16
ROW = 0.4
BAR = 0.62
PALE = "#9fb3c8"


def chart_pareto(pareto: Pareto, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the levels of a Pareto as bars, with the running total as a line.

    Parameters
    ----------
    pareto
        What `cxlab.pareto` or `cxlab.lost_reasons` returned, after its `suppress`.
    title
        Title of the chart; None names the measure.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the few that reach the line are dark and marked in the table. A sentence
        where nothing can be shown.
    """
    shares, twin = pareto.shares, pareto_table(pareto, words=words)
    rows, measure = shown_rows(shares), title or measure_name(shares, words)
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=measure)), shares.min_base)
    line = words.text("chart.pareto_line", line=words.percent(pareto.line)) + "."
    with house_style():
        axes = _draw(pareto, rows, measure, words)
        return figure_block(
            axes,
            alt=words.text(
                "alt.pareto",
                measure=measure,
                best=level_name(rows.iloc[0], shares, words),
                best_value=words.figure(rows["estimate"].iloc[0], shares.unit),
                few=words.number(int(pareto.vital.sum())),
                all=words.number(len(rows)),
                reached=words.figure(pareto.cumulative[pareto.vital][-1], shares.unit),
            ),
            caption=caption_of(shares, line, words=words, interval="chart.interval"),
            twin=twin,
            name=file_name("pareto", shares.metric, shares.outcome),
            words=words,
        )


def _draw(pareto: Pareto, rows: pd.DataFrame, title: str, words: Words) -> Axes:
    shares = pareto.shares
    labels = [wrapped(level_name(row, shares, words), LEFT - 0.2 - MARGIN) for _, row in rows.iterrows()]
    *centres, height = row_centres(labels, ROW)
    unit = wrapped(unit_text(shares, words), WIDTH - LEFT - MARGIN, SMALL)
    figures = [words.figure(value, shares.unit) for value in rows["estimate"]]
    right = MARGIN + max(text_width(figure, bold=True) for figure in figures) + GAP
    below = 0.3 + len(unit) * SMALL * LEADING * POINT
    axes = new_axes(title, height, left=LEFT, right=right, above=0.28, below=below)
    axes.set(xlim=(0, 1.02), ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, (0, 1), "share", words)
    axes.set_xlabel("\n".join(unit), loc="left")
    colours = np.where(pareto.vital, ACCENT, PALE)
    axes.barh(centres, rows["estimate"], height=BAR * ROW, color=list(colours))
    for (_, row), y in zip(rows.iterrows(), centres, strict=True):
        axes.plot([row["conf_low"], row["conf_high"]], [y, y], color=INK, linewidth=1.4)
    axes.plot(pareto.cumulative, centres, "o-", color=SOFT, markersize=5, linewidth=1.4)
    axes.axvline(pareto.line, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    inches = LEFT + (WIDTH - LEFT - right) * pareto.line / 1.02
    beside(axes, inches, -0.12, words.percent(pareto.line), ha="center", size=SMALL)
    for lines, figure, y in zip(labels, figures, centres, strict=True):
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - MARGIN, y, figure, ha="right", weight="bold")
    return axes
