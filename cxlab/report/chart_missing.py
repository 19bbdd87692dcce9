"""Which columns lack the most values."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cxlab.report.block import Block
from cxlab.report.contract_table import column_fates, counted, full_name, share_text
from cxlab.report.figure import (
    ACCENT,
    LEADING,
    MARGIN,
    POINT,
    SMALL,
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
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words

LEFT = 1.75
GAP = 0.18
SWATCH = 0.21
ROW = 0.36
BAR = 0.22
COLOURS = {"n_missing": ACCENT, "n_quarantined": "#de8f05"}


def chart_missing(codebook: pd.DataFrame, *, most: int = 12, words: Words = ENGLISH) -> Block:
    """Draw the share of missing and quarantined values of the columns that have the most.

    Parameters
    ----------
    codebook
        `Market.codebook`.
    most
        How many columns are drawn.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; a sentence where nothing is missing or quarantined.
    """
    fates = column_fates(codebook)
    fates = fates.assign(n_lost=fates["n_missing"] + fates["n_quarantined"])
    fates = fates[fates["n_lost"] > 0]
    if fates.empty:
        return paragraph(words.text("intake.none_missing"))
    lost = fates["n_lost"] / fates["n_rows"]
    worst = fates.loc[lost.sort_values(ascending=False, kind="stable").index].head(most)
    rows = words.plural("count.rows", int(worst["n_rows"].max()))
    caption = [words.text("chart.missing_caption", rows=rows)]
    if len(fates) > most:
        caption.append(words.text("chart.more", n=words.number(most)))
    with house_style():
        return figure_block(
            _draw(worst, words),
            alt=_alt(worst.iloc[0], words),
            caption=caption,
            twin=Block(_twin(worst, words)),
            name="missing",
            words=words,
        )


def _draw(worst: pd.DataFrame, words: Words) -> Axes:
    names = [full_name(row["table"], row["column"], row["attribute"], words) for _, row in worst.iterrows()]
    labels = [wrapped(name, LEFT - 0.15 - MARGIN) for name in names]
    *centres, height = row_centres(labels, ROW)
    ends = _columns(words)
    right = WIDTH - ends["n_missing"] + _head_width("n_missing", words) + GAP
    unit = wrapped(words.text("chart.missing_axis"), WIDTH - LEFT - MARGIN, SMALL)
    below = 0.3 + len(unit) * SMALL * LEADING * POINT
    title = words.text("chart.missing_title")
    axes = new_axes(title, height, left=LEFT, right=right, above=0.3, below=below)
    longest = float(((worst["n_missing"] + worst["n_quarantined"]) / worst["n_rows"]).max())
    end = min(1.0, max(1.05 * longest, 0.01))
    axes.set(xlim=(0, end), ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, (0, end), "share", words, most=4)
    axes.set_xlabel("\n".join(unit), loc="left")
    for (_, row), lines, y in zip(worst.iterrows(), labels, centres, strict=True):
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        start = 0.0
        for fate, colour in COLOURS.items():
            share = row[fate] / row["n_rows"]
            axes.barh(y, share, left=start, height=BAR, color=colour)
            beside(axes, ends[fate], y, share_text(share, words), ha="right", size=SMALL)
            start += share
    for fate, colour in COLOURS.items():
        beside(axes, ends[fate], -0.14, _head(fate, words), ha="right", size=SMALL)
        swatch = (ends[fate] - _head_width(fate, words) + SWATCH / 2 - LEFT) / (WIDTH - LEFT - right) * end
        axes.plot(swatch, -0.14, "s", markersize=8, color=colour, clip_on=False)
    return axes


def _columns(words: Words) -> dict[str, float]:
    """Return where the columns of numbers end, in inches; their heads are the legend of the bars."""
    last = WIDTH - MARGIN
    return {"n_missing": last - _head_width("n_quarantined", words) - GAP, "n_quarantined": last}


def _head(fate: str, words: Words) -> str:
    return words.text(f"chart.{fate.removeprefix('n_')}")


def _head_width(fate: str, words: Words) -> float:
    return max(text_width(_head(fate, words), SMALL), text_width("100,0 %", SMALL)) + SWATCH


def _alt(row: pd.Series, words: Words) -> str:
    return words.text(
        "alt.missing",
        column=full_name(row["table"], row["column"], row["attribute"], words),
        missing=share_text(row["n_missing"] / row["n_rows"], words),
        quarantined=share_text(row["n_quarantined"] / row["n_rows"], words),
    )


def _twin(worst: pd.DataFrame, words: Words) -> str:
    head = [words.text(f"table.{key}") for key in ("column", "rows", "missing_n", "quarantined")]
    rows = [
        [
            full_name(row["table"], row["column"], row["attribute"], words),
            words.number(row["n_rows"]),
            *(counted(int(row[fate]), int(row["n_rows"]), words) for fate in COLOURS),
        ]
        for _, row in worst.iterrows()
    ]
    return html_table(words.text("chart.missing_title"), head, {"": rows}, numbers=range(1, len(head)))
