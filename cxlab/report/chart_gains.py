"""How many of those who left were among the customers with the highest chances."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.report.block import Block
from cxlab.report.figure import ACCENT, INK, figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.share_axes import share_axes
from cxlab.report.wording import file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.score_quality import ScoreQuality


def chart_gains(result: ScoreQuality, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the share of leavers that each share of the customers held, the highest chances first.

    Parameters
    ----------
    result
        What `cxlab.score_quality` returned, or `.pooled` of `cxlab.rolling_origin`, after
        `.suppress(min_base)`.
    title
        Title of the chart.
    words
        Words of the report.
    """
    named, rows = title or words.text("churn.gains_title"), result.gains.dropna()
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    first, level = rows.iloc[0], level_of(result.conf_level, words)
    caption = [
        words.text("churn.gains_caption", level=level), weighting_of_figures(result.weighting, words) + ".",
        words.plural("count.customers", result.n) + ".",
    ]  # fmt: skip
    alt = words.text(
        "churn.gains_alt", title=named, top=words.percent(first["top"]),
        capture=words.percent(first["capture"], 1),
    )  # fmt: skip
    head = [words.text("churn.first"), words.text("churn.captured")]
    head += [words.text("table.interval", level=level), words.text("churn.times")]
    cells = [
        [
            words.percent(row["top"]), words.percent(row["capture"], 1),
            words.interval(row["conf_low"], row["conf_high"], "share"), words.number(row["lift"], 2),
        ]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    twin = Block(html_table(named, head, {"": cells}, numbers=(1, 2, 3)), result.min_base)
    with house_style():
        axes = _draw(rows, named, words)
        return figure_block(axes, alt=alt, caption=caption, twin=twin, name=file_name("gains"), words=words)


def _draw(rows: pd.DataFrame, title: str, words: Words) -> Axes:
    across, up = words.text("churn.gains_across"), words.text("churn.gains_up")
    axes = share_axes(title, across, up, (1.0, 1.0), words, most=6)
    axes.plot([0, 1], [0, 1], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    top, capture, low, high = (
        np.append(0, rows[name]) for name in ("top", "capture", "conf_low", "conf_high")
    )
    axes.fill_between(top, low, high, color=ACCENT, alpha=0.16, linewidth=0)
    axes.plot(top, capture, "-o", color=ACCENT, linewidth=2.2, markersize=6)
    return axes
