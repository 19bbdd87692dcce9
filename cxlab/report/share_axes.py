"""Axes on which both sides are shares: what a score promised, and what came."""

from __future__ import annotations

from matplotlib.axes import Axes

from cxlab.report.figure import MARGIN, SMALL, SOFT, WIDTH, new_axes, set_ticks, wrapped
from cxlab.report.words import Words

HEIGHT = 2.9


def share_axes(
    title: str, across: str, up: str, ends: tuple[float, float], words: Words, *, most: int = 5
) -> Axes:
    """Return axes for shares, up to `ends` across and up; `up` stands above them.

    Parameters
    ----------
    title, across, up
        Title of the chart, and what its axes count.
    ends
        Greatest share across and up.
    words
        Words of the report.
    most
        Ticks at most.
    """
    named, below = wrapped(up, WIDTH - 2 * MARGIN, SMALL), wrapped(across, WIDTH - 1.0, SMALL)
    axes = new_axes(
        title, HEIGHT, left=0.75, right=0.3, above=0.12 + 0.19 * len(named), below=0.3 + 0.19 * len(below)
    )
    limits = [(-0.02 * end, 1.04 * end) for end in ends]
    axes.set(xlim=limits[0], ylim=limits[1])
    set_ticks(axes.xaxis, limits[0], "share", words, most)
    set_ticks(axes.yaxis, limits[1], "share", words, most)
    axes.set_xlabel("\n".join(below), loc="left")
    write_above(axes, named)
    return axes


def write_above(axes: Axes, lines: list[str]) -> None:
    """Write what the axis going up counts, above the axes."""
    figure = axes.get_figure()
    assert figure is not None
    top = axes.get_position().y1 + 0.06 / figure.get_size_inches()[1]  # type: ignore[union-attr]
    figure.text(MARGIN / WIDTH, top, "\n".join(lines), size=SMALL, va="bottom", color=SOFT)
