"""Which issues a figure stands on, and which were left out."""

from __future__ import annotations

import pandas as pd
from babel.dates import format_date

from cxlab.measure.followed_issues import FollowedIssues
from cxlab.report.block import Block
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def issues_paragraph(issues: FollowedIssues, *, words: Words = ENGLISH) -> Block:
    """Return the denominator of first-contact resolution and channel switching in a sentence.

    Parameters
    ----------
    issues
        What `cxlab.followed_issues` returned.
    words
        Words of the report.
    """
    last = issues.until - pd.Timedelta(days=issues.days)
    return paragraph(
        words.text(
            "effort.denominator",
            issues=words.plural("count.issues", len(issues.rows)),
            last=format_date(last.date(), format="long", locale=words.language),
            days=words.number(issues.days),
            recent=words.number(issues.too_recent),
            headless=words.number(issues.headless),
            loose=words.number(issues.without_issue),
        )
    )
