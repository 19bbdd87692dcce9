"""What a model of leaving leans on."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.dot_rows import DotRow, draw_dot_rows
from cxlab.report.feature_name import feature_name
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.row_end import RowEnd
from cxlab.report.wording import file_name, level_of, paragraphs
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.churn_drivers import ChurnDrivers

MOST = 10
SAID = 3


def chart_churn_drivers(result: ChurnDrivers, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the features a model leans on most, with intervals.

    Parameters
    ----------
    result
        What `cxlab.churn_drivers` returned, after `.suppress(min_base)`.
    title
        Title of the chart.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure of the ten that weigh most, with its table; where nothing may be shown, a sentence.
    """
    named = title or words.text("churn.drivers_title")
    rows = result.rows[~result.rows["suppressed"].astype(bool) & result.rows["importance"].notna()]
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    level, shown = level_of(result.conf_level, words), rows.head(MOST)
    customers = words.plural("count.customers", result.n)
    caption = [
        words.text("churn.drivers_caption", level=level),
        words.text("churn.drivers_base", customers=customers, left=words.number(result.churners)),
        words.text("churn.drivers_more", n=words.number(MOST)) if len(rows) > MOST else "",
    ]
    lines = [_row(row, result, words) for _, row in shown.iterrows()]
    axis = words.text(f"churn.drivers_{_method(result)}")
    with house_style():
        axes = draw_dot_rows(lines, title=named, axis=axis, unit="score", whole=(-1e9, 1e9), words=words)
        return figure_block(
            axes, alt=_alt(lines, named, words), caption=[note for note in caption if note],
            twin=Block(_table(rows, result, named, level, words), result.min_base),
            name=file_name("churn_drivers"), words=words,
        )  # fmt: skip


def _method(result: ChurnDrivers) -> str:
    return "shap" if getattr(result, "method", "permutation") == "shap" else "permutation"


def _figures(row: pd.Series, result: ChurnDrivers) -> list[float]:
    times = 100.0 if _method(result) == "permutation" else 1.0
    return [times * float(row[name]) for name in ("importance", "conf_low", "conf_high")]


def _row(row: pd.Series, result: ChurnDrivers, words: Words) -> DotRow:
    value, low, high = _figures(row, result)
    end = RowEnd(words.number(value, 2), "", _interval(low, high, words))
    return DotRow(feature_name(row["column"], words=words), value, low, high, end, hollow=not low > 0)


def _interval(low: float, high: float, words: Words) -> str:
    return words.text("figure.interval", low=words.number(low, 2), high=words.number(high, 2))


def _table(rows: pd.DataFrame, result: ChurnDrivers, title: str, level: str, words: Words) -> str:
    head = [
        words.text("churn.feature"), words.text("churn.weighs"), words.text("table.interval", level=level)
    ]  # fmt: skip
    cells = []
    for _, row in rows.iterrows():
        value, low, high = _figures(row, result)
        name = feature_name(row["column"], words=words)
        cells.append([name, words.number(value, 2), _interval(low, high, words)])
    return html_table(title, head, {"": cells}, numbers=(1, 2))


def _alt(lines: list[DotRow], title: str, words: Words) -> str:
    parts = [
        words.text("churn.alt_part", name=line.name, value=line.end.figure, interval=line.end.interval)
        for line in lines[:SAID]
    ]
    return words.text("churn.alt_rows", title=title, parts=" ".join(parts))
