"""How the answers were given, held against the limits."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlab.model.parameters import IntakeOptions
from cxlab.quality.answer_matrix import AnswerMatrix
from cxlab.quality.duplicate_answers import judge_copies
from cxlab.quality.finding import Check, Finding, Level
from cxlab.quality.incomplete_answers import judge_gaps
from cxlab.quality.speeders import judge_speed
from cxlab.quality.straight_lining import judge_lines

FLAGS = {
    "straight_lining": "gave one score down the page",
    "speeders": "took less than a third of the median time",
    "repeat_answers": "are second answers of a customer",
    "identical_answers": "equal an earlier answer in every score",
    "incomplete_answers": "left more than half of the questions open",
}
"""The flags an answer may bear, and how they read behind a number of answers."""


def flag_answers(answers: AnswerMatrix) -> pd.DataFrame:
    """Return what each answer of a wave is flagged for.

    Returns
    -------
    pandas.DataFrame
        One row per answer: `response_id`, one nullable flag per check of `FLAGS` (missing where the answer
        cannot be judged), `any_flag`.
    """
    copied = judge_copies(answers).rows
    flags = pd.DataFrame(
        {
            "response_id": answers.responses["response_id"],
            "straight_lining": judge_lines(answers).rows["flagged"],
            "speeders": judge_speed(answers.responses).rows["flagged"],
            "repeat_answers": copied["repeat"],
            "identical_answers": copied["identical"],
            "incomplete_answers": judge_gaps(answers).rows["flagged"],
        }
    )
    return flags.assign(any_flag=flags[list(FLAGS)].fillna(False).any(axis=1).astype("boolean"))


def judge_answers(flags: pd.DataFrame, options: IntakeOptions) -> list[Finding]:
    """Return a finding for each flag and one for all of them together."""
    checks: Sequence[Check] = (
        "straight_lining",
        "speeders",
        "repeat_answers",
        "identical_answers",
        "incomplete_answers",
    )
    findings = [_finding(check, flags[check], getattr(options, check)) for check in checks]
    n, count = len(flags), int(flags["any_flag"].sum())
    share = count / n if n else 0.0
    level: Level = "stop" if share > options.any_flag else "ok"
    text = f"{count:,} of {n:,} answers ({share:.1%}) bear at least one flag."
    return [*findings, Finding("any_flag", level, text, "", count, n, share, options.any_flag)]


def _finding(check: Check, flag: pd.Series, limit: float) -> Finding:
    n, count = int(flag.notna().sum()), int(flag.sum())
    name = check.replace("_", " ")
    if not n:
        return Finding(check, "note", f"{name}: no answer could be judged.", threshold=limit)
    share = count / n
    text = f"{count:,} of {n:,} answers ({share:.1%}) {FLAGS[check]}."
    return Finding(check, "caution" if share > limit else "ok", text, "", count, n, share, limit)
