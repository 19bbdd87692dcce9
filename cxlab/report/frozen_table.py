"""Earlier forecasts, frozen before their decisions came, and what came of them."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.report.block import Block
from cxlab.report.day_text import day_text
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, Words


def frozen_table(scores: pd.DataFrame, *, min_base: int, words: Words = ENGLISH) -> Block:
    """Return a table of the frozen forecasts whose decisions have all come; without one, a sentence.

    Parameters
    ----------
    scores
        What `cxlab.score_forecasts` returned; only totals are shown, and none on fewer than `min_base`
        contracts. One that was made after its first period had begun is marked.
    min_base
        Smallest base that is shown.
    words
        Words of the report.
    """
    come = scores["status"] != "waiting"
    rows = scores[(scores["quantity"] == "renewals") & (scores["by"] == "") & come]
    rows = rows[[not too_small(float(n), min_base) for n in rows["n"]]]
    if rows.empty:
        return Block(paragraphs(words.text("renewal.frozen_none")), min_base)
    head = [
        words.text("renewal.made_on"), words.text("renewal.begins"), words.text("renewal.due_n"),
        words.text("renewal.expected"), words.text("renewal.interval_any"), words.text("renewal.came"),
        words.text("renewal.held"),
    ]  # fmt: skip
    cells = [_cells(row, words) for _, row in rows.sort_values(["due", "made_on"]).iterrows()]
    html = html_table(words.text("renewal.frozen_title"), head, {"": cells}, numbers=range(2, 6))
    return Block(html, min_base)


def _cells(row: pd.Series, words: Words) -> list[str]:
    low, high = (words.number(row[end]) for end in ("conf_low", "conf_high"))
    interval = words.text("figure.interval", low=low, high=high)
    made = day_text(str(row["made_on"]), words, short=True)
    return [
        words.text("renewal.made_late", day=made) if row["status"] == "made late" else made,
        day_text(str(row["due"]).partition(",")[0], words, short=True),
        words.number(row["n"]),
        words.number(row["estimate"]),
        f"{interval} ({level_of(row['conf_level'], words)})",
        words.number(row["actual"]),
        words.text("renewal.yes" if row["inside"] else "renewal.no"),
    ]
