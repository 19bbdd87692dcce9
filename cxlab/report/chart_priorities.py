"""Priorities: importance against performance, with the interval of each driver on both axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.drivers.priority_map import PriorityMap
from cxlab.estimate.estimates import Scale, Unit
from cxlab.report.block import Block
from cxlab.report.figure import (
    INK,
    LEADING,
    MARGIN,
    POINT,
    SMALL,
    WIDTH,
    figure_block,
    house_style,
    new_axes,
    set_ticks,
    value_axis,
    wrapped,
)
from cxlab.report.four_fields import CORNERS, FourFields
from cxlab.report.priority_table import priority_table
from cxlab.report.wording import file_name, level_of, listed, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

LEFT, RIGHT, HEIGHT = 0.62, 0.08, 4.3
NAME_WIDTH = 1.35
MOST_NAMES = 12
KEY_WIDTH = (WIDTH - MARGIN) / 2


def chart_priorities(result: PriorityMap, *, words: Words = ENGLISH) -> Block:
    """Draw drivers by performance (to the right) and importance (upwards).

    Parameters
    ----------
    result
        What `cxlab.priority_map` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. A hollow dot marks a driver whose field is less certain than the confidence
        level. More than twelve drivers bear numbers, which a list under the axes explains. Where there is
        nothing to draw, a sentence that says so.
    """
    shown = result.rows[~result.rows["suppressed"]]
    title = words.text("drivers.priorities_title", outcome=words.label(result.outcome))
    if shown.empty:
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    unsure = (shown["probability"].fillna(0) < result.conf_level).any()
    notes = [
        words.text(
            "drivers.priorities_caption",
            level=level,
            outcome=words.label(result.outcome),
            weighting=weighting_of_figures(result.weighting, words),
            answers=words.plural("count.answers", result.n),
        ),
        words.text("drivers.kept_complete", share=words.percent(result.kept)),
        words.text(f"drivers.cut_{'mean' if result.cut == ('mean', 'mean') else 'declared'}"),
        words.text("chart.unsure", level=level) if unsure else "",
        _disagreement(shown, words),
    ]
    with house_style():
        return figure_block(
            _draw(shown, result, title, words),
            alt=_alt(shown, words),
            caption=[note for note in notes if note],
            twin=priority_table(result, words=words),
            name=file_name("priorities", result.outcome),
            words=words,
        )


def _disagreement(shown: pd.DataFrame, words: Words) -> str:
    if "stated" not in shown:
        return ""
    apart = shown[shown["disagrees"].astype("bool")]
    if apart.empty:
        return words.text("drivers.stated_agrees")
    more = [words.label(name) for name in apart.loc[apart["rank_gap"] > 0, "driver"]]
    less = [words.label(name) for name in apart.loc[apart["rank_gap"] < 0, "driver"]]
    said = [words.text("drivers.stated_more", drivers=listed(more, words))] if more else []
    said += [words.text("drivers.stated_less", drivers=listed(less, words))] if less else []
    return " ".join(said)


def _draw(shown: pd.DataFrame, result: PriorityMap, title: str, words: Words) -> Axes:
    labels = [words.label(name) for name in shown["driver"]]
    numbered = len(labels) > MOST_NAMES
    key = _key(labels) if numbered else []
    below = 0.52 + (2 * MARGIN + max(map(len, key)) * SMALL * LEADING * POINT if key else 0)
    axes = new_axes(title, HEIGHT, left=LEFT, right=RIGHT, above=0.05, below=below)
    lines = (result.cut_performance, result.cut_importance)
    x, y = (
        shown[[side, f"{side}_conf_low", f"{side}_conf_high"]].to_numpy(dtype="float64")
        for side in ("performance", "importance")
    )
    ends = (_ends(x, lines[0], "points"), _ends(y, lines[1], "share"))
    set_ticks(axes.xaxis, ends[0], "points", words)
    set_ticks(axes.yaxis, ends[1], "share", words)
    axes.xaxis.set_label_text(words.text("drivers.performance_axis"))
    axes.yaxis.set_label_text(words.text("drivers.importance_axis"))
    axes.set(xlim=ends[0], ylim=ends[1])
    names = [[str(at + 1)] if numbered else wrapped(label, NAME_WIDTH) for at, label in enumerate(labels)]
    sure = (shown["probability"].fillna(0) >= result.conf_level).to_numpy(dtype="bool")
    room = (WIDTH - LEFT - RIGHT, HEIGHT)
    FourFields(x, y, sure, names, lines, ends, room).draw(axes, words)
    _draw_key(axes, key)
    return axes


def _key(labels: Sequence[str]) -> list[list[str]]:
    """Return the lines of two columns that say which driver a number stands for."""
    blocks = []
    for number, label in enumerate(labels, start=1):
        first, *more = wrapped(f"{number}  {label}", KEY_WIDTH - 4 * MARGIN, SMALL)
        blocks.append([first, *(f"     {line}" for line in more)])
    half = (len(blocks) + 1) // 2
    return [[line for block in part for line in block] for part in (blocks[:half], blocks[half:])]


def _draw_key(axes: Axes, key: Sequence[Sequence[str]]) -> None:
    figure = axes.figure
    for place, column in enumerate(key):
        padded = [*column, *[""] * (max(map(len, key)) - len(column))]
        x, y = (MARGIN + place * KEY_WIDTH) / WIDTH, MARGIN * figure.dpi / figure.bbox.height
        figure.text(x, y, "\n".join(padded), size=SMALL, color=INK, va="bottom", linespacing=LEADING)


def _ends(values: np.ndarray, cut: float, unit: Unit) -> Scale:
    every = np.append(values.ravel(), cut)
    low, high = value_axis(float(np.nanmin(every)), float(np.nanmax(every)), unit, None)
    # Names and the fields' own names need air that no figure asks for.
    return low - 0.1 * (high - low), high + 0.12 * (high - low)


def _alt(shown: pd.DataFrame, words: Words) -> str:
    parts = []
    for quadrant in CORNERS:
        names = [words.label(name) for name in shown.loc[shown["quadrant"] == quadrant, "driver"]]
        if names:
            parts.append(f"{words.text(f'quadrant.{quadrant}')}: {listed(names, words)}.")
    return words.text("drivers.priorities_alt", parts=" ".join(parts))
