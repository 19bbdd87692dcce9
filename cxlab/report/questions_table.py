"""How often each question stays open, and how often it is answered at an end of its scale."""

from __future__ import annotations

import pandas as pd

from cxlab.quality.question_rates import QuestionRates
from cxlab.report.block import Block
from cxlab.report.contract_table import share_text
from cxlab.report.findings_table import SYMBOLS, question_name
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def questions_table(
    still_open: QuestionRates, ends: QuestionRates, *, min_base: int, words: Words = ENGLISH
) -> Block:
    """Return a table of the questions with the share left open and the shares at both ends of the scale.

    Parameters
    ----------
    still_open
        What `cxlab.item_non_response` returned.
    ends
        What `cxlab.ceiling_floor` returned.
    min_base
        Shares of fewer answers are not shown.
    words
        Words of the report.

    Returns
    -------
    Block
        One row per question; flagged shares bear a symbol. A sentence where nobody scored anything.
    """
    if still_open.rows.empty:
        return paragraph(words.text("intake.no_rows"))
    scales = ends.rows.set_index("question")
    rows = []
    for _, row in still_open.rows.iterrows():
        share = _share(row["share"], row["n"], bool(row["flagged"]), min_base, words)
        scale = scales.loc[row["question"]] if row["question"] in scales.index else None
        cells = [_end(scale, side, ends.limit, min_base, words) for side in ("floor", "ceiling")]
        rows.append([question_name(row["question"], words), words.number(row["n"]), share, *cells])
    head = [words.text(f"table.{key}") for key in ("question", "asked", "open", "lowest", "highest")]
    html = html_table(words.text("table.questions"), head, {"": rows}, numbers=range(1, len(head)))
    return Block(html, min_base)


def _end(scale: pd.Series | None, side: str, limit: float, min_base: int, words: Words) -> str:
    if scale is None:
        return "–"
    return _share(scale[side], scale["n"], bool(scale[side] > limit), min_base, words)


def _share(share: float, n: int, is_flagged: bool, min_base: int, words: Words) -> str:
    if n < min_base:
        return words.text("figure.too_few")
    return f"{SYMBOLS['caution']}\u00a0{share_text(share, words)}" if is_flagged else share_text(share, words)
