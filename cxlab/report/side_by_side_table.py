"""One measure of several markets side by side."""

from __future__ import annotations

import json
from typing import Literal

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words

Rows = Literal["level", "outcome"]
HEADS: dict[Rows, str] = {"level": "table.level", "outcome": "table.question"}


def side_by_side_table(
    figures: pd.DataFrame, *, caption: str, rows: Rows = "level", words: Words = ENGLISH
) -> Block:
    """Return a table with a column per market and a row per level, each figure with its interval.

    Parameters
    ----------
    figures
        Rows of the markets' `metrics.csv` with `market_name`: one figure per market and level. Suppressed
        ones are blank; the smallest base of the others is the smallest the table shows.
    caption
        What the table shows.
    rows
        Column that names the rows: `level`, or `outcome` where several outcomes are compared.
    words
        Words of the report.

    Raises
    ------
    ValueError
        Where a market has two figures for one row.
    """
    if figures.empty:
        return paragraph(words.text("cross.nothing"))
    if figures.duplicated([rows, "market_name"]).any():
        raise ValueError("a market has two figures for one row; choose one measure and one weighting")
    markets = list(figures["market_name"].drop_duplicates())
    cells = {(row[rows], row["market_name"]): _cell(row, words) for _, row in figures.iterrows()}
    body = [
        [_name(str(name), figures, rows, words), *(cells.get((name, market), "–") for market in markets)]
        for name in figures[rows].drop_duplicates()
    ]
    head = [words.text(HEADS[rows]), *markets]
    bases = figures.loc[figures["estimate"].notna(), "n"]
    smallest = 0 if bases.empty else int(bases.min())
    return Block(html_table(caption, head, {"": body}, numbers=range(1, len(head))), smallest)


def _name(name: str, figures: pd.DataFrame, rows: Rows, words: Words) -> str:
    by = str(figures["by"].iloc[0])
    if rows != "level" or not by.startswith("["):
        return words.label(name)
    # A column with one level, such as the only category, tells no row from another.
    levels = [json.loads(level) for level in figures["level"]]
    parts = zip(*levels, json.loads(name), strict=True)
    told = [part[-1] for part in parts if len(set(part)) > 1]
    return ", ".join(words.label(part) for part in told or json.loads(name))


def _cell(row: pd.Series, words: Words) -> str:
    if pd.isna(row["estimate"]):
        return words.text("cross.hidden")
    unit = str(row["unit"])
    if pd.isna(row["conf_low"]):
        return words.figure(row["estimate"], unit)
    interval = words.interval(row["conf_low"], row["conf_high"], unit)
    return f"{words.figure(row['estimate'], unit)} ({interval})"
