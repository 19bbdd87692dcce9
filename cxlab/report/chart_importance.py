"""Drivers by importance: a dot with its interval for each, its sign apart, its rank beside."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.drivers.importance_result import Importance
from cxlab.estimate.estimates import Scale
from cxlab.report.block import Block
from cxlab.report.driver_wording import (
    AnyImportance,
    ends_text,
    importance_title,
    measure_code,
    rank_text,
    shown_drivers,
    sign_text,
)
from cxlab.report.figure import (
    ACCENT,
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
    value_axis,
    wrapped,
)
from cxlab.report.importance_table import importance_table
from cxlab.report.row_end import RowEnd
from cxlab.report.wording import SMALL_BASE, file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words

LEFT = 1.9
SIGN = 0.42
GAP = 0.14
ROW = 0.5
SAID = 5


def chart_importance(result: AnyImportance, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw drivers by their share of what all explain together.

    Parameters
    ----------
    result
        What `cxlab.importance` or `cxlab.likelihood_importance` returned, after `.suppress(min_base)`.
    title
        Title of the chart; None names the outcome.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. Size and sign stand apart; a driver whose importance may be none is hollow,
        with an interval from 0. Where nothing may be shown, a sentence that says so.
    """
    rows, named = shown_drivers(result), title or importance_title(result, words)
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    with house_style():
        return figure_block(
            _draw(rows, result, named, words),
            alt=_alt(rows, named, words),
            caption=_caption(rows, result, words),
            twin=importance_table(result, words=words),
            name=file_name("importance", measure_code(result), result.outcome),
            words=words,
        )


def _caption(rows: pd.DataFrame, result: AnyImportance, words: Words) -> list[str]:
    low, high = int(rows["n"].min()), int(rows["n"].max())
    answers = words.plural("count.answers", high)
    base = answers if low == high else words.text("chart.base_range", low=words.number(low), answers=answers)
    measure = words.text(f"drivers.metric_{measure_code(result)}")
    drawn = bool(np.isfinite(rows["share_low"].to_numpy(dtype="float64")).any())
    missing = result.missing if isinstance(result, Importance) else "complete"
    notes = [
        words.text("drivers.caption", outcome=words.label(result.outcome), measure=measure),
        words.text("drivers.caption_lines", level=level_of(result.conf_level, words)) if drawn else "",
        words.text("drivers.caption_sign"),
        words.text("drivers.caption_hollow") if rows["one_sided"].fillna(False).any() else "",
        weighting_of_figures(result.weighting, words) + ".",
        base + ".",
        words.text(f"drivers.kept_{missing}", share=words.percent(result.kept)),
        words.text("chart.small_base", n=SMALL_BASE) if low < SMALL_BASE else "",
    ]
    return [note for note in notes if note]


def _ends(rows: pd.DataFrame) -> Scale:
    """Return the ends of an axis from 0, or below it where a share is negative."""
    values = np.append(rows[["share", "share_low", "share_high"]].to_numpy(dtype="float64").ravel(), 0.0)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (value_axis(low, high, "ratio", None)[0] if low < 0 else -0.02 * high, high + 0.06 * (high - low))


def _draw(rows: pd.DataFrame, result: AnyImportance, title: str, words: Words) -> Axes:
    ends = _ends(rows)
    labels = [wrapped(words.label(name), LEFT - SIGN - MARGIN) for name in rows["driver"]]
    *centres, height = row_centres(labels, ROW)
    texts = [
        RowEnd(words.figure(row["share"], "share"), f"n {words.number(row['n'])}", rank_text(row, words))
        for _, row in rows.iterrows()
    ]
    end = max(text.width for text in texts)
    unit = wrapped(words.text("drivers.axis"), WIDTH - LEFT - MARGIN)
    axes = new_axes(
        title, height, left=LEFT, right=MARGIN + end + GAP, above=0.06, below=0.3 + 0.19 * len(unit)
    )
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, "share", words, most=4)
    axes.set_xlabel("\n".join(unit), loc="left")
    for (_, row), lines, text, y in zip(rows.iterrows(), labels, texts, centres, strict=True):
        axes.plot(
            [row["share_low"], row["share_high"]], [y, y], color=ACCENT, linewidth=2.2, solid_capstyle="butt"
        )
        face = "white" if bool(row["one_sided"]) is True else ACCENT
        axes.plot(row["share"], y, "o", markersize=8, color=ACCENT, markerfacecolor=face, markeredgewidth=1.8)
        sign = sign_text(row, result.conf_level)
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        beside(axes, LEFT - SIGN / 2, y, sign, ha="center", weight="bold", color=SOFT)
        text.draw(axes, WIDTH - MARGIN - end, y)
    return axes


def _alt(rows: pd.DataFrame, title: str, words: Words) -> str:
    parts = [
        words.text(
            "drivers.alt_part",
            driver=words.label(row["driver"]),
            share=words.figure(row["share"], "share"),
            interval=ends_text(row["share_low"], row["share_high"], "share", words),
            rank=rank_text(row, words),
        )
        for _, row in rows.head(SAID).iterrows()
    ]
    return words.text("drivers.alt", title=title, all=words.number(len(rows)), parts=" ".join(parts))
