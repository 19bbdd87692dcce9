"""Segments side by side: a dot with its interval for each level."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates, Scale
from cxlab.report.block import Block
from cxlab.report.estimates_table import estimates_table
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
    shows_whole,
    text_width,
    value_axis,
    wrapped,
)
from cxlab.report.wording import (
    SMALL_BASE,
    Order,
    caption_of,
    file_name,
    hidden_notes,
    interval_text,
    is_missing,
    is_small,
    level_name,
    measure_by,
    paragraphs,
    shown_rows,
    unit_text,
    value_text,
)
from cxlab.report.words import ENGLISH, Words

LEFT = 1.75
GAP = 0.16
ROW = 0.38


def chart_segments(
    result: Estimates,
    *,
    total: Estimates | None = None,
    order: Order = "estimate",
    title: str | None = None,
    words: Words = ENGLISH,
) -> Block:
    """Draw the levels of a segment, or attributes, as dots with intervals.

    Parameters
    ----------
    result
        A result by segment, after `suppress`.
    total
        The same measure for everyone, drawn as a dashed line.
    order
        `estimate`: the highest first; `level`: in the order of the levels.
    title
        Title of the chart; None names the measure and the segment.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. Levels without a figure are named under the chart. Where none has one, a
        sentence that says so.
    """
    rows = shown_rows(result, order)
    twin = estimates_table(result, order=order, words=words)
    measure = title or measure_by(result, words)
    if rows.empty:
        sentence = words.text("chart.empty", measure=measure)
        return Block(paragraphs(sentence, *hidden_notes(result, words)), result.min_base)
    everyone = _total_row(total)
    ends = _ends(rows, everyone, result)
    notes = [
        words.text("chart.total_line", value=value_text(everyone["estimate"], result, words))
        if everyone is not None
        else "",
        words.text("chart.small_base", n=SMALL_BASE)
        if any(is_small(row) for _, row in rows.iterrows())
        else "",
        *hidden_notes(result, words),
        "" if shows_whole(ends, result.unit, result.scale) else words.text("chart.axis_cut"),
    ]
    with house_style():
        axes = _draw(rows, everyone, ends, result, measure, words)
        return figure_block(
            axes,
            alt=_alt(rows, everyone, result, measure, words),
            caption=caption_of(result, *notes, words=words, interval="chart.interval"),
            twin=twin if total is None else Block(twin.html, min(twin.min_base or 0, total.min_base)),
            name=file_name("segments", result.metric, result.outcome, *result.by),
            words=words,
        )


def _total_row(total: Estimates | None) -> pd.Series | None:
    rows = None if total is None else shown_rows(total)
    return None if rows is None or rows.empty else rows.iloc[0]


def _ends(rows: pd.DataFrame, everyone: pd.Series | None, result: Estimates) -> Scale:
    values = rows[["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64").ravel()
    values = np.append(values, np.nan if everyone is None else everyone["estimate"])
    return value_axis(float(np.nanmin(values)), float(np.nanmax(values)), result.unit, result.scale)


def _draw(
    rows: pd.DataFrame,
    everyone: pd.Series | None,
    ends: Scale,
    result: Estimates,
    title: str,
    words: Words,
) -> Axes:
    labels = [wrapped(level_name(row, result, words), LEFT - 0.2 - MARGIN) for _, row in rows.iterrows()]
    *centres, height = row_centres(labels, ROW)
    unit = wrapped(unit_text(result, words), WIDTH - LEFT - MARGIN, SMALL)
    figures = [words.figure(value, result.unit) for value in rows["estimate"]]
    bases = [f"n {words.number(n)}" for n in rows["n"]]
    base_width = max(text_width(base, SMALL) for base in bases)
    right = MARGIN + base_width + GAP + max(text_width(figure, bold=True) for figure in figures) + GAP
    axes = new_axes(
        title,
        height,
        left=LEFT,
        right=right,
        above=0.06 if everyone is None else 0.28,
        below=0.3 + len(unit) * SMALL * LEADING * POINT,
    )
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, result.unit, words)
    axes.set_xlabel("\n".join(unit), loc="left")
    if everyone is not None:
        _draw_total(axes, everyone["estimate"], WIDTH - LEFT - right, ends, result, words)
    for (_, row), lines, figure, base, y in zip(
        rows.iterrows(), labels, figures, bases, centres, strict=True
    ):
        colour = SOFT if is_missing(row["level"], result) else ACCENT
        interval = [row["conf_low"], row["conf_high"]]
        axes.plot(interval, [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        face = "white" if is_small(row) else colour
        axes.plot(
            row["estimate"], y, "o", markersize=8, color=colour, markerfacecolor=face, markeredgewidth=1.8
        )
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - MARGIN - base_width - GAP, y, figure, ha="right", weight="bold")
        beside(axes, WIDTH - MARGIN, y, base, ha="right", size=SMALL, color=SOFT)
    return axes


def _draw_total(
    axes: Axes, value: float, inches: float, ends: Scale, result: Estimates, words: Words
) -> None:
    axes.axvline(value, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    text = f"{words.text('figure.everyone')} {words.figure(value, result.unit)}"
    middle = LEFT + inches * (value - ends[0]) / (ends[1] - ends[0])
    half = text_width(text, SMALL) / 2
    x = min(max(middle, MARGIN + half), WIDTH - MARGIN - half)
    beside(axes, x, -0.12, text, ha="center", size=SMALL)


def _alt(
    rows: pd.DataFrame, everyone: pd.Series | None, result: Estimates, measure: str, words: Words
) -> str:
    if len(rows) == 1:
        only = rows.iloc[0]
        parts = [
            words.text(
                "alt.one",
                measure=measure,
                level=level_name(only, result, words),
                value=value_text(only["estimate"], result, words),
                interval=interval_text(only, result, words),
            )
        ]
    else:
        best, last = (
            rows.iloc[int(rows["estimate"].to_numpy(dtype="float64").argmax())],
            rows.iloc[int(rows["estimate"].to_numpy(dtype="float64").argmin())],
        )
        parts = [
            words.text(
                "alt.segments",
                measure=measure,
                best=level_name(best, result, words),
                best_value=value_text(best["estimate"], result, words),
                best_interval=interval_text(best, result, words),
                last=level_name(last, result, words),
                last_value=value_text(last["estimate"], result, words),
                last_interval=interval_text(last, result, words),
            )
        ]
    if everyone is not None:
        parts.append(words.text("alt.total", value=value_text(everyone["estimate"], result, words)))
    return " ".join(parts)
