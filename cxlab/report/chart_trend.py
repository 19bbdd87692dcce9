"""Waves in their order: a line with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates, Scale
from cxlab.report.block import Block
from cxlab.report.estimates_table import estimates_table
from cxlab.report.figure import (
    ACCENT,
    LEADING,
    MARGIN,
    POINT,
    SMALL,
    SOFT,
    TEXT,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    set_ticks,
    shows_whole,
    text_width,
    value_axis,
)
from cxlab.report.wording import (
    SMALL_BASE,
    all_rows,
    caption_of,
    file_name,
    has_interval,
    hidden_notes,
    interval_text,
    is_small,
    level_name,
    measure_name,
    ordered,
    paragraphs,
    shown_rows,
    unit_text,
    value_text,
)
from cxlab.report.words import ENGLISH, Words

LEFT = 0.62
RIGHT = 0.2
HEIGHT = 2.6


def chart_trend(result: Estimates, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw a result by wave as points with intervals, joined by a line.

    Parameters
    ----------
    result
        A result by `wave`, after `suppress`.
    title
        Title of the chart; None names the measure.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. A wave without a figure leaves a gap. Where none has one, a sentence that
        says so.
    """
    rows = ordered(all_rows(result), result, "level")
    measure = title or words.text("measure.by_wave", measure=measure_name(result, words))
    shown = shown_rows(result, "level")
    if shown.empty:
        sentence = words.text("chart.empty", measure=measure)
        return Block(paragraphs(sentence, *hidden_notes(result, words)), result.min_base)
    values = shown[["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64")
    ends = value_axis(float(np.nanmin(values)), float(np.nanmax(values)), result.unit, result.scale)
    notes = [
        words.text("chart.small_base", n=SMALL_BASE)
        if any(is_small(row) for _, row in shown.iterrows())
        else "",
        *hidden_notes(result, words),
        "" if shows_whole(ends, result.unit, result.scale) else words.text("chart.axis_cut"),
    ]
    with house_style():
        return figure_block(
            _draw(rows, ends, result, measure, words),
            alt=_alt(shown, result, measure, words),
            caption=caption_of(result, *notes, words=words, interval="chart.interval"),
            twin=estimates_table(result, order="level", words=words),
            name=file_name("trend", result.metric, result.outcome, *result.by),
            words=words,
        )


def _draw(rows: pd.DataFrame, ends: Scale, result: Estimates, title: str, words: Words) -> Axes:
    names = [level_name(row, result, words) for _, row in rows.iterrows()]
    bases = [f"n {words.number(n)}" if pd.notna(n) else "–" for n in rows["n"]]
    slot = (WIDTH - LEFT - RIGHT) / max(len(rows), 2)
    upright = max(text_width(text, SMALL) for text in (*names, *bases)) + 0.1 > slot
    labels = [
        f"{name}  {base}" if upright else f"{name}\n{base}" for name, base in zip(names, bases, strict=True)
    ]
    room = max(text_width(text, SMALL) for text in labels) if upright else 2 * SMALL * LEADING * POINT
    axes = new_axes(title, HEIGHT, left=LEFT, right=RIGHT, above=0.3, below=room + 0.22)
    margin = 0.5 if len(rows) > 1 else 1.0
    # The values above the points need some air.
    axes.set(xlim=(-margin, len(rows) - 1 + margin), ylim=(ends[0], ends[1] + 0.08 * (ends[1] - ends[0])))
    axes.grid(False, axis="x")
    axes.set_xticks(range(len(rows)), labels, rotation=90 if upright else 0, linespacing=LEADING)
    set_ticks(axes.yaxis, ends, result.unit, words)
    top = axes.get_ylim()[1]
    beside(axes, MARGIN, top, unit_text(result, words), size=SMALL, color=SOFT, va="bottom")
    _draw_points(axes, rows, result)
    for place in _labelled(rows, slot, result, words):
        _draw_value(axes, place, rows.iloc[place], result, words)
    return axes


def _draw_points(axes: Axes, rows: pd.DataFrame, result: Estimates) -> None:
    places = np.arange(len(rows))
    axes.plot(places, rows["estimate"].to_numpy(dtype="float64"), color=ACCENT, linewidth=1.6, zorder=2)
    for place, (_, row) in zip(places, rows.iterrows(), strict=True):
        if pd.isna(row["estimate"]):
            continue
        ends = [row["conf_low"], row["conf_high"]]
        axes.plot([place, place], ends, color=ACCENT, alpha=0.45, linewidth=5, solid_capstyle="butt")
        face = "white" if is_small(row) else ACCENT
        axes.plot(
            place, row["estimate"], "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8
        )


def _draw_value(axes: Axes, place: int, row: pd.Series, result: Estimates, words: Words) -> None:
    top = row["conf_high"] if has_interval(row) else row["estimate"]
    axes.annotate(
        words.figure(row["estimate"], result.unit),
        (place, top),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        va="bottom",
        weight="bold",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
    )


def _labelled(rows: pd.DataFrame, slot: float, result: Estimates, words: Words) -> list[int]:
    """Return the waves whose value has room above its point: all, else first, last, highest and lowest."""
    values = rows["estimate"].astype("float64").reset_index(drop=True)
    known = values.dropna()
    widest = max(text_width(words.figure(value, result.unit), TEXT, bold=True) for value in known)
    if widest + 0.06 <= slot:
        return [int(place) for place in known.index]
    chosen: list[int] = []
    figures = known.to_numpy()
    places = [int(place) for place in known.index]
    for place in (places[-1], places[0], places[figures.argmax()], places[figures.argmin()]):
        if all(abs(place - other) * slot >= widest + 0.06 for other in chosen):
            chosen.append(place)
    return sorted(chosen)


def _alt(rows: pd.DataFrame, result: Estimates, measure: str, words: Words) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    best, low = (
        rows.iloc[int(rows["estimate"].to_numpy(dtype="float64").argmax())],
        rows.iloc[int(rows["estimate"].to_numpy(dtype="float64").argmin())],
    )
    return words.text(
        "alt.trend",
        measure=measure,
        first=level_name(first, result, words),
        first_value=value_text(first["estimate"], result, words),
        first_interval=interval_text(first, result, words),
        last=level_name(last, result, words),
        last_value=value_text(last["estimate"], result, words),
        last_interval=interval_text(last, result, words),
        best=level_name(best, result, words),
        best_value=value_text(best["estimate"], result, words),
        low=level_name(low, result, words),
        low_value=value_text(low["estimate"], result, words),
    )
