"""Step curves of shares over time with their bands, and how many were still followed below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxlab.report.figure import (
    ACCENT,
    LEADING,
    MARGIN,
    POINT,
    SECOND,
    SMALL,
    SOFT,
    WIDTH,
    beside,
    new_axes,
    set_ticks,
    value_axis,
    wrapped,
)
from cxlab.report.html_table import html_table
from cxlab.report.share_axes import write_above
from cxlab.report.words import NOTHING, Words
from cxlab.retention.share_curve import ShareCurve

Floats = npt.NDArray[np.float64]
LEFT, RIGHT, HEIGHT, SAMPLE = 1.85, 0.3, 2.7, 0.34
LOOKS: tuple[tuple[str, object], ...] = (
    (ACCENT, "-"), (SECOND, (0, (5, 2))), ("#029e73", (0, (1, 1.2))), ("#cc78bc", (0, (6, 2, 1, 2))),
    ("#56554f", (0, (3, 1))), ("#ca9161", (0, (8, 3))),
)  # fmt: skip
"""Colours of the palette for the colour-blind, each with dashes of its own."""
MOST = len(LOOKS)


@dataclass(frozen=True, slots=True, eq=False)
class ShareSteps:
    """What is drawn.

    Parameters
    ----------
    names, curves
        At most six curves that are not hidden, and their names.
    counts
        Whether how many are followed is written for each curve, or once for all of them.
    """

    names: Sequence[str]
    curves: Sequence[ShareCurve]
    counts: bool = True

    @property
    def ticks(self) -> Floats:
        """Times at which figures are read off."""
        last = max(curve.last for curve in self.curves)
        places = MaxNLocator(4, steps=[1, 2, 3, 6, 10], integer=True).tick_values(0, last)
        return np.array([place for place in places if 0 <= place <= last])

    def draw(self, title: str, across: str, up: str, words: Words) -> Axes:
        """Return axes with the curves; `up` says what they count, above the axes."""
        named = wrapped(up, WIDTH - 2 * MARGIN, SMALL)
        labels = [wrapped(name, LEFT - SAMPLE - MARGIN - 0.2, SMALL) for name in self.names]
        heights = [max(0.26, len(lines) * SMALL * LEADING * POINT + 0.08) for lines in labels]
        below = wrapped(across, WIDTH - LEFT - RIGHT, SMALL)
        under = 0.34 + 0.19 * len(below)
        axes = new_axes(
            title, HEIGHT, left=LEFT, right=RIGHT, above=0.12 + 0.19 * len(named),
            below=under + sum(heights) + 0.1,
        )  # fmt: skip
        self._draw_curves(axes)
        low, high = axes.get_ylim()
        set_ticks(axes.yaxis, (low, high), "share", words)
        axes.xaxis.set_ticks(self.ticks, [words.number(tick) for tick in self.ticks])
        axes.set_xlabel("\n".join(below), loc="left")
        write_above(axes, named)
        inch = (high - low) / HEIGHT
        y = low - (under + 0.06) * inch
        for place, (curve, lines, tall) in enumerate(zip(self.curves, labels, heights, strict=True)):
            self._draw_row(axes, place, curve, lines, y - tall / 2 * inch, words)
            y -= tall * inch
        return axes

    def _draw_curves(self, axes: Axes) -> None:
        ends: list[float] = []
        for place, curve in enumerate(self.curves):
            colour, dashes = LOOKS[place]
            x = np.concatenate([[0.0], curve.time, [curve.last]])
            parts = [
                np.concatenate([[curve.start], part, part[-1:] if len(part) else [curve.start]])
                for part in (curve.share, *curve.errors.columns()[1:])
            ]
            axes.fill_between(x, parts[1], parts[2], step="post", color=colour, alpha=0.16, linewidth=0)
            axes.step(x, parts[0], where="post", color=colour, linestyle=dashes, linewidth=2)
            ends += [float(np.nanmin(np.concatenate(parts))), float(np.nanmax(np.concatenate(parts)))]
        last = max(curve.last for curve in self.curves)
        axes.set(xlim=(-0.02 * last, 1.03 * last), ylim=value_axis(min(ends), max(ends), "share", None))

    def _draw_row(
        self, axes: Axes, place: int, curve: ShareCurve, lines: list[str], y: float, words: Words
    ) -> None:
        colour, dashes = LOOKS[place]
        figure = axes.get_figure()
        assert figure is not None
        inch = WIDTH - LEFT - RIGHT
        at = np.array([MARGIN, MARGIN + SAMPLE])
        axes.plot(
            (at - LEFT) / inch, [y, y], color=colour, linestyle=dashes, linewidth=2, clip_on=False,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        beside(axes, MARGIN + SAMPLE + 0.08, y, "\n".join(lines), size=SMALL, linespacing=LEADING)
        if self.counts or place == 0:
            for tick, n in zip(self.ticks, curve.followed_at(self.ticks), strict=True):
                said = words.number(n) if np.isfinite(n) else NOTHING
                axes.text(tick, y, said, size=SMALL, color=SOFT, ha="center", va="center_baseline")

    def table(self, title: str, words: Words, level: str) -> str:
        """Return the figures of each curve at a few times."""
        head = [
            words.text("churn.time"), words.text("table.share"), words.text("table.interval", level=level),
            words.text("churn.followed"),
        ]  # fmt: skip
        groups = {}
        for name, curve in zip(self.names, self.curves, strict=True):
            counts = curve.followed_at(self.ticks)
            groups[name] = [
                self._cells(curve, tick, n, words) for tick, n in zip(self.ticks, counts, strict=True)
            ]
        return html_table(title, head, groups, numbers=range(1, 4))

    def _cells(self, curve: ShareCurve, tick: float, n: float, words: Words) -> list[str]:
        share, low, high = read_off(curve, tick)
        known = np.isfinite(low) and np.isfinite(high)
        return [
            words.number(tick), words.percent(share, 1) if np.isfinite(share) else NOTHING,
            words.interval(low, high, "share") if known else NOTHING,
            words.number(n) if np.isfinite(n) else NOTHING,
        ]  # fmt: skip


def read_off(curve: ShareCurve, at: float) -> tuple[float, float, float]:
    """Return the share and its interval just after a time; NaN after the last, ends NaN before the first."""
    if at > curve.last:
        return float("nan"), float("nan"), float("nan")
    place = int(np.searchsorted(curve.time, at, side="right")) - 1
    if place < 0:
        return curve.start, float("nan"), float("nan")
    _, low, high = curve.errors.columns()
    return float(curve.share[place]), float(low[place]), float(high[place])
