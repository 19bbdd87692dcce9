"""What to know before a verdict on a link is used."""

from __future__ import annotations

from html import escape

from cxlab.linkage.verdict import Verdict
from cxlab.report.block import Block
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def verdict_reasons(verdict: Verdict, *, words: Words = ENGLISH) -> Block:
    """Return what speaks against more than the verdict says, as a list; for one that is not shown, why.

    Parameters
    ----------
    verdict
        What `cxlab.verdict` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    if verdict.word == "not_shown":
        return Block(paragraph(words.text("revenue.word_not_shown")).html, verdict.min_base)
    points = [words.text(f"revenue.reason_{reason}") for reason in verdict.reasons]
    points.append(words.text("revenue.randomised" if verdict.causal else "revenue.association"))
    listed = "".join(f"<li>{escape(point)}</li>\n" for point in points)
    return Block(f"<ul>\n{listed}</ul>", verdict.min_base)
