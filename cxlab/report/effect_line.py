"""A line of a page on a link: a named figure with its interval and base, and a table of such lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxlab.report.effect_unit import EffectUnit
from cxlab.report.html_table import html_table
from cxlab.report.words import NOTHING, Words


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One figure.

    Parameters
    ----------
    name
        What it is of.
    estimate, low, high
        Figure and ends of its interval, in units of the outcome; NaN where there is none.
    p
        p-value; NaN where there is none.
    n, entities
        Rows and customers it rests on.
    apart
        Whether it stands apart from the lines above it.
    """

    name: str
    estimate: float
    low: float
    high: float
    p: float
    n: float
    entities: float
    apart: bool = False

    @property
    def drawn(self) -> bool:
        """Whether there is a figure."""
        return bool(np.isfinite(self.estimate))

    @property
    def told(self) -> bool:
        """Whether the interval leaves out 0."""
        return bool(self.low > 0 or self.high < 0)


def base_of(value: object) -> float:
    """Return a base as a number; NaN where there is none."""
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else float("nan")


def effect_table(
    caption: str, first: str, lines: Sequence[EffectLine], level: str, unit: EffectUnit, words: Words
) -> str:
    """Return lines as a table.

    Parameters
    ----------
    caption, first
        What the table shows, and the heading of its first column.
    lines
        Its rows; one without a figure has dashes.
    level
        Confidence level, as it is written.
    """
    head = [
        first,
        words.text("drivers.difference"),
        words.text("table.interval", level=level),
        words.text("contrast.p"),
        words.text("table.rows"),
        words.text("revenue.entities"),
    ]
    return html_table(caption, head, {"": [_cells(line, unit, words) for line in lines]}, numbers=range(1, 6))


def _cells(line: EffectLine, unit: EffectUnit, words: Words) -> list[str]:
    if not line.drawn:
        return [line.name, *[NOTHING] * 5]
    return [
        line.name,
        unit.text(line.estimate, words),
        unit.interval(line.low, line.high, words),
        words.p_value(line.p) if np.isfinite(line.p) else NOTHING,
        *(words.number(base) if np.isfinite(base) else NOTHING for base in (line.n, line.entities)),
    ]
