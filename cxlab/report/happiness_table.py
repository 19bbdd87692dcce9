"""The Customer Happiness Index: brands as rated and drawn to their category."""

from __future__ import annotations

import pandas as pd

from cxlab.measure.happiness_index import HappinessIndex
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, Words


def happiness_table(index: HappinessIndex, *, words: Words = ENGLISH) -> Block:
    """Return a table of brands: as rated, drawn to their category, and the chance to be the best.

    Parameters
    ----------
    index
        What `cxlab.happiness_index` returned, after its `suppressed`.
    words
        Words of the report.
    """
    table = index.table()
    groups = {
        words.label(str(category)): [_row(row, words) for _, row in rows.iterrows()]
        for category, rows in table.groupby("category", sort=False)
    }
    if len(groups) == 1:
        groups = {"": next(iter(groups.values()))}
    head = [words.text(f"competition.{key}") for key in ("brand", "raw", "drawn", "interval", "best", "n")]
    caption = words.text("competition.index")
    return Block(html_table(caption, head, groups, numbers=range(1, len(head))), index.brands.min_base)


def _row(row: pd.Series, words: Words) -> list[str]:
    if row["suppressed"] or pd.isna(row["estimate"]):
        return [str(row["brand"]), *[words.text("cross.hidden")] * 4, ""]
    return [
        str(row["brand"]),
        words.number(row["raw"], 2),
        words.number(row["estimate"], 2),
        words.interval(row["conf_low"], row["conf_high"], "score"),
        words.percent(row["p_best"]),
        words.number(int(row["n"])),
    ]
