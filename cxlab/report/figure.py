"""What every chart shares: its look, its bytes, and the figure around it with alt text and table twin.

Charts are drawn without pyplot. Positions are in inches, so that labels of any length find room: a chart of
rows grows downwards, and its texts stand in columns whose widths are known before they are filled.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from itertools import pairwise

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory

from cxlab.estimate.estimates import PER_CENT, Scale, Unit
from cxlab.report.block import Block
from cxlab.report.words import Words

WIDTH = 5.6
"""Width in inches: its 11-point texts are legible where a telephone shows it 360 pixels wide."""
DOTS = 225
MARGIN = 0.03
POINT = 1 / 72
TEXT = 11.0
SMALL = 10.0
TITLE = 13.0
LEADING = 1.25
INK = "#1b2430"
SOFT = "#4d5968"
LINE = "#d5dae1"
# The first two colours of seaborn's palette for the colour-blind. Seaborn itself takes seconds to import.
ACCENT, SECOND = "#0173b2", "#de8f05"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a label may hold dollar signs
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": SMALL,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the style of the house, whatever a notebook has set before."""
    with matplotlib.style.context(["default", STYLE]):
        yield


def new_axes(title: str, height: float, *, left: float, right: float, above: float, below: float) -> Axes:
    """Return axes on a figure of their own, under a title that is wrapped.

    Parameters
    ----------
    title
        Title of the chart.
    height
        Height of the axes, in inches.
    left, right, above, below
        Room around them, in inches; the title has its own.
    """
    lines = wrapped(title, WIDTH - 2 * MARGIN, TITLE, bold=True)
    room = len(lines) * TITLE * LEADING * POINT + 0.16
    total = height + above + below + room
    figure = Figure(figsize=(WIDTH, total), dpi=DOTS, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(
        MARGIN / WIDTH,
        1 - 0.04 / total,
        "\n".join(lines),
        size=TITLE,
        weight="bold",
        va="top",
        linespacing=LEADING,
    )
    axes = figure.add_axes((left / WIDTH, below / total, (WIDTH - left - right) / WIDTH, height / total))
    axes.spines[:].set_visible(False)
    return axes


def row_centres(labels: Sequence[Sequence[str]], least: float) -> list[float]:
    """Return where the rows of a chart stand, in inches from its top, and its height after them."""
    heights = [max(least, len(lines) * TEXT * LEADING * POINT + 0.12) for lines in labels]
    edges = [sum(heights[:position]) for position in range(len(heights) + 1)]
    centres = [(top + bottom) / 2 for top, bottom in pairwise(edges)]
    return [*centres, edges[-1]]


def beside(axes: Axes, x: float, y: float, text: str, **look: object) -> None:
    """Write a text at x inches from the left of the figure, at the height y of the axes' data."""
    figure = axes.get_figure()
    assert figure is not None
    place = blended_transform_factory(figure.dpi_scale_trans, axes.transData)
    middle = "center" if "\n" in text else "center_baseline"
    axes.text(x, y, text, transform=place, **{"va": middle, "size": TEXT, **look})  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Return the width of a text in inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = _RULER.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / DOTS


def wrapped(text: str, width: float, size: float = TEXT, *, bold: bool = False) -> list[str]:
    """Return the lines of a text that is to stand in a column of a width in inches.

    A word that is wider than the column is broken after a hyphen or, without one, cut.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
            continue
        pieces = _pieces(word, width, size, bold)
        lines += pieces if lines[-1] else []
        lines = lines if lines[-1] else [*lines[:-1], *pieces]
    return lines


def value_axis(low: float, high: float, unit: Unit, scale: Scale | None) -> Scale:
    """Return the ends of an axis that shows low to high with some air, within the scale of its unit."""
    whole = {"points": (-100.0, 100.0), "share": (0.0, 1.0)}.get(unit, scale)
    least = {"points": 10.0, "share": 0.05, "ratio": 0.05}.get(unit, 0.2)
    air = max(0.06 * (high - low), (least - (high - low)) / 2)
    low, high = low - air, high + air
    if whole is None:
        return low, high
    # An end of the scale itself stands a little inside, or its dot would be cut.
    edge = 0.02 * (high - low)
    return max(low, whole[0] - edge), min(high, whole[1] + edge)


def set_ticks(axis: Axis, ends: Scale, unit: Unit, words: Words, most: int = 5) -> None:
    """Put round numbers in the report's language on an axis."""
    places = [x for x in MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(*ends) if ends[0] <= x <= ends[1]]
    step = min((b - a for a, b in pairwise(places)), default=1.0)
    digits = max(0, -math.floor(math.log10(step * (100 if unit in PER_CENT else 1)) + 1e-9))
    say = words.percent if unit in PER_CENT else words.number
    axis.set_ticks(places)
    axis.set_major_formatter(FuncFormatter(lambda x, _: say(x, digits)))


def shows_whole(ends: Scale, unit: Unit, scale: Scale | None) -> bool:
    """Tell whether an axis shows the whole scale; where none is known, nothing is missing from it."""
    whole = {"points": (-100.0, 100.0), "share": (0.0, 1.0)}.get(unit, scale)
    return whole is None or (ends[0] <= whole[0] and ends[1] >= whole[1])


def figure_block(
    axes: Axes, *, alt: str, caption: Sequence[str], twin: Block, name: str, words: Words
) -> Block:
    """Return a drawn chart as a figure: picture, caption and the same figures as a table.

    Parameters
    ----------
    axes
        The chart.
    alt
        What it shows, with its main figures, for those who do not see it.
    caption
        Sentences under it.
    twin
        The table of its figures, whose `min_base` the figure bears.
    name
        File name of the picture, without an ending.
    words
        Words of the report.
    """
    png = _png(axes)
    width, height = (int.from_bytes(png[start : start + 4], "big") // 2 for start in (16, 20))
    source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    summary = escape(words.text("chart.table"))
    html = (
        '<figure class="cx-figure">\n'
        f'<img src="{source}" alt="{escape(alt)}" width="{width}" height="{height}">\n'
        f"<figcaption>{escape(' '.join(caption))}</figcaption>\n"
        f'<details class="cx-twin"><summary>{summary}</summary>\n{twin.html}\n</details>\n'
        "</figure>"
    )
    return Block(html, twin.min_base, name, png)


def _png(axes: Axes) -> bytes:
    figure = axes.get_figure()
    assert figure is not None
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS, metadata={"Software": None})  # type: ignore[union-attr]
    return buffer.getvalue()


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for part in re.split(r"(?<=[-–/])", word):
        if pieces[-1] and text_width(pieces[-1] + part, size, bold=bold) > width:
            pieces.append("")
        for letter in part:
            if pieces[-1] and text_width(pieces[-1] + letter, size, bold=bold) > width:
                pieces.append("")
            pieces[-1] += letter
    return pieces


# As fine as the pictures: hinting makes a text a little wider or narrower at another density.
_RULER = FigureCanvasAgg(Figure(dpi=DOTS)).get_renderer()
