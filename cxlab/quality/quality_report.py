"""Is a wave fit to analyse? All checks in one."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd

from cxlab.model.market import Market
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.answer_matrix import answer_matrix
from cxlab.quality.finding import Findings, Verdict
from cxlab.quality.judge_answers import flag_answers, judge_answers
from cxlab.quality.judge_questions import judge_leaks, judge_questions
from cxlab.quality.judge_response import frame_segments, judge_base, judge_response, people_invited
from cxlab.quality.survey_lint import lint_questionnaire


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class QualityReport:
    """Whether a wave may be analysed, and what speaks against it.

    Parameters
    ----------
    wave
        The wave.
    n
        Its answers.
    min_base
        The market's smallest base.
    has_invitations
        Whether anybody was invited to the wave, so that `cxlab.invited` knows who was asked.
    segments
        Columns of `cxlab.invited` that response rates are compared by; none without invitations.
    findings
        What each check found.
    flags
        One row per answer: `response_id`, `straight_lining`, `speeders`, `repeat_answers`,
        `identical_answers`, `incomplete_answers` (missing where it cannot be judged) and `any_flag`. Flags
        never delete an answer.
    """

    wave: str
    n: int
    min_base: int
    has_invitations: bool
    segments: tuple[str, ...]
    findings: Findings
    flags: pd.DataFrame

    @property
    def verdict(self) -> Verdict:
        """`stop` or `caution` where any finding says so, else `go`."""
        return self.findings.verdict

    def tidy(self) -> pd.DataFrame:
        """Return one row per finding."""
        return self.findings.tidy()

    def summary(self) -> str:
        """Return the verdict and its reasons in English."""
        return f"Wave {self.wave}, {self.n:,} answers. {self.findings.summary()}"

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>\n{self.findings._repr_html_()}"


def quality_report(
    market: Market, wave: str | None = None, *, options: IntakeOptions | None = None
) -> QualityReport:
    """Run every check of quality on a wave.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.
    options
        Limits and declarations; those under `studies: 00_intake` of the market's file unless given.

    Returns
    -------
    QualityReport
        The verdict is the gravest finding: `stop` (fewer answers than `min_base`, too many flagged, scores
        coded one too high), `caution` or `go`. What cannot be checked is a note and says so.

    Raises
    ------
    MeasureError
        Where the wave has no answers though others have, or a segment named in the options is unknown.
    """
    options = options or market.parameters.studies.intake
    answers = answer_matrix(market, wave)
    flags = flag_answers(answers)
    people = people_invited(market, wave)
    segments = frame_segments(people, options.segments)
    findings = [
        *judge_base(market, answers, options),
        *judge_response(people, market, segments, options),
        *judge_answers(flags, options),
        *judge_questions(answers, options),
        *lint_questionnaire(market, answers, options),
        *judge_leaks(market, answers),
    ]
    return QualityReport(
        wave or market.parameters.wave,
        len(answers.responses),
        market.parameters.min_base,
        people is not None,
        segments,
        Findings(tuple(findings)),
        flags,
    )
