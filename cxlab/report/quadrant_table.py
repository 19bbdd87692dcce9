"""Importance, satisfaction and the field of each attribute as a table."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.measure.importance_satisfaction import QUADRANTS, ImportanceSatisfaction
from cxlab.report.block import Block
from cxlab.report.estimates_table import silence
from cxlab.report.html_table import html_table
from cxlab.report.wording import interval_text, level_name
from cxlab.report.words import ENGLISH, NOTHING, Words


def quadrant_table(result: ImportanceSatisfaction, *, words: Words = ENGLISH) -> Block:
    """Return a table of the attributes by field, each with both means, their intervals and bases.

    Parameters
    ----------
    result
        What `cxlab.importance_satisfaction` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        Fields as groups of rows; `sure` is the share of the bootstrap replicates in which the attribute
        stands in its field.
    """
    axes = (result.importance, result.satisfaction)
    head = [words.label("attribute_id")]
    for axis in axes:
        head += [words.label(axis.outcome), words.text("table.n")]
    head.append(words.text("table.sure"))
    groups: dict[str, list[list[str]]] = {}
    for quadrant in (*QUADRANTS, ""):
        places = result.quadrants.index[result.quadrants["quadrant"] == quadrant]
        if len(places):
            name = words.text(f"quadrant.{quadrant}") if quadrant else words.text("figure.too_few")
            groups[name] = [_row(place, result, words) for place in places]
    html = html_table(words.text("chart.quadrant_title"), head, groups, numbers=range(1, len(head)))
    return Block(html, min(axis.min_base for axis in axes))


def _row(place: int, result: ImportanceSatisfaction, words: Words) -> list[str]:
    name = level_name(result.importance.rows.iloc[place], result.importance, words)
    cells = [cell for axis in (result.importance, result.satisfaction) for cell in _axis(place, axis, words)]
    sure = result.quadrants.iloc[place]["probability"]
    return [name, *cells, NOTHING if pd.isna(sure) else words.percent(sure)]


def _axis(place: int, axis: Estimates, words: Words) -> list[str]:
    row = axis.rows.iloc[place]
    if pd.isna(row["estimate"]):
        return [silence(row, words), NOTHING]
    figure = f"{words.figure(row['estimate'], 'score')} ({interval_text(row, axis, words)})"
    return [figure, words.number(row["n"])]
