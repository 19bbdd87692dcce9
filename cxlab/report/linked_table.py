"""What was matched when answers were joined to revenue, and what was not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxlab.linkage.linked_note import LinkedNote
from cxlab.linkage.linked_panel import LinkedPanel
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.wording import paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words


def linked_table(panel: LinkedPanel, *, words: Words = ENGLISH) -> Block:
    """Return where every row went: of the books, of the answers, and of the panel.

    Parameters
    ----------
    panel
        What `cxlab.link_panel` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        A sentence on the panel, a table of counts for its score, and what else to know of it; reasons that
        nothing met are left out.
    """
    title = words.text("revenue.linked_title")
    counts = panel.counts[panel.counts["score"].isin(["", panel.score])]
    groups: dict[str, list[list[str]]] = {}
    for (table,), rows in counts.groupby(["table"], sort=False):
        whole = rows.loc[rows["reason"] == "in", "n"].iloc[0]
        name = words.text("revenue.panel_rows") if table == "periods" else words.label(str(table))
        groups[name] = [
            [words.text(f"revenue.match_{_code(reason)}"), *_shown(n, whole, words)]
            for reason, n in zip(rows["reason"], rows["n"], strict=True)
            if pd.isna(n) or n or reason == "in"
        ]
    head = [words.text("table.reason"), words.text("table.rows"), words.text("table.share")]
    html = html_table(title, head, groups, numbers=(1, 2))
    notes = [_note_text(note, words) for note in panel.notes]
    return Block("\n".join([*_said(panel, counts, words), html, *map(paragraphs, notes)]), panel.min_base)


def _said(panel: LinkedPanel, counts: pd.DataFrame, words: Words) -> list[str]:
    """Say how many rows hold the score; nothing where that is hidden, so that it protects another count."""
    of_rows = counts[counts["table"] == "periods"].set_index("reason")["n"]
    whole, known = of_rows["in"], of_rows["with a score"]
    if pd.isna(whole) or pd.isna(known):
        return []
    periods = panel.frame["period"]
    said = words.text(
        "revenue.linked_said",
        score=words.label(panel.score),
        known=words.number(known),
        rows=words.plural("count.rows", int(whole)),
        share=words.percent(known / max(whole, 1)),
        first=periods.min(),
        last=periods.max(),
    )
    return [paragraphs(said)]


def _note_text(note: LinkedNote, words: Words) -> str:
    rows = words.text("revenue.few_rows") if note.n is None else words.plural("count.rows", note.n)
    return words.text(
        f"revenue.note_{note.code}", first=note.first, last=note.last, period=note.period, rows=rows
    )


def _shown(n: Any, whole: Any, words: Words) -> list[str]:
    if pd.isna(n):
        return [words.text("cross.hidden"), NOTHING]
    return [words.number(n), NOTHING if pd.isna(whole) else words.percent(n / max(whole, 1), 1)]


def _code(reason: str) -> str:
    return reason.replace(" ", "_")
