"""The markets that are compared, and how fresh their results are."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, Words


def markets_table(markets: pd.DataFrame, *, words: Words = ENGLISH) -> Block:
    """Return a table of the markets with their answers and the state of their results.

    Parameters
    ----------
    markets
        `market_name`, `studies` and `stale` (names joined by commas), `n_responses`: `CrossStudy.markets`.
    words
        Words of the report.
    """
    head = [words.text(f"cross.{key}") for key in ("market", "answers", "state")]
    rows = [
        [row["market_name"], words.number(row["n_responses"]) if row["studies"] else "–", _state(row, words)]
        for _, row in markets.iterrows()
    ]
    return Block(html_table(words.text("cross.markets"), head, {"": rows}, numbers=[1]))


def _state(row: pd.Series, words: Words) -> str:
    if not row["studies"]:
        return words.text("cross.no_results")
    if row["stale"]:
        titles = ", ".join(words.text(f"study.{name}") for name in row["stale"].split(", "))
        return words.text("cross.stale", studies=titles)
    return words.text("cross.fresh")
