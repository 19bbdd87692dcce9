"""Which questions are answered at the end of their scale?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.model.market import Market
from cxlab.quality.answer_matrix import AnswerMatrix, answer_matrix
from cxlab.quality.question_rates import QuestionRates

END_SHARE = 0.6


def ceiling_floor(market: Market, wave: str | None = None, *, limit: float = END_SHARE) -> QuestionRates:
    """Return the share of answers at the lowest and at the highest score of each question.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.
    limit
        Share at either end above which a question is flagged.

    Returns
    -------
    QuestionRates
        `n` (answers), `scale_min`, `scale_max`, `floor`, `ceiling`. Missing answers leave the base. Questions
        whose scale is not known, or not the same in all sources, are left out.

    Raises
    ------
    MeasureError
        Where the wave has no answers.

    Notes
    -----
    The published limit of 15 % (Terwee and others 2007, Journal of Clinical Epidemiology 60, 34–42) is one
    for sums of many items. Single questions about satisfaction exceed it as a rule, so that more is needed
    here: beyond 60 % at one end a question hardly tells customers apart, and cannot get better (or worse).
    """
    return judge_ends(answer_matrix(market, wave), limit=limit)


def judge_ends(answers: AnswerMatrix, *, limit: float = END_SHARE) -> QuestionRates:
    """Return the shares at the ends of the scales of a matrix."""
    low, high = answers.scale_min, answers.scale_max
    n = np.isfinite(answers.scores).sum(axis=0)
    base = np.where(n > 0, n, np.nan)
    floor = (answers.scores == low).sum(axis=0) / base
    ceiling = (answers.scores == high).sum(axis=0) / base
    rows = pd.DataFrame(
        {
            "question": answers.names,
            "n": n,
            "scale_min": low,
            "scale_max": high,
            "floor": floor,
            "ceiling": ceiling,
            "flagged": (floor > limit) | (ceiling > limit),
        }
    )
    known = np.isfinite(low) & np.isfinite(high)
    rule = f"more than {limit:.0%} at one end of the scale"
    return QuestionRates("ceiling_floor", rule, rows[known].reset_index(drop=True), limit)
