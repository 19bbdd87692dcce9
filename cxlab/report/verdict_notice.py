"""The verdict of the intake, as the box a reader sees first."""

from __future__ import annotations

from cxlab.quality.intake_verdict import CAUTION_BASE, Verdict
from cxlab.report.block import Block
from cxlab.report.notice import notice
from cxlab.report.words import ENGLISH, Words


def verdict_notice(verdict: Verdict, *, words: Words = ENGLISH) -> Block:
    """Show whether a wave may be analysed, and why.

    Parameters
    ----------
    verdict
        What `cxlab.intake_verdict` returned.
    words
        Language of the report.

    Returns
    -------
    Block
        A box that says stop, caution or go in words, with the counts the verdict rests on.
    """
    sentences = [words.text(f"intake.{verdict.level}"), _base(verdict, words), _quarantine(verdict, words)]
    return notice(" ".join(sentences), level=verdict.level, words=words)


def _base(verdict: Verdict, words: Words) -> str:
    answers = words.plural("count.answers", verdict.n_responses)
    key = "intake.small_base" if verdict.n_responses < CAUTION_BASE else "intake.base"
    return words.text(key, answers=answers)


def _quarantine(verdict: Verdict, words: Words) -> str:
    if not verdict.n_quarantined:
        return words.text("intake.none_quarantined")
    rows = words.plural("count.rows", verdict.n_quarantined)
    share = words.percent(verdict.quarantine_share, 1)
    return words.text("intake.quarantined", rows=rows, share=share)
