"""Which drivers can be told apart: every pair as a square, filled where one is larger for sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxlab.drivers.importance_result import Importance
from cxlab.report.block import Block
from cxlab.report.contrasts_table import contrasts_table
from cxlab.report.driver_wording import shown_drivers
from cxlab.report.figure import (
    ACCENT,
    LEADING,
    LINE,
    MARGIN,
    SMALL,
    SOFT,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    text_width,
    wrapped,
)
from cxlab.report.wording import file_name, level_of, listed, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

LEFT = 2.0
NUMBER = 0.34
ROW = 0.34
WIDEST = 0.5


def chart_differences(result: Importance, *, words: Words = ENGLISH) -> Block:
    """Draw which pairs of drivers differ in importance.

    Parameters
    ----------
    result
        What `cxlab.importance` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table: drivers by importance, numbered; each row against those above it. Where
        nothing may be shown or there are no tests, a sentence that says so.
    """
    title = words.text("drivers.differences_title", outcome=words.label(result.outcome))
    rows, pairs = shown_drivers(result), result.pairs
    if len(rows) < 2 or not np.isfinite(pairs.rows["p_adjusted"].to_numpy(dtype="float64")).any():
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    names = list(rows["driver"])
    told = _told(result, names)
    below = np.tril(np.ones_like(told), -1)
    # A suppressed importance carries its base; its pairs are of the same rows.
    twin = replace(contrasts_table(pairs, words=words), min_base=result.min_base)
    with house_style():
        return figure_block(
            _draw(names, told, title, words),
            alt=_alt(names, told, title, words),
            caption=[
                words.text(
                    "drivers.differences_caption",
                    level=level_of(result.conf_level, words),
                    weighting=weighting_of_figures(result.weighting, words),
                    answers=words.plural("count.answers", int(rows["n"].min())),
                ),
                words.text(
                    "drivers.differences_count",
                    told=words.number(int(told.sum())),
                    all=words.number(int(below.sum())),
                ),
            ],
            twin=twin,
            name=file_name("differences", result.metric, result.outcome),
            words=words,
        )


def _told(result: Importance, names: list[str]) -> npt.NDArray[np.bool_]:
    """Return whether row i can be told from column j, shape (k, k), below the diagonal."""
    place = {name: at for at, name in enumerate(names)}
    told = np.zeros((len(names), len(names)), dtype=bool)
    for differs, row in zip(result.pairs.differs, result.pairs.rows.itertuples(), strict=True):
        first, second = sorted((place[str(row.level_a)], place[str(row.level_b)]))
        told[second, first] = bool(differs)
    return told


def _draw(names: list[str], told: npt.NDArray[np.bool_], title: str, words: Words) -> Axes:
    labels = [wrapped(words.label(name), LEFT - NUMBER - MARGIN - 0.1) for name in names]
    *centres, height = row_centres(labels, ROW)
    k = len(names)
    side = min((WIDTH - LEFT - MARGIN) / k, WIDEST)
    axes = new_axes(title, height, left=LEFT, right=WIDTH - LEFT - k * side, above=0.26, below=0.06)
    axes.set(xlim=(0, k), ylim=(height, 0))
    axes.axis("off")
    step = 1 if side > text_width("88", SMALL) + 0.04 else 5
    for at, (lines, y) in enumerate(zip(labels, centres, strict=True)):
        beside(
            axes, MARGIN + NUMBER - 0.1, y, words.number(at + 1), ha="right", color=SOFT, linespacing=LEADING
        )
        beside(axes, MARGIN + NUMBER, y, "\n".join(lines), linespacing=LEADING)
        if at + 1 < k and (step == 1 or not (at + 1) % step or not at):
            beside(
                axes,
                LEFT + (at + 0.5) * side,
                -0.12,
                words.number(at + 1),
                ha="center",
                size=SMALL,
                color=SOFT,
            )
        tall = min(ROW, 2 * (centres[0]))
        _draw_squares(axes, told[at, :at], y, tall)
    return axes


def _draw_squares(axes: Axes, told: npt.NDArray[np.bool_], y: float, tall: float) -> None:
    for other, sure in enumerate(told):
        square = Rectangle(
            (other + 0.04, y - tall / 2 + 0.02),
            0.92,
            tall - 0.04,
            facecolor=ACCENT if sure else "white",
            edgecolor=ACCENT if sure else LINE,
            linewidth=1.2,
        )
        axes.add_patch(square)


def _alt(names: list[str], told: npt.NDArray[np.bool_], title: str, words: Words) -> str:
    apart = [words.label(name) for at, name in enumerate(names) if told[at, :at].any()]
    open_ones = [words.label(name) for at, name in enumerate(names) if at and not told[at, 0]]
    return words.text(
        "drivers.differences_alt",
        title=title,
        first=words.label(names[0]),
        rivals=listed(open_ones, words) or words.text("found.none"),
        told=words.number(int(told.sum())),
        all=words.number(len(names) * (len(names) - 1) // 2),
    ) if apart or open_ones else title  # fmt: skip
