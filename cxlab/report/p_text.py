"""A p-value as it stands within a sentence."""

from __future__ import annotations

from cxlab.report.words import Words

LEAST = 0.001


def p_text(value: float, words: Words) -> str:
    """Return a p-value with its sign: `p = 0.021`, `p < 0.001`."""
    said = words.p_value(value)
    return f"p {said}" if value < LEAST else f"p = {said}"
