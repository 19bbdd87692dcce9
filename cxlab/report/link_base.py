"""On how many rows and customers a figure of a link rests."""

from __future__ import annotations

from cxlab.report.words import Words


def link_base(rows: int, customers: int, words: Words) -> str:
    """Return rows and customers as a sentence."""
    return words.text(
        "revenue.base",
        rows=words.plural("count.rows", rows),
        customers=words.plural("count.customers", customers),
    )
