"""A box that says go, take care or stop."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal, get_args

from cxlab.report.block import Block
from cxlab.report.words import ENGLISH, Words

NoticeLevel = Literal["stop", "caution", "go"]
SYMBOLS = {"stop": "✕", "caution": "▲", "go": "✓"}


def notice(text: str, *, level: NoticeLevel, points: Sequence[str] = (), words: Words = ENGLISH) -> Block:
    """Return a text in a box whose word and symbol, not its colour alone, say how grave it is.

    Parameters
    ----------
    text
        Plain text; it is escaped.
    level
        `stop`, `caution` or `go`.
    points
        Plain texts to list under it.
    words
        Words of the report.

    Raises
    ------
    ValueError
        Where the level is unknown.
    """
    if level not in SYMBOLS:
        raise ValueError(f"unknown level '{level}'; take one of {', '.join(get_args(NoticeLevel))}")
    word = escape(words.text(f"notice.{level}"))
    symbol = f'<span class="cx-symbol" aria-hidden="true">{SYMBOLS[level]}</span>'
    listed = "".join(f"<li>{escape(point)}</li>\n" for point in points)
    return Block(
        f'<div class="cx-notice cx-{level}" role="note">\n'
        f'<p><strong class="cx-word">{symbol} {word}</strong> {escape(text)}</p>\n'
        + (f"<ul>\n{listed}</ul>\n" if listed else "")
        + "</div>"
    )
