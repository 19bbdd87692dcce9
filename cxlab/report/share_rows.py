"""Shares of rows as dots with intervals, and beside them what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from cxlab.report.figure import (
    ACCENT,
    LEADING,
    LINE,
    MARGIN,
    SECOND,
    WIDTH,
    beside,
    new_axes,
    row_centres,
    set_ticks,
    value_axis,
    wrapped,
)
from cxlab.report.row_end import RowEnd
from cxlab.report.words import Words

LEFT = 1.75
GAP = 0.14
ROW = 0.5


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One row.

    Parameters
    ----------
    name
        What it is of.
    share, low, high
        Share of 0–1 and the ends of its interval.
    end
        Texts at its end.
    came
        Share that came; NaN where that is not shown.
    apart
        Whether it stands apart from the rows under it, as a total does.
    """

    name: str
    share: float
    low: float
    high: float
    end: RowEnd
    came: float = float("nan")
    apart: bool = False


def draw_share_rows(rows: Sequence[ShareRow], title: str, axis: str, words: Words) -> Axes:
    """Return axes with a row for each share.

    Parameters
    ----------
    rows
        At least one.
    title, axis
        Title, and what the axis counts.
    words
        Words of the report.
    """
    figures = np.array([[row.share, row.low, row.high, row.came] for row in rows])
    ends = value_axis(float(np.nanmin(figures)), float(np.nanmax(figures)), "share", None)
    labels = [wrapped(row.name, LEFT - MARGIN - 0.1) for row in rows]
    *centres, height = row_centres(labels, ROW)
    end = max(row.end.width for row in rows)
    below = wrapped(axis, WIDTH - LEFT - MARGIN)
    axes = new_axes(
        title, height, left=LEFT, right=MARGIN + end + GAP, above=0.06, below=0.3 + 0.19 * len(below)
    )
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, "share", words, most=3)
    axes.set_xlabel("\n".join(below), loc="left")
    for row, lines, y in zip(rows, labels, centres, strict=True):
        _draw_row(axes, row, y)
        if row.apart:
            axes.axhline(y + max(ROW, 0.19 * len(lines) + 0.12) / 2, color=LINE, linewidth=1.4)
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        row.end.draw(axes, WIDTH - MARGIN - end, y)
    return axes


def _draw_row(axes: Axes, row: ShareRow, y: float) -> None:
    axes.plot([row.low, row.high], [y, y], color=ACCENT, linewidth=2.2, solid_capstyle="butt")
    axes.plot(row.share, y, "o", markersize=8, color=ACCENT, markeredgewidth=1.8)
    if np.isfinite(row.came):
        axes.plot(row.came, y, "D", markersize=8, color=SECOND, markerfacecolor="white", markeredgewidth=2)
