"""Four fields: dots with intervals on both axes, two dashed lines, and names that cover nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from cxlab.estimate.estimates import Scale
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    LINE,
    POINT,
    SMALL,
    SOFT,
    TEXT,
    text_width,
)
from cxlab.report.label_places import label_places
from cxlab.report.words import Words

Floats = npt.NDArray[np.float64]
CORNERS = {
    "concentrate_here": (0.0, 1.0),
    "keep_up": (1.0, 1.0),
    "low_priority": (0.0, 0.0),
    "possible_overkill": (1.0, 0.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class FourFields:
    """Dots in four fields.

    Parameters
    ----------
    x, y
        Figure, lower and upper end of each dot, shape (k, 3); NaN where there is no interval.
    sure
        Whether a dot stands in its field for sure, shape (k,); the others are hollow.
    names
        Lines of the name of each dot.
    lines
        Where the dashed lines stand, across and up.
    ends
        Ends of the two axes.
    room
        Width and height of the axes, in inches.
    """

    x: Floats
    y: Floats
    sure: npt.NDArray[np.bool_]
    names: Sequence[Sequence[str]]
    lines: tuple[float, float]
    ends: tuple[Scale, Scale]
    room: tuple[float, float]

    def draw(self, axes: Axes, words: Words) -> None:
        """Draw the fields, their names and the dots on axes whose limits are `ends`."""
        axes.grid(False)
        axes.axvline(self.lines[0], color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
        axes.axhline(self.lines[1], color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
        _draw_frame(axes)
        fields = _draw_fields(axes, self.room, words)
        for across, up, sure in zip(self.x, self.y, self.sure, strict=True):
            axes.plot(across[1:], [up[0], up[0]], color=ACCENT, linewidth=1.8, solid_capstyle="butt")
            axes.plot([across[0], across[0]], up[1:], color=ACCENT, linewidth=1.8, solid_capstyle="butt")
            face = ACCENT if sure else "white"
            axes.plot(
                across[0], up[0], "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8
            )
        _draw_names(axes, self.names, (self.x, self.y), self.ends, self.lines, fields, self.room)


def _draw_frame(axes: Axes) -> None:
    for x, y in (([0, 1], [0, 0]), ([0, 1], [1, 1]), ([0, 0], [0, 1]), ([1, 1], [0, 1])):
        axes.plot(x, y, transform=axes.transAxes, color=LINE, linewidth=1, clip_on=False)


def _draw_fields(axes: Axes, room: tuple[float, float], words: Words) -> Floats:
    """Name the four fields in their corners; return the boxes of the names in inches."""
    boxes = []
    for quadrant, (right, up) in CORNERS.items():
        name = words.text(f"quadrant.{quadrant}")
        width, height = text_width(name, SMALL, bold=True), SMALL * LEADING * POINT
        x = room[0] - 0.08 - width if right else 0.08
        y = room[1] - 0.06 - height if up else 0.06
        axes.text(
            x / room[0], y / room[1], name, transform=axes.transAxes, size=SMALL, weight="bold", color=SOFT,
            va="bottom",
        )  # fmt: skip
        boxes.append([x - 0.05, y - 0.03, x + width + 0.05, y + height + 0.03])
    return np.array(boxes)


def _draw_names(
    axes: Axes,
    names: Sequence[Sequence[str]],
    figures: tuple[Floats, Floats],
    ends: tuple[Scale, Scale],
    lines: tuple[float, float],
    fields: Floats,
    room: tuple[float, float],
) -> None:
    x, y = (_inches(*each) for each in zip(figures, ends, room, strict=True))
    cuts = [float(_inches(np.array(each[0]), *each[1:])) for each in zip(lines, ends, room, strict=True)]
    thin = _lines(x, y, cuts, room)
    sizes = np.array(
        [[max(text_width(line) for line in lines), len(lines) * TEXT * LEADING * POINT] for lines in names]
    )
    points = np.column_stack([x[:, 0], y[:, 0]])
    corners = label_places(points, sizes, fields, thin, room)
    for text, corner, size, point in zip(names, corners, sizes, points, strict=True):
        nearest = np.clip(point, corner, corner + size)
        away = np.linalg.norm(points - np.clip(points, corner, corner + size), axis=1)
        own = float(np.linalg.norm(nearest - point))
        # A line leads to a dot that is far, or that another dot competes with.
        if own > 0.16 or (away < own - 1e-9).any():
            across, up = (np.array([point, nearest]) / room).T
            axes.plot(across, up, transform=axes.transAxes, color=SOFT, linewidth=0.8, zorder=1)
        middle, centre = (corner + size / 2) / room
        axes.text(
            middle, centre, "\n".join(text), transform=axes.transAxes, size=TEXT, color=INK, ha="center",
            va="center", linespacing=LEADING, path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip


def _inches(values: Floats, ends: Scale, inches: float) -> Floats:
    """Return where values stand on an axis, in inches from its start."""
    return np.asarray((values - ends[0]) / (ends[1] - ends[0]) * inches)


def _lines(x: Floats, y: Floats, cuts: list[float], room: tuple[float, float]) -> Floats:
    """Return the boxes of the intervals and of the two dashed lines, in inches."""
    half = 0.03
    boxes = np.vstack(
        [
            np.column_stack([x[:, 1], y[:, 0] - half, x[:, 2], y[:, 0] + half]),
            np.column_stack([x[:, 0] - half, y[:, 1], x[:, 0] + half, y[:, 2]]),
            [[cuts[0] - half, 0, cuts[0] + half, room[1]], [0, cuts[1] - half, room[0], cuts[1] + half]],
        ]
    )
    # A single answer has no interval, and so no box.
    return boxes[np.isfinite(boxes).all(axis=1)]
