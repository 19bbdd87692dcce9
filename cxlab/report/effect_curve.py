"""A figure along an axis: dots with intervals, or a line within its band, against a line at 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Scale, Unit
from cxlab.report.figure import (
    ACCENT,
    INK,
    MARGIN,
    SMALL,
    SOFT,
    WIDTH,
    new_axes,
    set_ticks,
    wrapped,
)
from cxlab.report.words import Words

Floats = npt.NDArray[np.float64]
HEIGHT = 2.6
AIR = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class EffectCurve:
    """What is drawn.

    Parameters
    ----------
    x
        Places, shape (k,).
    y
        Figure, lower and upper end at each place, shape (k, 3), as they are shown.
    wide
        Lower and upper end of a wider interval, shape (k, 2); empty where there is none.
    smooth
        Whether the places are points of a curve.
    unit
        Unit of the figures: `share` or `amount`.
    steps
        Whether each place has a tick of its own.
    """

    x: Floats
    y: Floats
    wide: Floats
    smooth: bool
    unit: Unit
    steps: bool

    def draw(self, title: str, across: str, up: str, words: Words) -> Axes:
        """Return axes with the curve; `up` says what the figures are, above the axes."""
        low, high = self._ends()
        named, below = wrapped(up, WIDTH - 2 * MARGIN, SMALL), wrapped(across, WIDTH - 1.0, SMALL)
        axes = new_axes(
            title, HEIGHT, left=0.9, right=0.15, above=0.12 + 0.19 * len(named), below=0.3 + 0.19 * len(below)
        )
        axes.set(xlim=self._across(), ylim=(low, high))
        axes.axhline(0, color=INK, linewidth=1.4, zorder=1)
        if self.smooth:
            axes.fill_between(self.x, self.y[:, 1], self.y[:, 2], color=ACCENT, alpha=0.22, linewidth=0)
            axes.plot(self.x, self.y[:, 0], color=ACCENT, linewidth=2.2)
        else:
            self._draw_dots(axes)
        set_ticks(axes.yaxis, (low, high), self.unit, words)
        if self.steps:
            axes.xaxis.set_ticks(self.x, [words.number(x) for x in self.x])
        else:
            set_ticks(axes.xaxis, self._across(), "score", words)
        axes.set_xlabel("\n".join(below), loc="left")
        figure = axes.get_figure()
        assert figure is not None
        top = axes.get_position().y1 + 0.06 / figure.get_size_inches()[1]  # type: ignore[union-attr]
        said = "\n".join(named)
        figure.text(MARGIN / WIDTH, top, said, size=SMALL, va="bottom", color=SOFT)
        return axes

    def _draw_dots(self, axes: Axes) -> None:
        for place, (middle, low, high) in enumerate(self.y):
            x = self.x[place]
            if len(self.wide):
                axes.plot([x, x], self.wide[place], color=ACCENT, linewidth=1.1, solid_capstyle="butt")
            axes.plot([x, x], [low, high], color=ACCENT, linewidth=3, solid_capstyle="butt")
            face = ACCENT if low > 0 or high < 0 else "white"
            axes.plot(x, middle, "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8)

    def _ends(self) -> Scale:
        values = np.concatenate([self.y.ravel(), self.wide.ravel(), [0.0]])
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        air = max(AIR * (high - low), 1e-6)
        return low - air, high + air

    def _across(self) -> Scale:
        low, high = float(self.x.min()), float(self.x.max())
        air = AIR * (high - low) if high > low else 0.5
        return (low, high) if self.smooth else (low - air, high + air)
