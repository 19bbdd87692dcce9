"""A paragraph of a report."""

from __future__ import annotations

from html import escape

from cxlab.report.block import Block


def paragraph(text: str, *, lead: bool = False) -> Block:
    """Return a text as a paragraph.

    Parameters
    ----------
    text
        Plain text; it is escaped.
    lead
        Whether it is the answer a section opens with.
    """
    return Block(f'<p class="cx-lead">{escape(text)}</p>' if lead else f"<p>{escape(text)}</p>")
