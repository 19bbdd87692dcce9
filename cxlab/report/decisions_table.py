"""Where every contract went when decisions were taken out of the books."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.renewal_books import RenewalDecisions


def decisions_table(decisions: RenewalDecisions, *, words: Words = ENGLISH) -> Block:
    """Return the number of contracts by where they went; reasons that nothing met are left out.

    Parameters
    ----------
    decisions
        What `cxlab.renewal_decisions` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    counts = decisions.counts
    whole = counts["n"].iloc[0]
    rows = [
        [
            words.text(f"renewal.went_{reason.replace(' ', '_')}"),
            words.text("cross.hidden") if pd.isna(n) else words.number(n),
            NOTHING if pd.isna(n) or not whole else words.percent(n / whole, 1),
        ]
        for reason, n in zip(counts["reason"], counts["n"], strict=True)
        if pd.isna(n) or n
    ]
    head = [words.text("table.reason"), words.text("renewal.contracts_n"), words.text("table.share")]
    html = html_table(words.text("renewal.went_title"), head, {"": rows}, numbers=(1, 2))
    return Block(html, decisions.min_base)
