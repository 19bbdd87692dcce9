"""Drivers beside the general impression: how much it holds, and what is left of each."""

from __future__ import annotations

import pandas as pd

from cxlab.drivers.halo import STRONG, Halo
from cxlab.report.block import Block
from cxlab.report.driver_wording import ends_text
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, NOTHING, Words


def halo_table(result: Halo, *, words: Words = ENGLISH) -> Block:
    """Return how much of the ratings is one impression, and a table of what is left of each driver.

    Parameters
    ----------
    result
        What `cxlab.halo` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    title = words.text("drivers.halo_title")
    if result.rows["suppressed"].any():
        said = words.text("chart.empty_table", measure=title)
        return Block(paragraph(said).html, result.min_base)
    level = level_of(result.conf_level, words)
    said = words.text(
        "drivers.halo_share",
        outcome=words.label(result.outcome),
        share=words.percent(result.first_eigenvalue, 1),
        level=level,
        interval=ends_text(result.conf_low, result.conf_high, "share", words),
        chance=words.percent(1 / len(result.rows), 1),
        general=words.percent(result.general_r_squared, 1),
        own=words.percent(result.r_squared - result.general_r_squared, 1),
    )
    if result.first_eigenvalue >= STRONG:
        said = f"{said} {words.text('drivers.halo_strong')}"
    head = [
        words.text("drivers.driver"),
        words.text("drivers.halo_with"),
        words.label("rank"),
        words.text("drivers.halo_own"),
        words.label("rank"),
        words.text("table.n"),
    ]
    rows = [_row(row, words) for _, row in result.rows.sort_values("rank", kind="stable").iterrows()]
    table = html_table(title, head, {"": rows}, numbers=range(1, len(head)))
    return Block(f"{paragraph(said).html}\n{table}", result.min_base)


def _row(row: pd.Series, words: Words) -> list[str]:
    own = pd.notna(row["net_importance"])
    interval = ends_text(row["net_low"], row["net_high"], "share", words)
    return [
        words.label(row["driver"]),
        words.figure(row["share"], "share"),
        words.number(row["rank"]),
        f"{words.figure(row['net_importance'], 'share')} ({interval})" if own else NOTHING,
        words.number(row["net_rank"]) if own else NOTHING,
        words.number(row["n"]),
    ]
