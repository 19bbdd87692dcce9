"""Bottlenecks: the rating of each driver that a level of the outcome is not seen without, as a heat map."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cxlab.drivers.necessary_condition import NecessaryCondition
from cxlab.estimate.multiplicity import is_told
from cxlab.report.block import Block
from cxlab.report.bottleneck_table import bottleneck_table, needed_text
from cxlab.report.driver_wording import plain
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    LINE,
    MARGIN,
    SMALL,
    SOFT,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    text_width,
    wrapped,
)
from cxlab.report.wording import file_name, listed, paragraphs
from cxlab.report.words import ENGLISH, Words

LEFT = 1.75
GAP = 0.12
ROW = 0.36
PALEST = 0.08
DARK = 55.0
"""From this per cent of the scale on, a cell is dark enough for white figures."""


def chart_bottleneck(result: NecessaryCondition, *, words: Words = ENGLISH) -> Block:
    """Draw which rating of each driver a level of the outcome is not seen without.

    Parameters
    ----------
    result
        What `cxlab.necessary_condition` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table: drivers as rows, the largest effect size first, levels of the outcome as
        columns; the darker, the higher the rating. Where nothing may be shown, a sentence that says so.
    """
    title = words.text("drivers.bottleneck_title", outcome=words.label(result.outcome))
    rows = result.rows[~result.rows["suppressed"]]
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    rows = rows.sort_values("effect_size", ascending=False, kind="stable")
    first = words.text(
        "drivers.bottleneck_caption",
        outcome=words.label(result.outcome),
        level=words.number(1 - result.conf_level, 2),
        answers=words.plural("count.answers", result.n),
    )
    with house_style():
        return figure_block(
            _draw(rows, result, title, words),
            alt=_alt(rows, result, title, words),
            caption=[first, words.text("drivers.kept_complete", share=words.percent(result.kept))],
            twin=bottleneck_table(result, words=words),
            name=file_name("bottleneck", result.outcome),
            words=words,
        )


def _told(row: pd.Series, result: NecessaryCondition) -> bool:
    return bool(is_told(row["p_adjusted"], result.conf_level))


def _draw(rows: pd.DataFrame, result: NecessaryCondition, title: str, words: Words) -> Axes:
    levels = sorted(result.bottlenecks["outcome_level"].unique())
    cells = result.bottlenecks.set_index(["driver", "outcome_level"])
    labels = [wrapped(words.label(name), LEFT - GAP - MARGIN) for name in rows["driver"]]
    sizes = [f"d {words.number(value, 2)}" for value in rows["effect_size"]]
    *centres, height = row_centres(labels, ROW)
    right = MARGIN + GAP + max(text_width(size, bold=True) for size in sizes)
    axes = new_axes(title, height, left=LEFT, right=right, above=0.46, below=0.04)
    axes.set(xlim=(0, len(levels)), ylim=(height, 0))
    axes.axis("off")
    side = (WIDTH - LEFT - right) / len(levels)
    head = words.text("drivers.bottleneck_head", outcome=words.label(result.outcome))
    beside(axes, LEFT, -0.36, head, size=SMALL, color=SOFT)
    for at, level in enumerate(levels):
        beside(
            axes, LEFT + (at + 0.5) * side, -0.12, plain(level, words), ha="center", size=SMALL, color=SOFT
        )
    edges = [0.0, *((np.array(centres[1:]) + np.array(centres[:-1])) / 2), height]
    for place, ((_, row), lines, size) in enumerate(zip(rows.iterrows(), labels, sizes, strict=True)):
        y = centres[place]
        tall = edges[place + 1] - edges[place]
        for at, level in enumerate(levels):
            _draw_cell(axes, at, y, tall, cells.loc[(row["driver"], level)], words)
        look = {"weight": "bold", "color": INK} if _told(row, result) else {"color": SOFT}
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - MARGIN, y, size, ha="right", **look)
    return axes


def _draw_cell(axes: Axes, at: int, y: float, tall: float, cell: pd.Series, words: Words) -> None:
    needed = cell["status"] == "required"
    share = float(cell["required_percent"]) / 100 if needed else 0.0
    depth = PALEST + (1 - PALEST) * share
    colour = tuple(1 - depth * (1 - part) for part in to_rgb(ACCENT)) if needed else (1.0, 1.0, 1.0)
    box = Rectangle(
        (at + 0.03, y - tall / 2 + 0.02), 0.94, tall - 0.04, facecolor=colour, edgecolor=LINE, linewidth=0.8
    )
    axes.add_patch(box)
    ink = "white" if needed and cell["required_percent"] >= DARK else INK if needed else SOFT
    axes.text(at + 0.5, y, needed_text(cell, words), ha="center", va="center_baseline", size=SMALL, color=ink)


def _alt(rows: pd.DataFrame, result: NecessaryCondition, title: str, words: Words) -> str:
    named = {words.label(row["driver"]): row for _, row in rows.iterrows() if _told(row, result)}
    told = [
        words.text("drivers.bottleneck_part", driver=name, d=words.number(row["effect_size"], 2))
        for name, row in named.items()
    ]
    none = words.text("found.none")
    return words.text("drivers.bottleneck_alt", title=title, parts=listed(told, words) or none)
