"""What the checks of quality found, as a table."""

from __future__ import annotations

import math
from typing import Literal, get_args

from cxlab.model.errors import MeasureError, nearest
from cxlab.quality.finding import Finding
from cxlab.quality.quality_report import QualityReport
from cxlab.report.block import Block
from cxlab.report.contract_table import full_name, share_text
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, NOTHING, Words

Group = Literal["base", "response", "flags", "questions", "asking"]
GROUPS = {
    "base": ("answers", "precision", "quarantine"),
    "response": ("response_rate", "response_gap", "sampling"),
    "flags": (
        "straight_lining",
        "speeders",
        "repeat_answers",
        "identical_answers",
        "incomplete_answers",
        "any_flag",
    ),
    "questions": (
        "item_non_response",
        "ceiling_floor",
        "pilot",
        "scale_code",
        "scale_unused",
        "reversed",
        "leakage",
    ),
    "asking": ("channels", "incentive", "selective_sampling", "staff_present"),
}
SYMBOLS = {"ok": "✓", "note": "·", "caution": "▲", "stop": "✕"}
DECLARED = GROUPS["asking"][1:]
NAMED = ("pilot", "scale_code", "scale_unused", "reversed", "item_non_response", "ceiling_floor")
GAPS = ("response_gap", "sampling")
LACKS = {
    "pilot": "pilot",
    "precision": "nps",
    "channels": "channels",
    "speeders": "durations",
    "repeat_answers": "customers",
}
MOST_NAMES = 4


def findings_table(report: QualityReport, group: Group, *, words: Words = ENGLISH) -> Block:
    """Return a table of one group of checks: the verdict, what was found and the limit.

    Parameters
    ----------
    report
        What `cxlab.quality_report` returned.
    group
        `base`, `response`, `flags`, `questions` or `asking`.
    words
        Words of the report.

    Returns
    -------
    Block
        One row per finding. What could not be checked says so; shares of fewer answers than the market's
        `min_base` are not shown.

    Raises
    ------
    MeasureError
        Where the group is unknown.
    """
    if group not in GROUPS:
        raise MeasureError(f"unknown group of checks '{group}'", remedy=nearest(group, get_args(Group)))
    rows = [
        [
            words.text(f"check.{finding.check}"),
            verdict_text(finding, words),
            found_text(finding, report, words),
            limit_text(finding, words) or NOTHING,
        ]
        for finding in report.findings.findings
        if finding.check in GROUPS[group]
    ]
    head = [words.text(f"table.{key}") for key in ("check", "verdict", "found", "limit")]
    html = html_table(words.text("table.checks"), head, {"": rows}, numbers=[])
    return Block(html, report.min_base)


def found_text(finding: Finding, report: QualityReport, words: Words, *, with_names: bool = False) -> str:
    """Return what a check found: `45 of 998 (4.5%)`; with the questions it names, where wanted."""
    check = finding.check
    if not is_checked(finding):
        return _lack(finding, report, words)
    if check == "answers":
        return words.number(finding.n)
    if check in DECLARED:
        return words.label("yes" if finding.count else "no")
    if is_hidden(finding, report):
        return words.text("figure.too_few")
    if check in NAMED:
        return _questions(finding, words, with_names)
    if check == "leakage":
        return _leaks(finding, words)
    return _figure(finding, words)


def limit_text(finding: Finding, words: Words) -> str:
    """Return the limit a finding was held against, `≤ 5.0%`; empty where it has none."""
    limit = finding.threshold
    if math.isnan(limit) or finding.check == "pilot":
        return ""
    if finding.check == "answers":
        return f"≥\u00a0{words.number(limit)}"
    if finding.check == "response_rate":
        return f"≥\u00a0{words.percent(limit, 1)}"
    if finding.check == "precision":
        return f"≤\u00a0{words.text('figure.points', value=words.number(limit, 1))}"
    if finding.check == "response_gap":
        return f"≤\u00a0{words.text('figure.share_change', value=words.number(100 * limit, 1))}"
    if finding.check == "channels":
        return f"≤\u00a0{words.text('found.deviations', value=words.number(limit, 2))}"
    return f"≤\u00a0{words.percent(limit, 1)}"


def verdict_text(finding: Finding, words: Words) -> str:
    """Return the level of a finding as a symbol and a word."""
    key = finding.level if is_checked(finding) else "unchecked"
    return f"{SYMBOLS[finding.level]}\u00a0{words.text(f'found.{key}')}"


def is_checked(finding: Finding) -> bool:
    """Tell whether there was anything to check."""
    return finding.n > 0 or finding.check in ("answers", "quarantine")


def is_hidden(finding: Finding, report: QualityReport) -> bool:
    """Tell whether a finding stands on fewer answers than the market shows."""
    counted = ("answers", "quarantine", *GROUPS["response"], *DECLARED)
    return report.n < report.min_base and finding.check not in counted


def question_name(question: str, words: Words) -> str:
    """Return the name of a question: of a column, or of an item with what was asked of it."""
    return full_name("response_items", "score", question, words) if "." in question else words.label(question)


def _lack(finding: Finding, report: QualityReport, words: Words) -> str:
    """Say for want of what a check could not be made."""
    if finding.check in DECLARED:
        return words.text("found.undeclared")
    if finding.check in GROUPS["response"]:
        return words.text("found.no_groups" if report.has_invitations else "found.no_invitations")
    return words.text(f"found.no_{LACKS.get(finding.check, 'answers')}")


def _questions(finding: Finding, words: Words, with_names: bool) -> str:
    questions = words.plural("count.questions", finding.n)
    found = words.text("found.of_questions", count=words.number(finding.count), questions=questions)
    if not finding.subject or not with_names:
        return found
    names = [question_name(name, words) for name in finding.subject.split(", ")]
    shown = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return words.text("found.about", found=found, subject=shown)


def _leaks(finding: Finding, words: Words) -> str:
    outcome, *leaks = (words.label(name) for name in finding.subject.split(", "))
    return f"{outcome}: {', '.join(leaks) or words.text('found.none')}"


def _figure(finding: Finding, words: Words) -> str:
    value = finding.value
    if finding.check == "precision":
        return words.text("found.margin", value=words.number(value, 1))
    if finding.check == "channels":
        gap = words.text("found.deviations", value=words.number(value, 2))
        return words.text("found.about", found=gap, subject=words.level(finding.subject, ("channel",)))
    if finding.check in GAPS:
        share = share_text(value, words)
        if finding.check == "response_gap":
            share = words.text("figure.share_change", value=words.number(100 * value, 1))
        return words.text("found.about", found=share, subject=words.label(finding.subject))
    counts = {"count": words.number(finding.count), "n": words.number(finding.n)}
    return words.text("found.found", **counts, share=share_text(value, words))
