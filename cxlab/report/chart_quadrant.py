"""Importance against satisfaction: four fields, with the interval of each attribute on both axes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates, Scale
from cxlab.measure.importance_satisfaction import ImportanceSatisfaction
from cxlab.report.block import Block
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    LINE,
    POINT,
    SMALL,
    SOFT,
    TEXT,
    WIDTH,
    figure_block,
    house_style,
    new_axes,
    set_ticks,
    text_width,
    value_axis,
    wrapped,
)
from cxlab.report.label_places import label_places
from cxlab.report.quadrant_table import quadrant_table
from cxlab.report.wording import (
    caption_of,
    file_name,
    hidden_notes,
    level_name,
    listed,
    paragraphs,
    shown_rows,
    unit_text,
)
from cxlab.report.words import ENGLISH, Words

Floats = npt.NDArray[np.float64]
LEFT, RIGHT, HEIGHT = 0.62, 0.08, 4.3
NAME_WIDTH = 1.35
CORNERS = {
    "concentrate_here": (0.0, 1.0),
    "keep_up": (1.0, 1.0),
    "low_priority": (0.0, 0.0),
    "possible_overkill": (1.0, 0.0),
}


def chart_quadrant(result: ImportanceSatisfaction, *, words: Words = ENGLISH) -> Block:
    """Draw attributes by satisfaction (to the right) and importance (upwards).

    Parameters
    ----------
    result
        What `cxlab.importance_satisfaction` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. A hollow dot marks an attribute whose field is less certain than the
        confidence level. Where there is nothing to draw, a sentence that says so.
    """
    shown = result.quadrants[result.quadrants["quadrant"] != ""]
    title = words.text("chart.quadrant_title")
    importance = result.importance
    if shown.empty:
        sentence = words.text("chart.empty", measure=title)
        return Block(paragraphs(sentence, *hidden_notes(importance, words)), importance.min_base)
    unsure = (shown["probability"].fillna(0) < importance.conf_level).any()
    notes = [
        words.text(f"chart.cut_{result.cut}"),
        words.text("chart.unsure", level=words.percent(importance.conf_level)) if unsure else "",
        *hidden_notes(importance, words),
    ]
    with house_style():
        return figure_block(
            _draw(result, shown, title, words),
            alt=_alt(result, shown, words),
            caption=caption_of(_both(result), *notes, words=words, interval="chart.interval"),
            twin=quadrant_table(result, words=words),
            name=file_name("quadrants", result.cut),
            words=words,
        )


def _both(result: ImportanceSatisfaction) -> Estimates:
    """Return the axis with the smaller bases: the caption states what the chart stands on at least."""
    axes = (result.importance, result.satisfaction)
    return min(axes, key=lambda axis: shown_rows(axis)["n"].min())


def _draw(result: ImportanceSatisfaction, shown: pd.DataFrame, title: str, words: Words) -> Axes:
    axes = new_axes(title, HEIGHT, left=LEFT, right=RIGHT, above=0.05, below=0.52)
    room = (WIDTH - LEFT - RIGHT, HEIGHT)
    ends = []
    for axis, estimates in ((axes.xaxis, result.satisfaction), (axes.yaxis, result.importance)):
        cut = result.cut_satisfaction if estimates is result.satisfaction else result.cut_importance
        ends.append(_ends(estimates, shown.index, cut))
        set_ticks(axis, ends[-1], "score", words)
        unit = f"{words.label(estimates.outcome)}, {unit_text(estimates, words)}"
        axis.set_label_text(unit)
    axes.set(xlim=ends[0], ylim=ends[1])
    axes.grid(False)
    axes.axvline(result.cut_satisfaction, color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
    axes.axhline(result.cut_importance, color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
    _draw_frame(axes)
    fields = _draw_fields(axes, room, words)
    x, y = (
        estimates.rows.loc[shown.index, ["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64")
        for estimates in (result.satisfaction, result.importance)
    )
    for (_, row), across, up in zip(shown.iterrows(), x, y, strict=True):
        axes.plot(across[1:], [up[0], up[0]], color=ACCENT, linewidth=1.8, solid_capstyle="butt")
        axes.plot([across[0], across[0]], up[1:], color=ACCENT, linewidth=1.8, solid_capstyle="butt")
        sure = row["probability"] >= result.importance.conf_level
        face = ACCENT if sure else "white"
        axes.plot(
            across[0], up[0], "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8
        )
    lines = (result.cut_satisfaction, result.cut_importance)
    names = [
        wrapped(level_name(row, result.importance, words), NAME_WIDTH)
        for _, row in result.importance.rows.loc[shown.index].iterrows()
    ]
    _draw_names(axes, names, (x, y), (ends[0], ends[1]), lines, fields, room)
    return axes


def _ends(estimates: Estimates, places: pd.Index, cut: float) -> Scale:
    figures = estimates.rows.loc[places, ["estimate", "conf_low", "conf_high"]]
    values = np.append(figures.to_numpy(dtype="float64").ravel(), cut)
    low, high = value_axis(float(np.nanmin(values)), float(np.nanmax(values)), "score", None)
    # Names and the fields' own names need air that no figure asks for.
    return low - 0.1 * (high - low), high + 0.12 * (high - low)


def _draw_frame(axes: Axes) -> None:
    for x, y in (([0, 1], [0, 0]), ([0, 1], [1, 1]), ([0, 0], [0, 1]), ([1, 1], [0, 1])):
        axes.plot(x, y, transform=axes.transAxes, color=LINE, linewidth=1, clip_on=False)


def _draw_fields(axes: Axes, room: tuple[float, float], words: Words) -> Floats:
    """Name the four fields in their corners; return the boxes of the names in inches."""
    boxes = []
    for quadrant, (right, up) in CORNERS.items():
        name = words.text(f"quadrant.{quadrant}")
        width, height = text_width(name, SMALL, bold=True), SMALL * LEADING * POINT
        x = room[0] - 0.08 - width if right else 0.08
        y = room[1] - 0.06 - height if up else 0.06
        axes.text(
            x / room[0], y / room[1], name, transform=axes.transAxes, size=SMALL, weight="bold", color=SOFT,
            va="bottom",
        )  # fmt: skip
        boxes.append([x - 0.05, y - 0.03, x + width + 0.05, y + height + 0.03])
    return np.array(boxes)


def _draw_names(
    axes: Axes,
    names: list[list[str]],
    figures: tuple[Floats, Floats],
    ends: tuple[Scale, Scale],
    lines: tuple[float, float],
    fields: Floats,
    room: tuple[float, float],
) -> None:
    x, y = (_inches(*each) for each in zip(figures, ends, room, strict=True))
    cuts = [float(_inches(np.array(each[0]), *each[1:])) for each in zip(lines, ends, room, strict=True)]
    thin = _lines(x, y, cuts, room)
    sizes = np.array(
        [[max(text_width(line) for line in lines), len(lines) * TEXT * LEADING * POINT] for lines in names]
    )
    points = np.column_stack([x[:, 0], y[:, 0]])
    corners = label_places(points, sizes, fields, thin, room)
    for text, corner, size, point in zip(names, corners, sizes, points, strict=True):
        nearest = np.clip(point, corner, corner + size)
        if np.linalg.norm(nearest - point) > 0.16:
            across, up = (np.array([point, nearest]) / room).T
            axes.plot(across, up, transform=axes.transAxes, color=SOFT, linewidth=0.8, zorder=1)
        middle, centre = (corner + size / 2) / room
        axes.text(
            middle, centre, "\n".join(text), transform=axes.transAxes, size=TEXT, color=INK, ha="center",
            va="center", linespacing=LEADING,
        )  # fmt: skip


def _inches(values: Floats, ends: Scale, inches: float) -> Floats:
    """Return where values stand on an axis, in inches from its start."""
    return np.asarray((values - ends[0]) / (ends[1] - ends[0]) * inches)


def _lines(x: Floats, y: Floats, cuts: list[float], room: tuple[float, float]) -> Floats:
    """Return the boxes of the intervals and of the two dashed lines, in inches."""
    half = 0.03
    boxes = np.vstack(
        [
            np.column_stack([x[:, 1], y[:, 0] - half, x[:, 2], y[:, 0] + half]),
            np.column_stack([x[:, 0] - half, y[:, 1], x[:, 0] + half, y[:, 2]]),
            [[cuts[0] - half, 0, cuts[0] + half, room[1]], [0, cuts[1] - half, room[0], cuts[1] + half]],
        ]
    )
    # A single answer has no interval, and so no box.
    return boxes[np.isfinite(boxes).all(axis=1)]


def _alt(result: ImportanceSatisfaction, shown: pd.DataFrame, words: Words) -> str:
    parts = []
    for quadrant in CORNERS:
        places = shown.index[shown["quadrant"] == quadrant]
        if len(places):
            rows = result.importance.rows.loc[places]
            names = [level_name(row, result.importance, words) for _, row in rows.iterrows()]
            parts.append(f"{words.text(f'quadrant.{quadrant}')}: {listed(names, words)}.")
    return words.text("alt.quadrants", parts=" ".join(parts))
