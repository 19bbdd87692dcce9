"""Importance against satisfaction: four fields, with the interval of each attribute on both axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates, Scale
from cxlab.measure.importance_satisfaction import ImportanceSatisfaction
from cxlab.report.block import Block
from cxlab.report.figure import (
    WIDTH,
    figure_block,
    house_style,
    new_axes,
    set_ticks,
    value_axis,
    wrapped,
)
from cxlab.report.four_fields import CORNERS, FourFields
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

LEFT, RIGHT, HEIGHT = 0.62, 0.08, 4.3
NAME_WIDTH = 1.35


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
    x, y = (
        estimates.rows.loc[shown.index, ["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64")
        for estimates in (result.satisfaction, result.importance)
    )
    sure = (shown["probability"] >= result.importance.conf_level).to_numpy(dtype="bool")
    names = [
        wrapped(level_name(row, result.importance, words), NAME_WIDTH)
        for _, row in result.importance.rows.loc[shown.index].iterrows()
    ]
    lines = (result.cut_satisfaction, result.cut_importance)
    FourFields(x, y, sure, names, lines, (ends[0], ends[1]), room).draw(axes, words)
    return axes


def _ends(estimates: Estimates, places: pd.Index, cut: float) -> Scale:
    figures = estimates.rows.loc[places, ["estimate", "conf_low", "conf_high"]]
    values = np.append(figures.to_numpy(dtype="float64").ravel(), cut)
    low, high = value_axis(float(np.nanmin(values)), float(np.nanmax(values)), "score", None)
    # Names and the fields' own names need air that no figure asks for.
    return low - 0.1 * (high - low), high + 0.12 * (high - low)


def _alt(result: ImportanceSatisfaction, shown: pd.DataFrame, words: Words) -> str:
    parts = []
    for quadrant in CORNERS:
        places = shown.index[shown["quadrant"] == quadrant]
        if len(places):
            rows = result.importance.rows.loc[places]
            names = [level_name(row, result.importance, words) for _, row in rows.iterrows()]
            parts.append(f"{words.text(f'quadrant.{quadrant}')}: {listed(names, words)}.")
    return words.text("alt.quadrants", parts=" ".join(parts))
