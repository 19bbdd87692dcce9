"""Path coefficients as dots with intervals, by the construct the paths lead to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates, Scale, level_names
from cxlab.report.block import Block
from cxlab.report.estimates_table import estimates_table
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    LINE,
    MARGIN,
    POINT,
    SMALL,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    set_ticks,
    text_width,
    value_axis,
    wrapped,
)
from cxlab.report.wording import (
    conf_level,
    file_name,
    has_interval,
    interval_text,
    measure_name,
    paragraphs,
    shown_rows,
    unit_text,
    weighting_of_figures,
)
from cxlab.report.words import ENGLISH, Words

LEFT = 2.3
GAP = 0.16
ROW = 0.36


def chart_paths(result: Estimates, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw path coefficients, or total effects, as dots with intervals around a line at 0.

    Parameters
    ----------
    result
        `paths` or `total_effects` of what `cxlab.ecsi` returned, after `suppress`.
    title
        Title of the chart; None names the measure.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the largest coefficient of each construct first. Where there is none to show,
        a sentence that says so.
    """
    rows = _arranged(shown_rows(result))
    measure = title or measure_name(result, words)
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=measure)), result.min_base)
    with house_style():
        return figure_block(
            _draw(rows, result, measure, words),
            alt=_alt(rows, result, words),
            caption=_caption(rows, result, measure, words),
            twin=estimates_table(result, words=words),
            name=file_name("paths", result.metric, result.outcome),
            words=words,
        )


def _arranged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by the construct they lead to, in the order of its first path."""
    ends = [level_names(level, 2)[1] for level in rows["level"]]
    place = {end: number for number, end in enumerate(dict.fromkeys(ends))}
    ordered = rows.assign(end=[place[end] for end in ends])
    return ordered.sort_values(["end", "estimate"], ascending=[True, False], kind="stable")


def _holds_zero(row: pd.Series) -> bool:
    return not (has_interval(row) and (row["conf_low"] > 0 or row["conf_high"] < 0))


def _name(level: str, words: Words) -> str:
    start, end = (words.label(name) for name in level_names(level, 2))
    return words.text("ecsi.path", start=start, end=end)


def _draw(rows: pd.DataFrame, result: Estimates, title: str, words: Words) -> Axes:
    labels = [wrapped(_name(level, words), LEFT - 0.2 - MARGIN) for level in rows["level"]]
    *centres, height = row_centres(labels, ROW)
    figures = [words.figure(value, result.unit) for value in rows["estimate"]]
    right = MARGIN + max(text_width(figure, bold=True) for figure in figures) + GAP
    unit = wrapped(unit_text(result, words), WIDTH - LEFT - MARGIN, SMALL)
    below = 0.3 + len(unit) * SMALL * LEADING * POINT
    axes = new_axes(title, height, left=LEFT, right=right, above=0.06, below=below)
    ends = _ends(rows, result)
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, result.unit, words)
    axes.set_xlabel("\n".join(unit), loc="left")
    axes.axvline(0, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    for (_, row), lines, figure, y in zip(rows.iterrows(), labels, figures, centres, strict=True):
        axes.plot([row["conf_low"], row["conf_high"]], [y, y], color=ACCENT, linewidth=2.2)
        face = "white" if _holds_zero(row) else ACCENT
        axes.plot(
            row["estimate"], y, "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8
        )
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - MARGIN, y, figure, ha="right", weight="bold")
    edges = np.flatnonzero(np.diff(rows["end"].to_numpy()))
    for edge in edges:
        axes.axhline((centres[edge] + centres[edge + 1]) / 2, color=LINE, linewidth=1.2, zorder=1)
    return axes


def _ends(rows: pd.DataFrame, result: Estimates) -> Scale:
    values = rows[["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64").ravel()
    return value_axis(
        min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values))), result.unit, None
    )


def _caption(rows: pd.DataFrame, result: Estimates, measure: str, words: Words) -> list[str]:
    first = words.text(
        "chart.caption",
        measure=measure,
        unit=unit_text(result, words),
        interval=words.text("chart.interval", level=conf_level(result, words)),
        weighting=weighting_of_figures(result.weighting, words),
        base=words.plural("count.answers", int(rows["n"].iloc[0])),
    )
    hollow = any(_holds_zero(row) for _, row in rows.iterrows())
    return [first, words.text("ecsi.zero")] if hollow else [first]


def _alt(rows: pd.DataFrame, result: Estimates, words: Words) -> str:
    """Say, of the construct that most paths lead to, which coefficient is largest."""
    end = int(rows["end"].mode().iloc[0])
    best = rows[rows["end"] == end].iloc[0]
    start, name = (words.label(name) for name in level_names(best["level"], 2))
    return words.text(
        "ecsi.path_alt",
        end=name,
        best=start,
        value=words.figure(best["estimate"], result.unit),
        interval=interval_text(best, result, words),
    )
