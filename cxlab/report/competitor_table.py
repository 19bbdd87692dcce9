"""Our mean less each competitor's, area by area."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.estimates import Estimates, level_names
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, Words


def competitor_table(gaps: Estimates, *, words: Words = ENGLISH) -> Block:
    """Return a table with a row per area and a column per competitor.

    Parameters
    ----------
    gaps
        What `cxlab.competitor_gap` returned, after `suppress`: by brand, category and area.
    words
        Words of the report.

    Returns
    -------
    Block
        Each difference with its interval; an asterisk marks those whose interval leaves 0 out. Categories
        stand under headings of their own.
    """
    names = pd.DataFrame(
        [level_names(level, 3) for level in gaps.rows["level"]], columns=["brand", "category", "area"]
    )
    rows = pd.concat([names, gaps.rows.reset_index(drop=True)], axis="columns")
    brands = list(rows["brand"].drop_duplicates())
    groups = {}
    for category, cells in rows.groupby("category", sort=False):
        of = {(row["area"], row["brand"]): _cell(row, gaps, words) for _, row in cells.iterrows()}
        groups[words.label(str(category))] = [
            [words.label(area), *(of.get((area, brand), "–") for brand in brands)]
            for area in cells["area"].drop_duplicates()
        ]
    if len(groups) == 1:
        groups = {"": next(iter(groups.values()))}
    head = [words.text("competition.area"), *brands]
    caption = words.text("competition.gaps", brand=gaps.outcome, level=words.percent(gaps.conf_level))
    return Block(html_table(caption, head, groups, numbers=range(1, len(head))), gaps.min_base)


def _cell(row: pd.Series, gaps: Estimates, words: Words) -> str:
    if row["suppressed"] or pd.isna(row["estimate"]):
        return words.text("cross.hidden")
    figure = _signed(float(row["estimate"]), gaps, words)
    if pd.isna(row["conf_low"]):
        return figure
    told = "" if row["conf_low"] <= 0 <= row["conf_high"] else "\u00a0*"
    return f"{figure} ({words.interval(row['conf_low'], row['conf_high'], gaps.unit)}){told}"


def _signed(value: float, gaps: Estimates, words: Words) -> str:
    text = words.figure(value, gaps.unit)
    return f"+{text}" if value > 0 else text
