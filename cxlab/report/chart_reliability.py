"""Chances of leaving against what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.report.block import Block
from cxlab.report.figure import ACCENT, INK, figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.share_axes import share_axes
from cxlab.report.wording import file_name, level_of, paragraphs
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.chance_groups import ChanceGroups


def chart_reliability(result: ChanceGroups, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the share that left in each group of like chances.

    Parameters
    ----------
    result
        What `cxlab.chance_groups` returned, after `.suppress(min_base)`.
    title
        Title of the chart.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; where nothing may be shown, a sentence that says so.
    """
    named = title or words.text("churn.reliability_title")
    rows = result.rows[~result.rows["suppressed"].astype(bool)]
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    level = level_of(result.conf_level, words)
    hidden = len(result.rows) - len(rows)
    caption = [
        words.text("churn.reliability_caption", level=level),
        words.plural("count.hidden", hidden) if hidden else "",
        words.text("chart.unweighted") + ".",
        "" if hidden else words.plural("count.customers", int(rows["n"].sum())) + ".",
    ]
    with house_style():
        return figure_block(
            _draw(rows, named, words), alt=_alt(rows, named, words), caption=[c for c in caption if c],
            twin=Block(_table(rows, named, level, words), result.min_base),
            name=file_name("reliability"), words=words,
        )  # fmt: skip


def _draw(rows: pd.DataFrame, title: str, words: Words) -> Axes:
    figures = rows[["score", "observed", "conf_low", "conf_high"]].to_numpy(dtype="float64")
    ends = (float(figures[:, 0].max()) * 1.1, float(np.nanmax(figures[:, 1:])) * 1.05)
    across, up = words.text("churn.reliability_across"), words.text("churn.reliability_up")
    axes = share_axes(title, across, up, (max(ends[0], 0.02), max(ends[1], 0.02)), words)
    least = min(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([0, least], [0, least], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    for x, y, low, high in figures:
        axes.plot([x, x], [low, high], color=ACCENT, linewidth=2.2, solid_capstyle="butt")
        axes.plot(x, y, "o", markersize=8, color=ACCENT)
    return axes


def _ends(row: pd.Series, words: Words) -> str:
    return words.interval(row["conf_low"], row["conf_high"], "share")


def _table(rows: pd.DataFrame, title: str, level: str, words: Words) -> str:
    head = [
        words.text("churn.given"), words.text("churn.observed"), words.text("table.interval", level=level),
        words.text("table.customers"),
    ]  # fmt: skip
    cells = [
        [words.percent(row["score"], 1), words.percent(row["observed"], 1), _ends(row, words),
         words.number(row["n"])]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    return html_table(title, head, {"": cells}, numbers=range(1, 4))


def _alt(rows: pd.DataFrame, title: str, words: Words) -> str:
    parts = [
        words.text(
            "churn.alt_part", name=words.percent(row["score"], 1), value=words.percent(row["observed"], 1),
            interval=_ends(row, words),
        )
        for _, row in rows.iterrows()
    ]  # fmt: skip
    return words.text("churn.alt_points", title=title, parts=" ".join(parts))
