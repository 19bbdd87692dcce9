"""A change split into mix and score: what each segment adds to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.measure.mix_score import EVERYONE, MixScore
from cxlab.report.block import Block
from cxlab.report.contrasts_table import (
    difference_interval,
    difference_text,
    level_text,
    measured_by,
    shown_factor,
)
from cxlab.report.figure import (
    ACCENT,
    INK,
    LEADING,
    MARGIN,
    SECOND,
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
from cxlab.report.html_table import html_table
from cxlab.report.wording import file_name, has_interval, measure_name, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words

LEFT = 1.9
GAP = 0.16
ROW = 0.4
BAR = 0.2
COLOURS = {"change": INK, "mix": SECOND, "score": ACCENT}


def chart_mix_score(result: MixScore, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the last change of a trend: as a whole, its mix and score, and both of each segment, as bars.

    Parameters
    ----------
    result
        The split of `cxlab.trend(…, mix_by=…)`, after `suppress`.
    title
        Title of the chart; None names the measure and the two waves.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. The last change is the one from the first to the last wave. Where it cannot
        be split, a sentence says so.
    """
    rows = _last(result)
    shown = rows[rows["estimate"].notna() & ~rows["suppressed"]]
    named = title or _title(rows, result, words)
    hidden = rows.loc[rows["suppressed"], "level"].nunique()
    notes = [words.plural("count.hidden", hidden)] if hidden else []
    if shown.empty:
        return Block(paragraphs(words.text("contrast.empty", measure=named), *notes), result.min_base)
    caption = words.text(
        "mix.caption",
        level=level_text(result, words),
        weighting=words.text(f"chart.{'weighted' if result.weighting == 'weighted' else 'unweighted'}"),
        answers=words.plural("count.answers", int(shown["n_b"].iloc[0])),
        later=words.plural("count.answers", int(shown["n_a"].iloc[0])),
    )
    with house_style():
        return figure_block(
            _draw(shown, result, named, words),
            alt=_alt(shown, result, named, words),
            caption=[caption, *notes],
            twin=_twin(rows, result, named, words),
            name=file_name("mix_score", result.metric, result.outcome, *result.by),
            words=words,
        )


def _last(result: MixScore) -> pd.DataFrame:
    rows = result.rows
    last = rows.iloc[-1]
    return rows[(rows["level_a"] == last["level_a"]) & (rows["level_b"] == last["level_b"])]


def _title(rows: pd.DataFrame, result: MixScore, words: Words) -> str:
    first = rows.iloc[0]
    unit = words.text(f"contrast.unit_{result.unit}")
    named = measure_name(measured_by(result), words)
    earlier, later = (words.level(first[side], (result.group,)) for side in ("level_b", "level_a"))
    return words.text("mix.title", measure=named, earlier=earlier, later=later, unit=unit)


def _name(row: pd.Series, result: MixScore, words: Words) -> str:
    if row["level"] == EVERYONE:
        return words.text(f"mix.{row['component']}")
    part = words.text(f"mix.{row['component']}_short")
    return f"{words.level(row['level'], result.by)}: {part}"


def _draw(rows: pd.DataFrame, result: MixScore, title: str, words: Words) -> Axes:
    factor = shown_factor(result)
    figures = factor * rows[["estimate", "conf_low", "conf_high"]].to_numpy(dtype="float64")
    values = np.append(figures.ravel(), 0.0)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    air = 0.06 * (high - low) or 0.1
    ends = (low - air, high + air)
    labels = [wrapped(_name(row, result, words), LEFT - 0.2 - MARGIN) for _, row in rows.iterrows()]
    *centres, height = row_centres(labels, ROW)
    texts = [difference_text(value, result, words) for value in rows["estimate"]]
    right = MARGIN + max(text_width(figure, bold=True) for figure in texts) + GAP
    axes = new_axes(title, height, left=LEFT, right=right, above=0.06, below=0.32)
    axes.set(xlim=ends, ylim=(height, 0))
    axes.yaxis.set_visible(False)
    set_ticks(axes.xaxis, ends, "points", words)
    axes.axvline(0, color=INK, linewidth=1.4, zorder=3)
    for (_, row), lines, figure, y in zip(rows.iterrows(), labels, texts, centres, strict=True):
        whole = row["level"] == EVERYONE
        colour = COLOURS[row["component"]]
        axes.barh(
            y, factor * row["estimate"], height=BAR, color=colour, alpha=1.0 if whole else 0.6, zorder=2
        )
        if has_interval(row):
            interval = [factor * row["conf_low"], factor * row["conf_high"]]
            # A white edge keeps the line in sight on a dark bar.
            axes.plot(interval, [y, y], color="white", linewidth=4, zorder=4)
            axes.plot(interval, [y, y], color=SOFT, linewidth=1.6, zorder=5)
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING, weight="bold" if whole else "normal")
        beside(axes, WIDTH - MARGIN, y, figure, ha="right", weight="bold" if whole else "normal")
    return axes


def _alt(rows: pd.DataFrame, result: MixScore, title: str, words: Words) -> str:
    whole = rows[rows["level"] == EVERYONE].set_index("component")
    if whole.empty:
        return title
    told = {
        name: f"{difference_text(row['estimate'], result, words)} ({difference_interval(row, result, words)})"
        for name, row in whole.iterrows()
    }
    return words.text("mix.alt", measure=title, **{str(name): text for name, text in told.items()})


def _twin(rows: pd.DataFrame, result: MixScore, title: str, words: Words) -> Block:
    head = [
        words.text("mix.part"),
        words.text("table.estimate"),
        words.text("table.interval", level=level_text(result, words)),
        words.text("mix.share_before"),
        words.text("mix.share_after"),
        words.text("mix.before"),
        words.text("mix.after"),
    ]
    cells = [[_name(row, result, words), *_cells(row, result, words)] for _, row in rows.iterrows()]
    html = html_table(title, head, {"": cells}, numbers=range(1, len(head)))
    return Block(html, result.min_base)


def _cells(row: pd.Series, result: MixScore, words: Words) -> list[str]:
    if row["suppressed"]:
        return [words.text("figure.too_few"), *[NOTHING] * 5]
    before, after = (
        words.figure(row[name], result.unit) if pd.notna(row[name]) else words.text("figure.no_answers")
        for name in ("estimate_b", "estimate_a")
    )
    figure = difference_text(row["estimate"], result, words) if pd.notna(row["estimate"]) else NOTHING
    shares = [
        words.percent(row[name], 1) if pd.notna(row[name]) else NOTHING for name in ("share_b", "share_a")
    ]
    return [figure, difference_interval(row, result, words), *shares, before, after]
