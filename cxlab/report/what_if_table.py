"""What other ratings go with, as a table."""

from __future__ import annotations

import pandas as pd

from cxlab.drivers.what_if import TOGETHER, WhatIf
from cxlab.report.block import Block
from cxlab.report.driver_wording import plain, signed, signed_ends
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, NOTHING, Words


def what_if_table(result: WhatIf, *, words: Words = ENGLISH) -> Block:
    """Return a table of what the outcome differs by where drivers are rated otherwise.

    Parameters
    ----------
    result
        What `cxlab.what_if` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    outcome = words.label(result.outcome)
    head = [
        words.text("drivers.driver"),
        words.text("drivers.change"),
        words.text("drivers.difference"),
        words.text("drivers.mean_change"),
        words.text("drivers.capped"),
        words.text("table.n"),
    ]
    rows = [_row(row, result, len(head), words) for _, row in result.rows.iterrows()]
    caption = words.text("drivers.what_if_title", outcome=outcome)
    return Block(html_table(caption, head, {"": rows}, numbers=range(1, len(head))), result.min_base)


def _row(row: pd.Series, result: WhatIf, width: int, words: Words) -> list[str]:
    together = row["driver"] == TOGETHER
    name = words.text("drivers.together") if together else words.label(row["driver"])
    if row["suppressed"]:
        return [name, words.text("figure.too_few"), *[NOTHING] * (width - 2)]
    change = NOTHING if together else f"{'+' if row['change'] > 0 else ''}{plain(row['change'], words)}"
    interval = signed_ends(row["conf_low"], row["conf_high"], words)
    return [
        name,
        change,
        f"{signed(row['difference'], words)} ({interval})",
        NOTHING if together else signed(row["mean_change"], words),
        words.percent(row["share_capped"]),
        words.number(result.n),
    ]
