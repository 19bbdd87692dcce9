"""Markets side by side with their mean: a forest plot."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from cxlab.estimate.estimates import Estimates, Scale
from cxlab.markets.pooled import Pooled
from cxlab.report.block import Block
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    LINE,
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
    shows_whole,
    text_width,
    value_axis,
    wrapped,
)
from cxlab.report.forest_rows import market_estimates, pooled_row
from cxlab.report.forest_table import forest_table
from cxlab.report.wording import (
    Order,
    caption_of,
    conf_level,
    file_name,
    interval_text,
    level_name,
    measure_by,
    ordered,
    unit_text,
    value_text,
)
from cxlab.report.words import ENGLISH, Words

LEFT = 1.75
GAP = 0.16
ROW = 0.38
LARGEST, SMALLEST = 7.5, 3.0
"""Sizes of the squares, in points, of the market with the largest weight and of one with none."""


def chart_forest(
    pooled: Pooled, *, order: Order = "level", title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw a figure of several markets as squares with intervals, and their mean as a diamond.

    Parameters
    ----------
    pooled
        A figure of several markets, pooled.
    order
        `level`: by name; `estimate`: the highest first, which ranks the markets and so takes scores that may
        be compared.
    title
        Title of the chart; None names the measure.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. Squares grow with the market's weight in the mean.
    """
    result = market_estimates(pooled)
    rows = ordered(result.rows, result, order)
    measure = title or measure_by(result, words)
    ends = _ends(rows, pooled, result)
    found = pooled.found
    notes = [
        words.text("forest.prediction", level=conf_level(result, words))
        if np.isfinite(found.prediction_low)
        else "",
        words.text("forest.i2", share=words.percent(found.i2, 0)),
        words.text("forest.left_out", markets=_left_out(pooled, words)) if pooled.left_out else "",
        "" if shows_whole(ends, result.unit, result.scale) else words.text("chart.axis_cut"),
    ]
    with house_style():
        axes = _draw(rows, pooled, ends, result, measure, words)
        return figure_block(
            axes,
            alt=_alt(rows, pooled, result, measure, words),
            caption=caption_of(result, *notes, words=words, interval="forest.interval"),
            twin=forest_table(pooled, order=order, words=words),
            name=file_name("forest", result.metric, result.outcome, pooled.level),
            words=words,
        )


def _ends(rows: pd.DataFrame, pooled: Pooled, result: Estimates) -> Scale:
    found = pooled.found
    own = rows[["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64").ravel()
    mean = [found.conf_low, found.conf_high, found.prediction_low, found.prediction_high]
    values = np.append(own, mean)
    return value_axis(float(np.nanmin(values)), float(np.nanmax(values)), result.unit, result.scale)


def _draw(
    rows: pd.DataFrame, pooled: Pooled, ends: Scale, result: Estimates, title: str, words: Words
) -> Axes:
    names = [*(level_name(row, result, words) for _, row in rows.iterrows()), words.text("forest.pooled")]
    labels = [wrapped(name, LEFT - 0.2 - MARGIN) for name in names]
    *centres, height = row_centres(labels, ROW)
    values = [*rows["estimate"], pooled.found.estimate]
    figures = [words.figure(value, result.unit) for value in values]
    known = rows["n"].notna()
    bases = [f"n {words.number(n)}" if there else "" for n, there in zip(rows["n"], known, strict=True)]
    base_width = max(text_width(base, SMALL) for base in bases)
    right = MARGIN + base_width + GAP + max(text_width(figure, bold=True) for figure in figures) + GAP
    unit = wrapped(unit_text(result, words), WIDTH - LEFT - MARGIN, SMALL)
    below = 0.3 + len(unit) * SMALL * LEADING * POINT
    axes = new_axes(title, height, left=LEFT, right=right, above=0.06, below=below)
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, result.unit, words)
    axes.set_xlabel("\n".join(unit), loc="left")
    axes.axvline(pooled.found.estimate, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    weights = pooled.markets["weight"].loc[rows.index]
    for (_, row), weight, y in zip(rows.iterrows(), weights, centres[:-1], strict=True):
        axes.plot([row["conf_low"], row["conf_high"]], [y, y], color=ACCENT, linewidth=2.2)
        size = SMALLEST + (LARGEST - SMALLEST) * float(np.sqrt(weight / weights.max()))
        axes.plot(row["estimate"], y, "s", markersize=size, color=ACCENT)
    _draw_mean(axes, pooled, centres[-1])
    axes.axhline((centres[-2] + centres[-1]) / 2, color=LINE, linewidth=1.0)
    for lines, figure, base, y in zip(labels, figures, [*bases, ""], centres, strict=True):
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - MARGIN - base_width - GAP, y, figure, ha="right", weight="bold")
        beside(axes, WIDTH - MARGIN, y, base, ha="right", size=SMALL, color=SOFT)
    return axes


def _draw_mean(axes: Axes, pooled: Pooled, y: float) -> None:
    found = pooled.found
    if np.isfinite(found.prediction_low):
        axes.plot(
            [found.prediction_low, found.prediction_high], [y, y], color=INK, linewidth=1.4, linestyle=":"
        )
    corners = [
        (found.conf_low, y),
        (found.estimate, y - 0.1),
        (found.conf_high, y),
        (found.estimate, y + 0.1),
    ]
    axes.add_patch(Polygon(corners, closed=True, facecolor=INK, edgecolor=INK, zorder=3))


def _left_out(pooled: Pooled, words: Words) -> str:
    return ", ".join(words.level(name, ("market",)) for name in pooled.left_out)


def _alt(rows: pd.DataFrame, pooled: Pooled, result: Estimates, measure: str, words: Words) -> str:
    parts = [
        words.text(
            "forest.alt_part",
            market=level_name(row, result, words),
            value=value_text(row["estimate"], result, words),
            interval=interval_text(row, result, words),
        )
        for _, row in rows.iterrows()
    ]
    return words.text(
        "forest.alt",
        measure=measure,
        parts=" ".join(parts),
        value=value_text(pooled.found.estimate, result, words),
        interval=interval_text(pooled_row(pooled), result, words),
    )
