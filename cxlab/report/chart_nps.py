"""Detractors, passives and promoters as stacked bars, with the NPS beside each."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cxlab.estimate.estimates import Estimates
from cxlab.report.block import Block
from cxlab.report.estimates_table import base_cells, silence
from cxlab.report.figure import (
    INK,
    LEADING,
    MARGIN,
    SMALL,
    WIDTH,
    beside,
    figure_block,
    house_style,
    new_axes,
    row_centres,
    text_width,
    wrapped,
)
from cxlab.report.html_table import html_table
from cxlab.report.row_end import RowEnd
from cxlab.report.wording import (
    SMALL_BASE,
    Order,
    all_rows,
    caption_of,
    conf_level,
    file_name,
    hidden_notes,
    interval_text,
    is_small,
    level_name,
    measure_by,
    paragraphs,
    shown_rows,
    unit_text,
    value_text,
)
from cxlab.report.words import ENGLISH, NOTHING, Words

Classes = tuple[Estimates, Estimates, Estimates]
# Okabe and Ito's orange and blue, the blue darkened: three steps apart in grey as well.
CLASSES = {"detractors": ("#e69f00", INK), "passives": ("#dfe3e8", INK), "promoters": ("#00507f", "white")}
LEFT = 1.25
GAP = 0.15
ROW = 0.56
BAR = 0.38


def chart_nps(
    score: Estimates, classes: Classes, *, order: Order = "estimate", words: Words = ENGLISH
) -> Block:
    """Draw what an NPS is made of: one bar for everyone, or one per level.

    Parameters
    ----------
    score
        The NPS, after `suppress`.
    classes
        Shares of promoters, passives and detractors of the same answers, as `nps_classes` returns them,
        after `suppress`.
    order
        `estimate`: the highest NPS first; `level`: in the order of the levels.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; where there is nothing to draw, a sentence that says so.

    Raises
    ------
    ValueError
        Where the four results do not stand on the same levels.
    """
    table = _joined(score, classes, order)
    min_base = min(result.min_base for result in (score, *classes))
    shown = table[table["estimate"].notna() & table["promoters"].notna()]
    if shown.empty:
        sentence = words.text("chart.empty", measure=measure_by(score, words))
        return Block(paragraphs(sentence, *hidden_notes(score, words)), min_base)
    small = [level_name(row, score, words) for _, row in shown.iterrows() if is_small(row)]
    notes = [
        words.text("chart.small_base_text", n=SMALL_BASE, levels=", ".join(small)) if small else "",
        *hidden_notes(score, words),
    ]
    with house_style():
        return figure_block(
            _draw(shown, score, words),
            alt=_alt(shown, score, words),
            caption=caption_of(score, *notes, words=words, interval="chart.interval_text"),
            twin=Block(_twin(table, score, words), min_base),
            name=file_name("classes", score.metric, score.outcome, *score.by),
            words=words,
        )


def _joined(score: Estimates, classes: Classes, order: Order) -> pd.DataFrame:
    table = all_rows(score)
    for result in classes:
        if result.by != score.by or list(result.rows["level"]) != list(score.rows["level"]):
            raise ValueError(f"{result.metric} and {score.metric} do not stand on the same levels")
        table = table.assign(**{result.metric: all_rows(result)["estimate"].to_numpy(dtype="float64")})
    places = shown_rows(score, order).index
    return pd.concat([table.loc[places], table.drop(places)])


def _draw(table: pd.DataFrame, score: Estimates, words: Words) -> Axes:
    labels = [wrapped(level_name(row, score, words), LEFT - 0.15 - MARGIN) for _, row in table.iterrows()]
    *centres, height = row_centres(labels, ROW)
    row_ends = [_row_end(row, score, words) for _, row in table.iterrows()]
    right = GAP + max(end.width for end in row_ends) + MARGIN
    title = words.text("chart.nps_title", measure=measure_by(score, words))
    axes = new_axes(title, height, left=LEFT, right=right, above=0.32, below=0.08)
    axes.set(xlim=(0, 1), ylim=(height, 0))
    axes.grid(False)
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)
    _draw_legend(axes, right, words)
    for (_, row), lines, end, y in zip(table.iterrows(), labels, row_ends, centres, strict=True):
        beside(axes, MARGIN, y, "\n".join(lines), linespacing=LEADING)
        _draw_bar(axes, row, WIDTH - LEFT - right, y, words)
        end.draw(axes, WIDTH - right + GAP, y)
    return axes


def _row_end(row: pd.Series, score: Estimates, words: Words) -> RowEnd:
    value = words.figure(row["estimate"], score.unit)
    return RowEnd(value, f"n {words.number(row['n'])}", f"({interval_text(row, score, words)})")


def _draw_bar(axes: Axes, row: pd.Series, inches: float, y: float, words: Words) -> None:
    start = 0.0
    for name, (colour, ink) in CLASSES.items():
        axes.barh(y, row[name], left=start, height=BAR, color=colour, edgecolor="white", linewidth=1)
        text = words.percent(row[name])
        if text_width(text, SMALL) + 0.08 < row[name] * inches:
            middle = start + row[name] / 2
            axes.text(middle, y, text, ha="center", va="center", size=SMALL, color=ink)
        start += row[name]


def _draw_legend(axes: Axes, right: float, words: Words) -> None:
    """Name the classes above the bars, in their order."""
    names = {name: words.label(name) for name in CLASSES}
    gap, swatch = 0.16, 0.2
    wide = sum(text_width(name, SMALL) + swatch for name in names.values()) + gap * (len(names) - 1)
    inches = WIDTH - LEFT - right
    x = LEFT + min(0.0, inches - wide)
    for name, (colour, _) in CLASSES.items():
        place = (x - LEFT) / inches
        axes.plot(place + 0.06 / inches, -0.14, "s", markersize=8, color=colour, clip_on=False)
        beside(axes, x + swatch, -0.14, names[name], size=SMALL)
        x += text_width(names[name], SMALL) + swatch + gap
    beside(axes, WIDTH - right + GAP, -0.14, words.text("measure.nps"), size=SMALL, weight="bold")


def _alt(table: pd.DataFrame, score: Estimates, words: Words) -> str:
    rows = table if len(table) < 3 else table.iloc[[0, -1]]
    parts = [
        words.text(
            "alt.nps_part",
            level=level_name(row, score, words),
            value=value_text(row["estimate"], score, words),
            interval=interval_text(row, score, words),
            **{name: words.percent(row[name]) for name in CLASSES},
        )
        for _, row in rows.iterrows()
    ]
    return words.text("alt.nps", measure=measure_by(score, words), parts=" ".join(parts))


def _twin(table: pd.DataFrame, score: Estimates, words: Words) -> str:
    weighted = score.weighting == "weighted"
    head = [
        words.text("table.level"),
        *(words.label(name) for name in CLASSES),
        words.text("measure.nps"),
        words.text("table.interval", level=conf_level(score, words)),
        words.text("table.n"),
        *([words.text("table.n_eff")] if weighted else []),
    ]
    rows = [
        [level_name(row, score, words), *_cells(row, score, words), *base_cells(row, weighted, words)]
        for _, row in table.iterrows()
    ]
    caption = f"{measure_by(score, words)}, {unit_text(score, words)}"
    return html_table(caption, head, {"": rows}, numbers=range(1, len(head)))


def _cells(row: pd.Series, score: Estimates, words: Words) -> list[str]:
    if pd.isna(row["estimate"]):
        return [NOTHING] * len(CLASSES) + [silence(row, words), NOTHING]
    shares = [words.percent(row[name], 1) for name in CLASSES]
    return [*shares, words.figure(row["estimate"], score.unit), interval_text(row, score, words)]
