"""Lines of a page on a link as dots with intervals around a line at 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Scale
from cxlab.report.block import Block
from cxlab.report.effect_line import EffectLine, effect_table
from cxlab.report.effect_unit import EffectUnit
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    LINE,
    MARGIN,
    SECOND,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    set_ticks,
    wrapped,
)
from cxlab.report.row_end import RowEnd
from cxlab.report.wording import SMALL_BASE, paragraphs
from cxlab.report.words import Words

LEFT = 1.9
GAP = 0.14
ROW = 0.5
LEAST = 0.02


@dataclass(frozen=True, slots=True)
class EffectDots:
    """A chart of lines, and what is said about it.

    Parameters
    ----------
    title, first
        Title, and the heading of the first column of its table.
    axis
        What the axis counts.
    lines
        Its rows; those without a figure stand in the table only.
    caption
        Sentences under it.
    level
        Confidence level, as it is written.
    unit
        Unit of the figures.
    min_base
        Smallest base that is shown.
    name
        File name, without an ending.
    """

    title: str
    first: str
    axis: str
    lines: Sequence[EffectLine]
    caption: Sequence[str]
    level: str
    unit: EffectUnit
    min_base: int
    name: str

    def block(self, words: Words) -> Block:
        """Return the chart with its table; where no line has a figure, a sentence that says so."""
        drawn = [line for line in self.lines if line.drawn]
        if not drawn:
            said = words.text("chart.empty", measure=self.title)
            return Block(paragraphs(said), self.min_base)
        table = effect_table(self.title, self.first, self.lines, self.level, self.unit, words)
        small = min(line.n for line in drawn) < SMALL_BASE
        notes = [
            *self.caption,
            words.text("revenue.caption_dots", level=self.level),
            words.text("revenue.small_rows", n=SMALL_BASE) if small else "",
        ]
        with house_style():
            return figure_block(
                self._draw(drawn, words),
                alt=self._alt(drawn, words),
                caption=[note for note in notes if note],
                twin=Block(table, self.min_base),
                name=self.name,
                words=words,
            )

    def _ends(self, drawn: Sequence[EffectLine]) -> Scale:
        figures = [[line.estimate, line.low, line.high] for line in drawn]
        values = np.append(self.unit.shown(figures).ravel(), 0.0)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        air = max(0.06 * (high - low), (LEAST - (high - low)) / 2)
        return low - air, high + air

    def _draw(self, drawn: Sequence[EffectLine], words: Words) -> Axes:
        ends = self._ends(drawn)
        labels = [wrapped(line.name, LEFT - MARGIN - 0.1) for line in drawn]
        *centres, height = row_centres(labels, ROW)
        texts = [
            RowEnd(
                self.unit.text(line.estimate, words),
                f"n {words.number(line.n)}",
                self.unit.interval(line.low, line.high, words),
            )
            for line in drawn
        ]
        end = max(text.width for text in texts)
        axis = wrapped(self.axis, WIDTH - LEFT - MARGIN)
        axes = new_axes(
            self.title, height, left=LEFT, right=MARGIN + end + GAP, above=0.06, below=0.3 + 0.19 * len(axis)
        )
        axes.set(xlim=ends, ylim=(height, 0))
        axes.yaxis.set_visible(False)
        set_ticks(axes.xaxis, ends, self.unit.kind, words, most=3)
        axes.set_xlabel("\n".join(axis), loc="left")
        axes.axvline(0, color=INK, linewidth=1.4, zorder=1)
        apart = False
        for line, lines, text, y in zip(drawn, labels, texts, centres, strict=True):
            if line.apart and not apart and line is not drawn[0]:
                apart = True
                axes.axhline(y - max(ROW, 0.19 * len(lines) + 0.12) / 2, color=LINE, linewidth=1.4)
            self._draw_line(axes, line, y)
            beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
            text.draw(axes, WIDTH - MARGIN - end, y)
        return axes

    def _draw_line(self, axes: Axes, line: EffectLine, y: float) -> None:
        colour = SECOND if line.apart else ACCENT
        interval = self.unit.shown([line.low, line.high])
        axes.plot(interval, [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        face = colour if line.told else "white"
        axes.plot(
            self.unit.shown(line.estimate), y, "o", markersize=8, color=colour, markerfacecolor=face,
            markeredgewidth=1.8,
        )  # fmt: skip

    def _alt(self, drawn: Sequence[EffectLine], words: Words) -> str:
        parts = [
            words.text(
                "revenue.alt_part",
                name=line.name,
                value=self.unit.text(line.estimate, words),
                interval=self.unit.interval(line.low, line.high, words),
            )
            for line in drawn
        ]
        return words.text("revenue.alt_dots", title=self.title, parts=" ".join(parts))
