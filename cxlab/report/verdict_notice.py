"""The verdict of the intake, as the box a reader sees first."""

from __future__ import annotations

from cxlab.quality.finding import Finding
from cxlab.quality.quality_report import QualityReport
from cxlab.report.block import Block
from cxlab.report.findings_table import found_text, is_checked, is_hidden, limit_text
from cxlab.report.notice import notice
from cxlab.report.words import ENGLISH, Words


def verdict_notice(report: QualityReport, *, words: Words = ENGLISH) -> Block:
    """Show whether a wave may be analysed, why, and what to do about it.

    Parameters
    ----------
    report
        What `cxlab.quality_report` returned.
    words
        Words of the report.

    Returns
    -------
    Block
        A box that says stop, caution or go in words, with a point for each reason, the gravest first.
    """
    sentences = [
        words.text(f"intake.{report.verdict}"),
        words.text("intake.base", answers=words.plural("count.answers", report.n)),
    ]
    unchecked = sum(not is_checked(finding) for finding in report.findings.findings)
    if unchecked:
        sentences.append(words.plural("count.unchecked", unchecked))
    shown = [finding for finding in report.findings.reasons if not is_hidden(finding, report)]
    points = [_point(finding, report, words) for finding in shown]
    return notice(" ".join(sentences), level=report.verdict, points=points, words=words)


def _point(finding: Finding, report: QualityReport, words: Words) -> str:
    said = {
        "check": words.text(f"check.{finding.check}"),
        "found": found_text(finding, report, words, with_names=True),
    }
    limit = limit_text(finding, words)
    text = words.text("found.limited", **said, limit=limit) if limit else words.text("found.reason", **said)
    # A unit such as "pkt proc." brings a full stop of its own.
    return f"{text.rstrip('.')}. {words.text(f'advice.{finding.check}')}"
