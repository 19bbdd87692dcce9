"""What customers want and what they find: two dots for each attribute, the largest gap first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates, Scale
from cxlab.measure.gap import Gaps
from cxlab.report.block import Block
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
    shows_whole,
    text_width,
    value_axis,
    wrapped,
)
from cxlab.report.gap_table import gap_table, signed
from cxlab.report.row_end import RowEnd
from cxlab.report.wording import (
    SMALL_BASE,
    caption_of,
    file_name,
    hidden_notes,
    interval_text,
    is_small,
    level_name,
    measure_by,
    paragraphs,
    shown_rows,
    unit_text,
)
from cxlab.report.words import ENGLISH, Words

WANTED = "#b35900"
"""Okabe and Ito's vermilion, darkened; the two also differ in their marks and stand on two lines."""
LEFT = 1.6
GAP = 0.15
ROW = 0.54
APART = 0.1


def chart_gap(gaps: Gaps, *, words: Words = ENGLISH) -> Block:
    """Draw importance, or expectation, and satisfaction of each attribute with their intervals.

    Parameters
    ----------
    gaps
        What `cxlab.gap` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the gap and its interval stand beside each row. Where there is nothing to
        draw, a sentence that says so.
    """
    gap = gaps.gap
    shown = shown_rows(gap, "estimate")
    if shown.empty:
        sentence = words.text("chart.empty", measure=measure_by(gap, words))
        return Block(paragraphs(sentence, *hidden_notes(gap, words)), gap.min_base)
    ends = _ends(gaps, shown.index)
    small = [level_name(row, gap, words) for _, row in shown.iterrows() if is_small(row)]
    notes = [
        rescaling_text(gaps, words),
        words.text("chart.small_base_text", n=SMALL_BASE, levels=", ".join(small)) if small else "",
        *hidden_notes(gap, words),
        "" if shows_whole(ends, "score", gaps.satisfaction.scale) else words.text("chart.axis_cut"),
    ]
    with house_style():
        return figure_block(
            _draw(gaps, shown, ends, words),
            alt=_alt(gaps, shown, words),
            caption=caption_of(gap, *notes, words=words, interval="chart.interval_gap"),
            twin=gap_table(gaps, words=words),
            name=file_name("gap", gaps.wanted.outcome),
            words=words,
        )


def rescaling_text(gaps: Gaps, words: Words) -> str:
    """Return how unequal scales were made one; empty where they were equal."""
    if gaps.rescale is None:
        return ""
    own, found = (f"{words.number(low)}–{words.number(high)}" for low, high in gaps.scales)
    return words.text(f"index.{gaps.rescale}", wanted=words.label(gaps.wanted.outcome), own=own, found=found)


def _ends(gaps: Gaps, places: pd.Index) -> Scale:
    columns = ["estimate", "conf_low", "conf_high"]
    values = [result.rows.loc[places, columns] for result in (gaps.wanted, gaps.satisfaction)]
    array = pd.concat(values).to_numpy(dtype="float64")
    return value_axis(float(np.nanmin(array)), float(np.nanmax(array)), "score", gaps.satisfaction.scale)


def _draw(gaps: Gaps, shown: pd.DataFrame, ends: Scale, words: Words) -> Axes:
    gap = gaps.gap
    labels = [wrapped(level_name(row, gap, words), LEFT - 0.15 - MARGIN) for _, row in shown.iterrows()]
    *centres, height = row_centres(labels, ROW)
    row_ends = [_row_end(row, gap, words) for _, row in shown.iterrows()]
    right = GAP + max(end.width for end in row_ends) + MARGIN
    unit = wrapped(unit_text(gaps.satisfaction, words), WIDTH - LEFT - MARGIN, SMALL)
    title = words.text("chart.gap_title", wanted=words.label(gaps.wanted.outcome))
    below = 0.3 + len(unit) * SMALL * LEADING * POINT
    axes = new_axes(title, height, left=LEFT, right=right, above=0.32, below=below)
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, "score", words)
    axes.set_xlabel("\n".join(unit), loc="left")
    _draw_legend(axes, gaps, right, ends, words)
    for place, lines, end, y in zip(shown.index, labels, row_ends, centres, strict=True):
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        _draw_pair(axes, gaps, place, y)
        end.draw(axes, WIDTH - right + GAP, y)
    return axes


def _draw_pair(axes: Axes, gaps: Gaps, place: int, y: float) -> None:
    """Draw the two means on two lines, so that their intervals never cover each other."""
    wanted, found = (result.rows.iloc[place] for result in (gaps.wanted, gaps.satisfaction))
    axes.plot(
        [wanted["estimate"], found["estimate"]], [y - APART, y + APART], color=LINE, linewidth=1.4, zorder=1
    )
    for row, up, mark, colour in ((wanted, -APART, "D", WANTED), (found, APART, "o", ACCENT)):
        interval = [row["conf_low"], row["conf_high"]]
        axes.plot(interval, [y + up, y + up], color=colour, linewidth=2.2, solid_capstyle="butt")
        size = 6.5 if mark == "D" else 7.5
        axes.plot(row["estimate"], y + up, mark, markersize=size, color=colour)


def _draw_legend(axes: Axes, gaps: Gaps, right: float, ends: Scale, words: Words) -> None:
    """Name the marks above the rows, and the figures beside them."""
    inches = WIDTH - LEFT - right
    x = LEFT
    for outcome, mark, colour in ((gaps.wanted.outcome, "D", WANTED), ("satisfaction", "o", ACCENT)):
        place = ends[0] + (x + 0.06 - LEFT) / inches * (ends[1] - ends[0])
        axes.plot(place, -0.14, mark, markersize=6.5, color=colour, clip_on=False)
        name = words.label(outcome)
        beside(axes, x + 0.18, -0.14, name, size=SMALL, color=INK)
        x += text_width(name, SMALL) + 0.34
    beside(axes, WIDTH - right + GAP, -0.14, words.text("table.gap"), size=SMALL, weight="bold")


def _row_end(row: pd.Series, gap: Estimates, words: Words) -> RowEnd:
    base = f"n {words.number(row['n'])}"
    return RowEnd(signed(row["estimate"], words), base, f"({interval_text(row, gap, words)})")


def _alt(gaps: Gaps, shown: pd.DataFrame, words: Words) -> str:
    rows = shown if len(shown) < 3 else shown.iloc[[0, -1]]
    parts = [
        words.text(
            "alt.gap_part",
            level=level_name(row, gaps.gap, words),
            wanted=words.label(gaps.wanted.outcome),
            wanted_mean=words.figure(gaps.wanted.rows.iloc[place]["estimate"], "score"),
            satisfaction_mean=words.figure(gaps.satisfaction.rows.iloc[place]["estimate"], "score"),
            gap=signed(row["estimate"], words),
            interval=interval_text(row, gaps.gap, words),
        )
        for place, (_, row) in zip(rows.index, rows.iterrows(), strict=True)
    ]
    return words.text("alt.gap", measure=measure_by(gaps.gap, words), parts=" ".join(parts))
