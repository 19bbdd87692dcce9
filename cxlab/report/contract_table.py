"""What became of the values received: accepted, missing, quarantined."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.html_table import Rows, html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words

FATES = ["n_accepted", "n_missing", "n_quarantined"]


def contract_table(codebook: pd.DataFrame, *, words: Words = ENGLISH) -> Block:
    """Return a table of the fate of every table's values, and one of every column's to unfold.

    Parameters
    ----------
    codebook
        `Market.codebook`; its sources are added up.
    words
        Words of the report.

    Returns
    -------
    Block
        A row for each table, with the count of its values over all columns. Folded under it, a row for each
        column, or for each attribute where a table holds items, with the count of the rows received. In every
        row, all = accepted + missing + quarantined.
    """
    fates = column_fates(codebook)
    if fates.empty:
        return paragraph(words.text("intake.no_rows"))
    groups = {
        group_name(str(table), str(kind), words): rows
        for (table, kind), rows in fates.groupby(["table", "kind_asked"], sort=False)
    }
    totals = [_row(name, rows[["n_rows", *FATES]].sum(), words) for name, rows in groups.items()]
    columns = {name: [_column_row(row, words) for _, row in rows.iterrows()] for name, rows in groups.items()}
    caption = words.text("table.columns")
    overview = _table(words.text("table.contract"), ("table", "values"), {"": totals}, words)
    unfolded = _table(caption, ("column", "rows"), columns, words)
    summary = f"<summary>{escape(caption)}</summary>"
    return Block(f'{overview}\n<details class="cx-twin">{summary}\n{unfolded}\n</details>')


def column_fates(codebook: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each column over all sources.

    Returns
    -------
    DataFrame
        `table`, `column`, `attribute`, `n_rows`, `n_accepted`, `n_missing`, `n_quarantined`, and
        `kind_asked`: what was asked of an attribute (`satisfaction`), empty for a column.
    """
    keys = ["table", "column", "attribute"]
    known = codebook.assign(attribute=codebook["attribute"].fillna("").astype("str"))
    fates = known.groupby(keys, sort=False, as_index=False)[["n_rows", *FATES]].sum()
    return fates.assign(kind_asked=[_split(attribute)[0] for attribute in fates["attribute"]])


def group_name(table: str, kind_asked: str, words: Words) -> str:
    """Return the name of a table, with what was asked where it holds items."""
    named = words.label(table)
    return f"{named}: {words.label(kind_asked).lower()}" if kind_asked else named


def column_name(table: str, column: str, attribute: str, words: Words) -> str:
    """Return the name of a column, or of the attribute where it holds items."""
    return words.label(_split(attribute)[1]) if attribute else words.column(table, column)


def full_name(table: str, column: str, attribute: str, words: Words) -> str:
    """Return the name of a column, or of the attribute with what was asked of it."""
    kind = _split(attribute)[0]
    named = column_name(table, column, attribute, words)
    return f"{named} ({words.label(kind).lower()})" if kind else named


def counted(n: int, total: int, words: Words) -> str:
    """Return a count with its share of a total: `379 (12.6%)`."""
    if not n or not total:
        return words.number(n)
    return f"{words.number(n)} ({share_text(n / total, words)})"


def share_text(share: float, words: Words) -> str:
    """Return a share as a percentage that rounds neither a small one to 0 nor a large one to 100."""
    if 0 < share < 0.0005:
        return f"<\u00a0{words.percent(0.001, 1)}"
    if 0.9995 <= share < 1:
        return f">\u00a0{words.percent(0.999, 1)}"
    return words.percent(share, 1)


def _table(caption: str, first: tuple[str, str], groups: Mapping[str, Rows], words: Words) -> str:
    head = [words.text(f"table.{key}") for key in (*first, "accepted", "missing_n", "quarantined")]
    return html_table(caption, head, groups, numbers=range(1, len(head)))


def _column_row(fates: pd.Series, words: Words) -> list[str]:
    name = column_name(fates["table"], fates["column"], fates["attribute"], words)
    return _row(name, fates, words)


def _row(name: str, fates: pd.Series, words: Words) -> list[str]:
    total = int(fates["n_rows"])
    return [name, words.number(total), *(counted(int(fates[fate]), total, words) for fate in FATES)]


def _split(attribute: str) -> tuple[str, str]:
    kind, dot, name = attribute.partition(".")
    return (kind, name) if dot else ("", attribute)
