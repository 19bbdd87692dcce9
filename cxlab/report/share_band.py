"""A share along an axis: a line within its band, and the shares that were seen as dots with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from cxlab.report.figure import (
    ACCENT,
    MARGIN,
    SECOND,
    SMALL,
    SOFT,
    WIDTH,
    new_axes,
    set_ticks,
    value_axis,
    wrapped,
)
from cxlab.report.words import Words

Floats = npt.NDArray[np.float64]
HEIGHT = 2.6
AIR = 0.04


@dataclass(frozen=True, slots=True, eq=False)
class ShareBand:
    """What is drawn.

    Parameters
    ----------
    x, y
        Places, shape (k,), and share, lower and upper end at each, shape (k, 3).
    seen_x, seen
        The same of what was seen, shapes (m,) and (m, 3); ends that are NaN are not drawn.
    whole
        Whether places are whole numbers, each with a tick of its own.
    """

    x: Floats
    y: Floats
    seen_x: Floats
    seen: Floats
    whole: bool

    def draw(self, title: str, across: str, up: str, words: Words) -> Axes:
        """Return axes with line, band and dots; `up` says what the shares are of, above the axes."""
        values = np.concatenate([self.y.ravel(), self.seen.ravel()])
        low, high = value_axis(float(np.nanmin(values)), float(np.nanmax(values)), "share", None)
        named, below = wrapped(up, WIDTH - 2 * MARGIN, SMALL), wrapped(across, WIDTH - 1.0, SMALL)
        axes = new_axes(
            title, HEIGHT, left=0.7, right=0.2, above=0.12 + 0.19 * len(named), below=0.3 + 0.19 * len(below)
        )
        places = np.concatenate([self.x, self.seen_x])
        air = AIR * float(places.max() - places.min())
        ends = (float(places.min()) - air, float(places.max()) + air)
        axes.set(xlim=ends, ylim=(low, high))
        axes.fill_between(self.x, self.y[:, 1], self.y[:, 2], color=ACCENT, alpha=0.22, linewidth=0)
        axes.plot(self.x, self.y[:, 0], color=ACCENT, linewidth=2.2)
        for x, (share, bottom, top) in zip(self.seen_x, self.seen, strict=True):
            axes.plot([x, x], [bottom, top], color=SECOND, linewidth=2.2, solid_capstyle="butt")
            axes.plot(x, share, "o", markersize=8, color=SECOND, markerfacecolor="white", markeredgewidth=2)
        set_ticks(axes.yaxis, (low, high), "share", words)
        if self.whole:
            axes.xaxis.set_ticks(self.x, [words.number(x) for x in self.x])
        else:
            set_ticks(axes.xaxis, ends, "score", words)
        axes.set_xlabel("\n".join(below), loc="left")
        figure = axes.get_figure()
        assert figure is not None
        top_edge = axes.get_position().y1 + 0.06 / figure.get_size_inches()[1]  # type: ignore[union-attr]
        figure.text(MARGIN / WIDTH, top_edge, "\n".join(named), size=SMALL, va="bottom", color=SOFT)
        return axes
