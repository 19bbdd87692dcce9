"""Drivers by importance as a table: the twin of `chart_importance`."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.driver_wording import (
    AnyImportance,
    ends_text,
    importance_title,
    measure_code,
    shown_drivers,
    sign_text,
)
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, NOTHING, Words


def importance_table(result: AnyImportance, *, words: Words = ENGLISH) -> Block:
    """Return a table of drivers by their share of what all explain, with intervals, ranks and signs.

    Parameters
    ----------
    result
        What `cxlab.importance` or `cxlab.likelihood_importance` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        The largest share first; suppressed drivers follow, without a figure.
    """
    level = level_of(result.conf_level, words)
    head = [
        words.text("drivers.driver"),
        words.text("table.share"),
        words.text("table.interval", level=level),
        words.text("drivers.size", measure=words.text(f"drivers.metric_{measure_code(result)}")),
        words.text("drivers.rank_heading"),
        words.text("drivers.sign"),
        words.text("table.n"),
    ]
    rows = [_row(row, result, words) for _, row in shown_drivers(result).iterrows()]
    hidden = result.rows[result.rows["suppressed"]]
    rows += [
        [words.label(name), words.text("figure.too_few"), *[NOTHING] * (len(head) - 2)]
        for name in hidden["driver"]
    ]
    html = html_table(importance_title(result, words), head, {"": rows}, numbers=range(1, len(head)))
    return Block(html, result.min_base)


def _row(row: pd.Series, result: AnyImportance, words: Words) -> list[str]:
    known = pd.notna(row["rank_low"]) and row["rank_low"] != row["rank_high"]
    rank = words.number(row["rank"])
    if known:
        rank = f"{rank} ({words.number(row['rank_low'])}–{words.number(row['rank_high'])})"
    return [
        words.label(row["driver"]),
        words.figure(row["share"], "share"),
        ends_text(row["share_low"], row["share_high"], "share", words),
        words.number(row["importance"], 3),
        rank,
        sign_text(row, result.conf_level),
        words.number(row["n"]),
    ]
