"""How strong something unmeasured would have to be, as contours with measured things to compare."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from cxlab.linkage.sensitivity import Sensitivity
from cxlab.report.block import Block
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    MARGIN,
    POINT,
    SECOND,
    SMALL,
    SOFT,
    WIDTH,
    figure_block,
    house_style,
    new_axes,
    set_ticks,
    text_width,
    wrapped,
)
from cxlab.report.label_places import label_places
from cxlab.report.sensitivity_table import robustness_text, sensitivity_table
from cxlab.report.wording import file_name, level_of, paragraphs
from cxlab.report.words import ENGLISH, Words

SIDE = 3.6
LEFT = 0.75
STEPS = 81
NAMED = 5
NEAR = 0.16
"""Inches from a dot to its name beyond which a line leads to it."""
LINES = {
    "kept_half": (SOFT, 1.1, "solid"),
    "interval": (ACCENT, 1.6, (0, (4, 3))),
    "nothing": (INK, 2.2, "solid"),
}


def chart_sensitivity(
    result: Sensitivity, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw where something unmeasured would leave half of an estimate, an interval with 0, or nothing.

    Parameters
    ----------
    result
        What `cxlab.sensitivity` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the score.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. Across stands what it would explain of the score, up what of the outcome; the
        dots are measured covariates, up to five.
    """
    named = title or words.text("revenue.contour_title", score=words.label(result.effect.exposure))
    if result.suppressed:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    shown = result.rows[(result.rows["k"] == 1) & result.rows["possible"]]
    shown = shown.loc[
        shown.assign(size=shown["r2_exposure"] * shown["r2_outcome"])["size"].nlargest(NAMED).index
    ]
    with house_style():
        return figure_block(
            _draw(result, shown, named, words),
            alt=words.text(
                "revenue.alt_contour", title=named, value=words.percent(result.robustness_value, 1)
            ),
            caption=[
                robustness_text(result, words),
                words.text("revenue.contour_caption", level=level_of(1 - result.alpha, words)),
                words.text("revenue.contour_dots") if len(shown) else words.text("revenue.contour_no_dots"),
                *([_names(shown, words)] if len(shown) else []),
            ],
            twin=sensitivity_table(result, unit=unit, words=words),
            name=file_name("sensitivity", result.effect.exposure),
            words=words,
        )


def _names(shown: pd.DataFrame, words: Words) -> str:
    """Return the numbers of the dots with their names, as a sentence."""
    names = [
        f"{words.number(place)} {words.label(name)}" for place, name in enumerate(shown["benchmark"], start=1)
    ]
    return f"{', '.join(names)}."


def _limit(result: Sensitivity, shown: pd.DataFrame) -> float:
    """Return the largest strength that is drawn: what is needed to see every line and dot."""
    most = shown[["r2_exposure", "r2_outcome"]].to_numpy(dtype="float64")
    needed = max(1.9 * result.robustness_value, 1.25 * float(np.nanmax(most, initial=0.0)))
    return float(np.clip(needed, 0.05, 0.95))


def _draw(result: Sensitivity, shown: pd.DataFrame, title: str, words: Words) -> Axes:
    limit = _limit(result, shown)
    across = wrapped(words.text("revenue.contour_across"), WIDTH - LEFT - MARGIN, SMALL)
    up = wrapped(words.text("revenue.contour_up"), WIDTH - 2 * MARGIN, SMALL)
    above = 0.12 + len(up) * SMALL * LEADING * POINT
    axes = new_axes(title, SIDE, left=LEFT, right=0.2, above=above, below=0.3 + 0.19 * len(across))
    axes.set(xlim=(0, limit), ylim=(0, limit))
    _draw_lines(axes, result, limit)
    for axis in (axes.xaxis, axes.yaxis):
        set_ticks(axis, (0, limit), "share", words)
    axes.tick_params(pad=8)  # a dot at 0 covers no label
    axes.set_xlabel("\n".join(across), loc="left")
    figure = axes.get_figure()
    assert figure is not None
    top = axes.get_position().y1 + 0.06 / figure.get_size_inches()[1]  # type: ignore[union-attr]
    figure.text(MARGIN / WIDTH, top, "\n".join(up), size=SMALL, va="bottom", color=SOFT)
    _draw_dots(axes, shown, limit, words)
    return axes


def _draw_lines(axes: Axes, result: Sensitivity, limit: float) -> None:
    grid = result.contour(limit=limit, steps=STEPS)
    side = np.linspace(0, limit, STEPS)
    size = np.sign(result.effect.estimate)
    left = size * grid["estimate"].to_numpy().reshape(STEPS, STEPS).T
    near = size * grid["conf_low" if size > 0 else "conf_high"].to_numpy().reshape(STEPS, STEPS).T
    for name, (colour, width, style) in LINES.items():
        values, at = (
            (near, 0.0) if name == "interval" else (left, 0.0 if name == "nothing" else left[0, 0] / 2)
        )
        if np.nanmin(values) < at < np.nanmax(values):
            axes.contour(
                side, side, values, levels=[at], colors=[colour], linewidths=[width], linestyles=[style]
            )


def _draw_dots(axes: Axes, shown: pd.DataFrame, limit: float, words: Words) -> None:
    if shown.empty:
        return
    room = ((WIDTH - LEFT - 0.2), SIDE)
    points = shown[["r2_exposure", "r2_outcome"]].to_numpy(dtype="float64") / limit * np.array(room)
    names = [[words.number(place)] for place in range(1, len(shown) + 1)]
    sizes = np.array(
        [
            [max(text_width(line, SMALL) for line in lines), len(lines) * SMALL * LEADING * POINT]
            for lines in names
        ]
    )
    corners = label_places(points, sizes, np.zeros((0, 4)), np.zeros((0, 4)), room)
    for lines, point, corner, size in zip(names, points, corners, sizes, strict=True):
        x, y = point / room
        axes.plot(x, y, "D", markersize=7, color=SECOND, transform=axes.transAxes, clip_on=False)
        nearest = np.clip(point, corner, corner + size)
        if float(np.linalg.norm(nearest - point)) > NEAR:
            across, up = (np.array([point, nearest]) / room).T
            axes.plot(across, up, transform=axes.transAxes, color=SOFT, linewidth=0.8, zorder=1)
        middle, centre = (corner + size / 2) / room
        axes.text(
            middle, centre, "\n".join(lines), transform=axes.transAxes, size=SMALL, ha="center", va="center",
            color=INK, linespacing=LEADING, path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip
