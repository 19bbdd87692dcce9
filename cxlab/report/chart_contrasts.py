"""Differences side by side: a dot with its interval for each, and a line at 0."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.contrasts import Contrasts
from cxlab.estimate.estimates import Scale
from cxlab.report.block import Block
from cxlab.report.contrasts_table import (
    comparison,
    contrasts_table,
    difference_interval,
    difference_name,
    difference_text,
    level_text,
    shown_factor,
)
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    MARGIN,
    SOFT,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    set_ticks,
    text_width,
    wrapped,
)
from cxlab.report.wording import SMALL_BASE, file_name, has_interval, paragraphs
from cxlab.report.words import ENGLISH, Words

LEFT = 2.0
GAP = 0.16
ROW = 0.38
LEAST = {"points": 10.0, "share": 5.0}


def chart_contrasts(result: Contrasts, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw differences as dots with intervals around a line at 0.

    Parameters
    ----------
    result
        Differences, after `suppress`.
    title
        Title of the chart; None names the measure and the group.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. A difference that can be told from 0 is filled and bold, another hollow.
        Hidden ones are counted under the chart; where none has a figure, a sentence says so.
    """
    rows = result.rows[~result.rows["suppressed"] & result.rows["difference"].notna()]
    named = title or difference_name(result, words)
    hidden = int(result.rows["suppressed"].sum())
    notes = [words.plural("contrast.hidden", hidden)] if hidden else []
    if rows.empty:
        return Block(paragraphs(words.text("contrast.empty", measure=named), *notes), result.min_base)
    with house_style():
        return figure_block(
            _draw(rows, result, named, words),
            alt=_alt(rows, result, named, words),
            caption=[_caption(rows, result, words), *notes],
            twin=contrasts_table(result, words=words),
            name=file_name("contrasts", result.metric, result.outcome, result.group, *result.by),
            words=words,
        )


def _caption(rows: pd.DataFrame, result: Contrasts, words: Words) -> str:
    joint = result.family == "holm" and len(result.rows) > 1
    bases = rows[["n_a", "n_b"]].astype("int64").to_numpy()
    return words.text(
        "contrast.caption_joint" if joint else "contrast.caption",
        level=level_text(result, words),
        weighting=words.text(f"chart.{'weighted' if result.weighting == 'weighted' else 'unweighted'}"),
        low=words.number(int(bases.min())),
        answers=words.plural("count.answers", int(bases.max())),
    )


def _ends(rows: pd.DataFrame, result: Contrasts) -> Scale:
    """Return the ends of an axis that shows all intervals, 0 and some air."""
    figures = shown_factor(result) * rows[["difference", "conf_low", "conf_high"]].to_numpy(dtype="float64")
    values = np.append(figures.ravel(), 0.0)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    air = max(0.06 * (high - low), (LEAST.get(result.unit, 0.2) - (high - low)) / 2)
    return low - air, high + air


def _draw(rows: pd.DataFrame, result: Contrasts, title: str, words: Words) -> Axes:
    ends = _ends(rows, result)
    labels = [wrapped(_label(row, result, words), LEFT - 0.2 - MARGIN) for _, row in rows.iterrows()]
    *centres, height = row_centres(labels, ROW)
    figures = [difference_text(value, result, words) for value in rows["difference"]]
    right = MARGIN + max(text_width(figure, bold=True) for figure in figures) + GAP
    axes = new_axes(title, height, left=LEFT, right=right, above=0.06, below=0.32)
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, "points", words)
    axes.axvline(0, color=INK, linewidth=1.4, zorder=1)
    apart, factor = result.differs[rows.index], shown_factor(result)
    for (_, row), lines, figure, y, told in zip(
        rows.iterrows(), labels, figures, centres, apart, strict=True
    ):
        colour = ACCENT if told else SOFT
        if has_interval(row):
            interval = [factor * row["conf_low"], factor * row["conf_high"]]
            axes.plot(interval, [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        face = colour if told else "white"
        axes.plot(
            factor * row["difference"],
            y,
            "o",
            markersize=8,
            color=colour,
            markerfacecolor=face,
            markeredgewidth=1.8,
        )
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, WIDTH - MARGIN, y, figure, ha="right", weight="bold" if told else "normal")
    return axes


def _label(row: pd.Series, result: Contrasts, words: Words) -> str:
    """Return a row's label; a small base on either side is marked with a star."""
    within = f"{words.level(row['level'], result.by)}: " if result.by else ""
    small = row[["n_a", "n_b", "n_eff_a", "n_eff_b"]].astype("float64").min() < SMALL_BASE
    return f"{within}{comparison(row, result, words)}{' *' if small else ''}"


def _alt(rows: pd.DataFrame, result: Contrasts, title: str, words: Words) -> str:
    sizes = np.abs(rows["difference"].to_numpy(dtype="float64"))
    largest = rows.iloc[int(sizes.argmax())]
    return words.text(
        "contrast.alt",
        measure=title,
        largest=_label(largest, result, words).removesuffix(" *"),
        value=difference_text(largest["difference"], result, words),
        interval=difference_interval(largest, result, words),
        told=words.number(int(result.differs[rows.index].sum())),
        all=words.number(len(rows)),
    )
