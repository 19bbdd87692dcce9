"""Who left most of the questionnaire unanswered?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.model.market import Market
from cxlab.quality.answer_matrix import AnswerMatrix, answer_matrix
from cxlab.quality.flagged_answers import FlaggedAnswers

MISSING_SHARE = 0.5


def incomplete_answers(market: Market, wave: str | None = None) -> FlaggedAnswers:
    """Flag the answers that left more than half of the scored questions open.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.

    Returns
    -------
    FlaggedAnswers
        `n_asked`, `n_missing` of each answer. A question was asked where anybody of the same kind and stage
        answered it. "Not applicable" counts as open.
    """
    return judge_gaps(answer_matrix(market, wave))


def judge_gaps(answers: AnswerMatrix) -> FlaggedAnswers:
    """Flag the answers of a matrix that are mostly open."""
    n_asked = answers.asked.sum(axis=1)
    n_missing = (answers.asked & ~np.isfinite(answers.scores)).sum(axis=1)
    flagged = pd.Series(n_missing > MISSING_SHARE * n_asked, dtype="boolean").mask(n_asked == 0)
    rows = pd.DataFrame(
        {
            "response_id": answers.responses["response_id"],
            "n_asked": n_asked,
            "n_missing": n_missing,
            "flagged": flagged,
        }
    )
    rule = f"more than {MISSING_SHARE:.0%} of the scored questions left open"
    return FlaggedAnswers("incomplete_answers", rule, rows)
