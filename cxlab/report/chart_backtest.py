"""Past periods as they would have been forecast, beside what came."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.coverage_sentence import coverage_sentence
from cxlab.report.day_text import day_text
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.row_end import RowEnd
from cxlab.report.share_rows import ShareRow, draw_share_rows
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.backtest import Backtest


def chart_backtest(tested: Backtest, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the interval of each past period and what came of it.

    Parameters
    ----------
    tested
        What `cxlab.backtest` returned, after `.suppress(min_base)`; only its totals are drawn.
    title
        Title of the chart.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; the caption says how often the interval held, and how little so few periods
        say of that.
    """
    named = title or words.text("renewal.backtest_title")
    rows = tested.rows[(tested.rows["quantity"] == "renewals") & (tested.rows["by"] == "")]
    shown = rows[~rows["suppressed"]]
    if shown.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), tested.min_base)
    level = level_of(tested.conf_level, words)
    lines = [_line(row, words) for _, row in shown.iterrows()]
    parts = [
        words.text(
            "renewal.alt_came", name=line.name, value=line.end.figure, interval=line.end.interval,
            expected=words.percent(line.share, 1),
        )
        for line in lines
    ]  # fmt: skip
    hidden = len(rows) - len(shown)
    notes = [
        words.text("renewal.backtest_caption", level=level),
        coverage_sentence(tested, words=words),
        words.plural("count.hidden_waves", hidden) if hidden else "",
        words.text("chart.unweighted") + ".",
    ]
    with house_style():
        return figure_block(
            draw_share_rows(lines, named, words.text("renewal.axis_past"), words),
            alt=words.text("renewal.alt_rows", title=named, parts=" ".join(parts)),
            caption=[note for note in notes if note],
            twin=Block(_table(shown, named, level, words), tested.min_base),
            name="renewal_backtest",
            words=words,
        )


def _line(row: pd.Series, words: Words) -> ShareRow:
    share, low, high, came = (
        float(row[name]) / float(row["n"]) for name in ("estimate", "conf_low", "conf_high", "actual")
    )
    end = RowEnd(words.percent(came, 1), f"n {words.number(row['n'])}", words.interval(low, high, "share"))
    name = words.text("renewal.period", day=day_text(str(row["period"]), words, short=True))
    return ShareRow(name, share, low, high, end, came)


def _table(rows: pd.DataFrame, title: str, level: str, words: Words) -> str:
    head = [
        words.text("renewal.begins"), words.text("renewal.due_n"), words.text("renewal.expected"),
        words.text("renewal.interval", level=level), words.text("renewal.came"), words.text("renewal.held"),
    ]  # fmt: skip
    cells = [
        [
            day_text(str(row["period"]), words, short=True), words.number(row["n"]),
            words.number(row["estimate"]),
            words.text(
                "figure.interval", low=words.number(row["conf_low"]), high=words.number(row["conf_high"])
            ),
            words.number(row["actual"]), words.text("renewal.yes" if row["inside"] else "renewal.no"),
        ]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    return html_table(title, head, {"": cells}, numbers=range(1, 5))
