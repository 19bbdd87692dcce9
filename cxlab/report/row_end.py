"""What stands at the end of a chart's row: a figure with its base, and its interval on a second line."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from cxlab.report.figure import MARGIN, SMALL, SOFT, WIDTH, beside, text_width


@dataclass(frozen=True, slots=True)
class RowEnd:
    """The texts at the end of a row.

    Parameters
    ----------
    figure, base, interval
        As they are shown.
    """

    figure: str
    base: str
    interval: str

    @property
    def width(self) -> float:
        """Width of the texts in inches."""
        first = text_width(self.figure, bold=True) + 0.2 + text_width(self.base, SMALL)
        return max(first, text_width(self.interval, SMALL))

    def draw(self, axes: Axes, x: float, y: float) -> None:
        """Write the texts from x inches from the left of the figure to its right margin, about the row y."""
        beside(axes, x, y - 0.1, self.figure, weight="bold")
        beside(axes, WIDTH - MARGIN, y - 0.1, self.base, ha="right", size=SMALL, color=SOFT)
        beside(axes, x, y + 0.12, self.interval, size=SMALL, color=SOFT)
