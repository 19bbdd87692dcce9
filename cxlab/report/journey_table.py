"""The touchpoints of the journey, who owns them and how they fare."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.report.block import Block
from cxlab.report.estimates_table import silence
from cxlab.report.html_table import html_table
from cxlab.report.wording import all_rows, is_small, measure_name, value_text
from cxlab.report.words import ENGLISH, NOTHING, Words


def journey_table(touchpoints: pd.DataFrame, *results: Estimates, words: Words = ENGLISH) -> Block:
    """Return a table of the touchpoints in the order of the journey, with owner and results.

    Parameters
    ----------
    touchpoints
        Table of touchpoints: `touchpoint`, `order` and, where it is known, `owner_role`.
    results
        Results by `touchpoint` alone, after `suppress`; a column each, with their bases.
    words
        Words of the report.

    Returns
    -------
    Block
        Touchpoints that only a result knows come last, without an owner.

    Raises
    ------
    ValueError
        Where a result is not by touchpoint.
    """
    if strange := [result.metric for result in results if result.by != ("touchpoint",)]:
        raise ValueError(f"a journey shows results by touchpoint, and {strange[0]} is not")
    known = touchpoints.sort_values("order", kind="stable")
    owners = (
        known["owner_role"] if "owner_role" in known else pd.Series(pd.NA, index=known.index, dtype="str")
    )
    named = {str(name): owner for name, owner in zip(known["touchpoint"], owners, strict=True)}
    figures = [all_rows(result).set_index("level") for result in results]
    for rows in figures:
        named |= {level: pd.NA for level in rows.index if level not in named}
    cells = [
        [
            words.level(name, ("touchpoint",)),
            NOTHING if pd.isna(owner) else words.level(str(owner), ("owner_role",)),
            *(_cell(name, rows, result, words) for rows, result in zip(figures, results, strict=True)),
        ]
        for name, owner in named.items()
    ]
    head = [
        words.label("touchpoint"),
        words.label("owner_role"),
        *(measure_name(result, words) for result in results),
    ]
    html = html_table(words.text("table.journey"), head, {"": cells}, numbers=range(2, len(head)))
    return Block(html, min((result.min_base for result in results), default=None))


def _cell(name: str, rows: pd.DataFrame, result: Estimates, words: Words) -> str:
    if name not in rows.index:
        return NOTHING
    row = rows[rows.index == name].iloc[0]
    if pd.isna(row["estimate"]):
        return silence(row, words)
    text = words.text(
        "table.journey_cell",
        value=value_text(row["estimate"], result, words),
        n=words.number(row["n"]),
    )
    return f"▲\u00a0{text}" if is_small(row) else text
