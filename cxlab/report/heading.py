"""A heading of a report."""

from __future__ import annotations

from html import escape

from cxlab.report.block import Block
from cxlab.report.words import ENGLISH, Words


def heading(key: str, *, words: Words = ENGLISH, level: int = 2) -> Block:
    """Return a heading and, where the language has a text `key.note`, the line under it.

    Parameters
    ----------
    key
        Name of the text, such as `pulse.segments`.
    words
        Words of the report.
    level
        2 for a section, 3 for a part of one; 1 is the title of the page.

    Raises
    ------
    ValueError
        Where the level is not 1 to 6.
    """
    if not 1 <= level <= 6:
        raise ValueError(f"a heading has a level of 1 to 6, not {level}")
    html = f"<h{level}>{escape(words.text(key))}</h{level}>"
    if words.has(f"{key}.note"):
        html += f'\n<p class="cx-note">{escape(words.text(f"{key}.note"))}</p>'
    return Block(html)
