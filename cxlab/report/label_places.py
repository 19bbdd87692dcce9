"""Where the names of points stand, so that none covers another. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DIRECTIONS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, 1], [1, -1], [-1, -1]], dtype="float64")
DISTANCES = (0.11, 0.2, 0.32, 0.46, 0.62, 0.8, 1.0)
EDGE = 0.06
# What covering a square inch of another name, or of a line, costs; an inch of distance costs 1.
NAME, LINE = 500.0, 60.0


def label_places(
    points: Floats, sizes: Floats, obstacles: Floats, thin: Floats, room: tuple[float, float]
) -> Floats:
    """Place a name beside each point.

    Parameters
    ----------
    points
        Points in inches from a corner, shape (k, 2).
    sizes
        Widths and heights of their names in inches, shape (k, 2).
    obstacles
        Boxes that must stay free (left, bottom, right, top), shape (m, 4); the points are so anyway.
    thin
        Boxes that should stay free, such as lines, shape (m, 4).
    room
        Width and height within which names stand.

    Returns
    -------
    array
        Lower left corners of the names, shape (k, 2). The names of crowded points are placed first, each
        where it covers least and stands nearest.
    """
    taken: list[Floats] = [*obstacles, *_boxes(points - 0.07, np.full((len(points), 2), 0.14))]
    corners = np.zeros((len(points), 2))
    for place in _crowded_first(points):
        options = _options(points[place], sizes[place], room)
        boxes = _boxes(options, np.broadcast_to(sizes[place], options.shape))
        # A name keeps a little air.
        airy = boxes + np.array([-0.03, -0.02, 0.03, 0.02])
        cost = NAME * _covered(airy, taken) + LINE * _covered(boxes, thin)
        cost += np.linalg.norm((boxes[:, :2] + boxes[:, 2:]) / 2 - points[place], axis=1)
        best = int(cost.argmin())
        corners[place] = options[best]
        taken.append(airy[best])
    return corners


def _options(point: Floats, size: Floats, room: tuple[float, float]) -> Floats:
    """Return lower left corners around a point, moved inside where they would leave the room."""
    corners = [
        point + direction * distance + (direction - 1) / 2 * size
        for distance in DISTANCES
        for direction in DIRECTIONS
    ]
    return np.clip(np.array(corners), EDGE, np.maximum(np.array(room) - size - EDGE, EDGE))


def _crowded_first(points: Floats) -> npt.NDArray[np.intp]:
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    return np.argsort(-(1 / (0.2 + apart)).sum(axis=1), kind="stable")


def _boxes(corners: Floats, sizes: Floats) -> Floats:
    return np.hstack([corners, corners + sizes])


def _covered(boxes: Floats, others: Sequence[Floats] | Floats) -> Floats:
    """Return the area of each box that others cover, shape (k,)."""
    if not len(others):
        return np.zeros(len(boxes))
    there = np.asarray(others)
    low = np.maximum(boxes[:, None, :2], there[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], there[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=2).sum(axis=1))
