"""How many are expected to leave in each segment."""

from __future__ import annotations

from cxlab.report.block import Block
from cxlab.report.dot_rows import DotRow, draw_dot_rows
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.row_end import RowEnd
from cxlab.report.segment_name import segment_name
from cxlab.report.wording import file_name, level_of, paragraphs
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.leaving_counts import LeavingCounts


def chart_leaving(result: LeavingCounts, by: str, *, words: Words = ENGLISH) -> Block:
    """Draw how many are expected to leave in each segment, with prediction intervals.

    Parameters
    ----------
    result
        What `cxlab.leaving_counts` returned, after `.suppress(min_base)`.
    by
        Column of the segments.
    words
        Words of the report.
    """
    title = words.text("churn.leaving_title", by=segment_name(by, words))
    rows = result.rows[~result.rows["suppressed"].astype(bool)]
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    lines, cells = [], []
    for _, row in rows.iterrows():
        name, n = words.level(str(row["segment"]), (by,)), words.number(row["n"])
        value = words.number(row["expected"])
        interval = words.text(
            "figure.interval", low=words.number(row["conf_low"]), high=words.number(row["conf_high"])
        )
        end = RowEnd(value, f"n {n}", interval)
        lines.append(DotRow(name, row["expected"], row["conf_low"], row["conf_high"], end))
        cells.append([name, n, value, interval])
    head = [words.label(by), words.text("table.customers"), words.text("churn.expected")]
    head.append(words.text("table.interval", level=level))
    past = {"groups": words.number(result.groups), "periods": words.number(result.periods)}
    caption = [words.text("churn.leaving_caption", level=level, **past)]
    if hidden := int(result.rows["suppressed"].sum()):
        caption.append(words.plural("count.hidden", hidden))
    parts = [
        words.text("churn.alt_part", name=line.name, value=line.end.figure, interval=line.end.interval)
        for line in lines
    ]
    with house_style():
        axes = draw_dot_rows(
            lines, title=title, axis=words.text("churn.leaving_axis"), unit="score", whole=(0, 1e12),
            words=words,
        )  # fmt: skip
        return figure_block(
            axes, alt=words.text("churn.alt_rows", title=title, parts=" ".join(parts)), caption=caption,
            twin=Block(html_table(title, head, {"": cells}, numbers=range(1, 4)), result.min_base),
            name=file_name("leaving", by), words=words,
        )  # fmt: skip
