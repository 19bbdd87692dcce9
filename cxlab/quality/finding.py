"""What a check of quality found, and several of them together."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields
from typing import Literal

import pandas as pd

Level = Literal["ok", "note", "caution", "stop"]
Verdict = Literal["go", "caution", "stop"]
Check = Literal[
    "answers", "quarantine", "precision", "response_rate", "response_gap", "sampling", "straight_lining",
    "speeders", "repeat_answers", "identical_answers", "incomplete_answers", "any_flag", "item_non_response",
    "ceiling_floor", "pilot", "scale_code", "scale_unused", "reversed", "channels", "incentive",
    "selective_sampling", "staff_present", "leakage",
]  # fmt: skip
GRAVITY: tuple[Level, ...] = ("ok", "note", "caution", "stop")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    check
        Name of the check.
    level
        `ok`, `note` (to know), `caution` (to mind) or `stop` (not to be analysed).
    text
        One plain sentence in English.
    subject
        The questions, the segment column or the channel it is about; names joined by commas.
    count
        What was counted: answers, rows or questions.
    n
        Base; 0 where there was nothing to check.
    value
        Share, difference of shares or, for `precision`, points that the rule looks at; NaN where it has none.
    threshold
        Limit it was held against; NaN where there is none.
    """

    check: Check
    level: Level
    text: str
    subject: str = ""
    count: int = 0
    n: int = 0
    value: float = float("nan")
    threshold: float = float("nan")


@dataclass(frozen=True, slots=True, repr=False)
class Findings:
    """What several checks found.

    Parameters
    ----------
    findings
        One or more per check, in the order of the checks.
    """

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """`stop` or `caution` where any finding says so, else `go`."""
        worst = max((GRAVITY.index(finding.level) for finding in self.findings), default=0)
        return "stop" if worst == 3 else "caution" if worst == 2 else "go"

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The findings that stop or ask for caution, the gravest first."""
        grave = [finding for finding in self.findings if finding.level in ("caution", "stop")]
        return tuple(sorted(grave, key=lambda finding: -GRAVITY.index(finding.level)))

    def of(self, check: Check) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def tidy(self) -> pd.DataFrame:
        """Return one row per finding, with the columns of `Finding`."""
        names = [field.name for field in fields(Finding) if field.name != "text"]
        rows = [[getattr(finding, name) for name in [*names, "text"]] for finding in self.findings]
        return pd.DataFrame(rows, columns=[*names, "text"])

    def summary(self) -> str:
        """Return the verdict and its reasons in English."""
        said = " ".join(finding.text for finding in self.reasons) or "Nothing speaks against it."
        return f"{self.verdict}: {said}"

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.tidy().to_html(index=False, border=0, na_rep="", float_format="{:.3g}".format)
        return f"<p>{html.escape(self.summary())}</p>\n{table}"
