"""Importance and performance of each driver as a table: the twin of `chart_priorities`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.drivers.priority_map import PriorityMap
from cxlab.drivers.priority_tables import QUADRANTS
from cxlab.report.block import Block
from cxlab.report.driver_wording import ends_text
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, NOTHING, Words


def priority_table(result: PriorityMap, *, words: Words = ENGLISH) -> Block:
    """Return a table of drivers by field, with both figures, their intervals and how sure the field is.

    Parameters
    ----------
    result
        What `cxlab.priority_map` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        Fields as groups of rows. Where importance was stated, its rank beside the derived one; a star where
        the two disagree.
    """
    level = level_of(result.conf_level, words)
    head = [
        words.text("drivers.driver"),
        words.text("drivers.importance"),
        words.text("table.interval", level=level),
        words.text("drivers.performance"),
        words.text("table.interval", level=level),
        words.text("table.sure"),
    ]
    stated = "stated" in result.rows
    head += [words.text("drivers.rank_heading"), words.text("drivers.stated_rank")] if stated else []
    groups: dict[str, list[list[str]]] = {}
    for quadrant in (*QUADRANTS, ""):
        rows = result.rows[result.rows["quadrant"] == quadrant]
        if len(rows):
            name = words.text(f"quadrant.{quadrant}") if quadrant else words.text("figure.too_few")
            groups[name] = [_row(row, stated, len(head), words) for _, row in rows.iterrows()]
    caption = words.text("drivers.priorities_title", outcome=words.label(result.outcome))
    return Block(html_table(caption, head, groups, numbers=range(1, len(head))), result.min_base)


def _row(row: pd.Series, stated: bool, width: int, words: Words) -> list[str]:
    name = words.label(row["driver"])
    if row["suppressed"]:
        return [name, *[NOTHING] * (width - 1)]
    cells = [name]
    for side, unit in (("importance", "share"), ("performance", "points")):
        cells.append(words.figure(row[side], unit))
        cells.append(ends_text(row[f"{side}_conf_low"], row[f"{side}_conf_high"], unit, words))
    cells.append(NOTHING if pd.isna(row["probability"]) else words.percent(row["probability"]))
    if stated:
        apart = " *" if bool(row["disagrees"]) else ""
        cells += [_rank(row["importance_rank"], words), _rank(row["stated_rank"], words) + apart]
    return cells


def _rank(value: float, words: Words) -> str:
    if np.isnan(value):
        return NOTHING
    return words.number(value, 0 if value == round(value) else 1)
