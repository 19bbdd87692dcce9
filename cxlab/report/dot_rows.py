"""Rows of a chart: a name, a dot with its interval, and the figure at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Scale, Unit
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    MARGIN,
    WIDTH,
    beside,
    new_axes,
    row_centres,
    set_ticks,
    wrapped,
)
from cxlab.report.row_end import RowEnd
from cxlab.report.words import Words

LEFT = 1.9
GAP = 0.14
ROW = 0.5
LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class DotRow:
    """One row.

    Parameters
    ----------
    name
        What it is of.
    value, low, high
        Dot and ends of its line; NaN ends where there is none.
    end
        Texts at its end.
    wide_low, wide_high
        Ends of a thinner line.
    hollow
        Whether the dot is hollow.
    """

    name: str
    value: float
    low: float
    high: float
    end: RowEnd
    wide_low: float = float("nan")
    wide_high: float = float("nan")
    hollow: bool = False


def draw_dot_rows(
    rows: Sequence[DotRow], *, title: str, axis: str, unit: Unit, whole: Scale, words: Words
) -> Axes:
    """Return axes with one row each, from 0 on.

    Parameters
    ----------
    rows
        At least one.
    title, axis
        Title of the chart, and what its axis counts.
    unit
        Unit of the axis.
    whole
        Least and greatest figure there can be.
    """
    ends = _ends(rows, whole)
    labels = [wrapped(row.name, LEFT - MARGIN - 0.12) for row in rows]
    *centres, height = row_centres(labels, ROW)
    end = max(row.end.width for row in rows)
    named = wrapped(axis, WIDTH - LEFT - MARGIN)
    axes = new_axes(
        title, height, left=LEFT, right=MARGIN + end + GAP, above=0.06, below=0.3 + 0.19 * len(named)
    )
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, unit, words, most=3)
    axes.set_xlabel("\n".join(named), loc="left")
    axes.axvline(0, color=INK, linewidth=1.4, zorder=1)
    for row, lines, y in zip(rows, labels, centres, strict=True):
        axes.plot([row.wide_low, row.wide_high], [y, y], color=ACCENT, linewidth=1.1, solid_capstyle="butt")
        axes.plot([row.low, row.high], [y, y], color=ACCENT, linewidth=3, solid_capstyle="butt")
        face = "white" if row.hollow else ACCENT
        axes.plot(row.value, y, "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8)
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        row.end.draw(axes, WIDTH - MARGIN - end, y)
    return axes


def _ends(rows: Sequence[DotRow], whole: Scale) -> Scale:
    figures = [[row.value, row.low, row.high, row.wide_low, row.wide_high] for row in rows]
    values = np.append(np.array(figures).ravel(), 0.0)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    air = max(0.06 * (high - low), LEAST)
    return max(low - air, whole[0] - air), min(high + air, whole[1] + air)
