"""What the questions are worth, held against the limits."""

from __future__ import annotations

import pandas as pd

from cxlab.model.market import Market
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.answer_matrix import AnswerMatrix
from cxlab.quality.ceiling_floor import judge_ends
from cxlab.quality.finding import Check, Finding, Level
from cxlab.quality.item_non_response import judge_open
from cxlab.quality.leakage import leakage
from cxlab.quality.pilot_against_full import judge_pilot
from cxlab.quality.question_rates import QuestionRates

NOT_FEATURES = {"market", "block", "wave", "verbatim", "nps_reason", "q3"}


def judge_questions(answers: AnswerMatrix, options: IntakeOptions) -> list[Finding]:
    """Return the findings about open questions, ends of scales and the pilot."""
    ends = judge_ends(answers, limit=options.ceiling)
    still_open = judge_open(answers, limit=options.item_non_response)
    most_open = still_open.rows["share"].to_numpy(dtype="float64").max(initial=0.0)
    farthest = ends.rows[["floor", "ceiling"]].to_numpy(dtype="float64").max(initial=0.0)
    return [
        _finding("item_non_response", still_open, most_open),
        _finding("ceiling_floor", ends, farthest),
        _finding("pilot", judge_pilot(answers), float("nan")),
    ]


def judge_leaks(market: Market, answers: AnswerMatrix) -> list[Finding]:
    """Return the findings about columns that give away a problem or the end of a contract."""
    frames = {"had_problem": answers.responses}
    if "contracts" in market.tables:
        contracts = market.table("contracts")
        frames["outcome"] = contracts[contracts["outcome"].isin(["renewed", "lost"])]
    return [_leaks(frame, outcome) for outcome, frame in frames.items() if _has_two(frame, outcome)]


def _leaks(frame: pd.DataFrame, outcome: str) -> Finding:
    columns = [
        str(name) for name in frame if name not in {outcome, *NOT_FEATURES} and not str(name).endswith("_id")
    ]
    found = leakage(frame, outcome, columns)
    best = float(found.rows["auc"].max())
    subject = ", ".join([outcome, *found.leaks])
    level: Level = "note" if found.leaks else "ok"
    return Finding("leakage", level, found.summary(), subject, len(found.leaks), found.n, best)


def _has_two(frame: pd.DataFrame, outcome: str) -> bool:
    return outcome in frame and frame[outcome].nunique() == 2


def _finding(check: Check, rates: QuestionRates, worst: float) -> Finding:
    n, count = len(rates.rows), len(rates.flagged)
    level: Level = "ok" if n and not count else "note" if check != "pilot" or not n else "caution"
    return Finding(check, level, rates.summary(), ", ".join(rates.flagged), count, n, worst, rates.limit)
