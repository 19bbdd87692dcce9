"""One score told in several ways, and whether the way decides who is best."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.measure.box_choices import BoxChoices
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def choices_table(choices: BoxChoices, *, words: Words = ENGLISH) -> Block:
    """Return a table of segments by choice of boxes, with ranks, and a sentence on ranks that turn round.

    Parameters
    ----------
    choices
        What `cxlab.box_choices` returned, after its `suppress`.
    words
        Words of the report.
    """
    first = choices.choices[0]
    ranks = choices.ranks()
    if ranks.empty:
        return paragraph(words.text("choices.nothing"))
    head = [words.label(first.by[0]), *(words.text(f"choices.{one.metric}") for one in choices.choices)]
    rows = [
        [
            words.level(str(level), first.by),
            *(_cell(one, str(level), ranks, words) for one in choices.choices),
        ]
        for level in ranks.index
    ]
    caption = words.text("choices.caption", outcome=words.label(first.outcome))
    table = html_table(caption, head, {"": rows}, numbers=range(1, len(head)))
    return Block(f"{table}\n{paragraph(_said(choices, words)).html}", first.min_base)


def _cell(one: Estimates, level: str, ranks: pd.DataFrame, words: Words) -> str:
    rows = one.rows.set_index("level")
    figure = words.figure(rows.loc[[level], "estimate"].iloc[0], one.unit)
    rank = words.number(ranks.loc[[level], one.metric].iloc[0])
    return words.text("choices.cell", figure=figure, rank=rank)


def _said(choices: BoxChoices, words: Words) -> str:
    reversals = choices.reversals()
    if reversals.empty:
        return words.text("choices.alike")
    by, first = choices.choices[0].by, reversals.iloc[0]
    return words.text(
        "choices.reversed",
        better=words.level(str(first["better"]), by),
        worse=words.level(str(first["worse"]), by),
        choice=words.text(f"choices.{first['choice']}"),
        other=words.text(f"choices.{first['other']}"),
    )
