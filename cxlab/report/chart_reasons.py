"""Why customers say they left, and how far it could be otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.report.block import Block
from cxlab.report.dot_rows import DotRow, draw_dot_rows
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.row_end import RowEnd
from cxlab.report.wording import file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.cause_result import CauseShares


def chart_reasons(result: CauseShares, *, words: Words = ENGLISH) -> Block:
    """Draw the share of each reason among those who left, with interval and bounds.

    Parameters
    ----------
    result
        What `cxlab.cause_shares` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table, the commonest reason first. Thick lines are intervals of the shares as given;
        thin ones hold the share wherever unknown and movable reasons belong.
    """
    title = words.text("churn.reasons_title")
    rows = result.rows[~result.rows["suppressed"].astype(bool) & result.rows["share"].notna()]
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=title)), result.min_base)
    rows = rows.sort_values("share", ascending=False, kind="stable")
    level = level_of(result.conf_level, words)
    hidden = int(result.rows["suppressed"].sum())
    caption = [
        words.text("churn.reasons_caption", level=level),
        words.text("churn.reasons_silent", silent=words.number(result.silent)) if result.silent else "",
        words.plural("count.hidden", hidden) if hidden else "",
        weighting_of_figures(result.weighting, words) + ".",
        words.plural("count.customers", result.n) + "." if not hidden else "",
    ]
    lines = [_row(row, words) for _, row in rows.iterrows()]
    with house_style():
        axes = draw_dot_rows(
            lines, title=title, axis=words.text("churn.reasons_axis"), unit="share", whole=(0.0, 1.0),
            words=words,
        )  # fmt: skip
        return figure_block(
            axes, alt=_alt(lines, title, words), caption=[note for note in caption if note],
            twin=Block(_table(rows, title, level, words), result.min_base),
            name=file_name("reasons", result.reason), words=words,
        )  # fmt: skip


def _name(row: pd.Series, words: Words) -> str:
    return words.column("reason", str(row["group"]))


def _count(row: pd.Series, words: Words) -> str:
    """Return how many gave a reason; few are not counted, though their share among all is shown."""
    return words.number(row["n"]) if pd.notna(row["n"]) else NOTHING


def _row(row: pd.Series, words: Words) -> DotRow:
    interval = words.interval(row["conf_low"], row["conf_high"], "share")
    end = RowEnd(words.figure(row["share"], "share"), f"n {_count(row, words)}", interval)
    wide = row["outer_low"], row["outer_high"]
    return DotRow(_name(row, words), row["share"], row["conf_low"], row["conf_high"], end, *wide)


def _table(rows: pd.DataFrame, title: str, level: str, words: Words) -> str:
    head = [
        words.label("reason"), words.text("table.share"), words.text("table.interval", level=level),
        words.text("churn.bounds"), words.text("table.customers"),
    ]  # fmt: skip
    cells = []
    for _, row in rows.iterrows():
        known = bool(np.isfinite(row["bound_low"]) and np.isfinite(row["bound_high"]))
        bounds = words.interval(row["bound_low"], row["bound_high"], "share") if known else NOTHING
        interval = words.interval(row["conf_low"], row["conf_high"], "share")
        share = words.figure(row["share"], "share")
        cells.append([_name(row, words), share, interval, bounds, _count(row, words)])
    return html_table(title, head, {"": cells}, numbers=range(1, 5))


def _alt(lines: list[DotRow], title: str, words: Words) -> str:
    parts = [
        words.text("churn.alt_part", name=line.name, value=line.end.figure, interval=line.end.interval)
        for line in lines
    ]
    return words.text("churn.alt_rows", title=title, parts=" ".join(parts))
