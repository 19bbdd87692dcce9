"""The texts of a drawn chart: which leave the picture, and which run into each other."""

from collections.abc import Iterable
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

Boxes = list[tuple[str, Bbox]]


def boxes_of(texts: Iterable[Text], figure: Figure) -> Boxes:
    """Return what each text says and where it stands, in pixels; empty ones are left out."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts if text.get_text()]


def boxes_along_x(axes: Axes) -> Boxes:
    """Return the boxes of all texts of a chart that has no axis but the one across."""
    figure = axes.get_figure()
    # Where an axis puts its label is known once it was laid out.
    axes.xaxis.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    ticks = axes.get_xticklabels() if axes.axison and axes.xaxis.get_visible() else []
    texts = [*figure.texts, *axes.texts, *ticks, *([axes.xaxis.label] if len(ticks) else [])]
    return boxes_of(texts, figure)


def cut_off(boxes: Boxes, figure: Figure) -> list[str]:
    """Return the texts that leave the picture by more than a pixel."""
    width, height = figure.bbox.width, figure.bbox.height
    return [t for t, b in boxes if b.x0 < -1 or b.y0 < -1 or b.x1 > width + 1 or b.y1 > height + 1]


def overlapping(boxes: Boxes) -> list[tuple[str, str]]:
    """Return the pairs of texts that share more than one pixel across and three up."""
    return [
        (one, other)
        for (other, b), (one, a) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3
    ]
