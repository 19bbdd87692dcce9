"""Which questions stay open?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.model.market import Market
from cxlab.quality.answer_matrix import AnswerMatrix, answer_matrix
from cxlab.quality.question_rates import QuestionRates

MISSING_SHARE = 0.2


def item_non_response(
    market: Market, wave: str | None = None, *, limit: float = MISSING_SHARE
) -> QuestionRates:
    """Return the share of questionnaires that left each scored question open.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.
    limit
        Share above which a question is flagged.

    Returns
    -------
    QuestionRates
        `n` (questionnaires that asked it), `n_missing`, `share`. A question was asked where anybody of the
        same kind and stage answered it. A score set aside in quarantine and "not applicable" count as open:
        whether an answer is missing by design only the questionnaire tells. For an interval see
        `cxlab.answered`.

    Raises
    ------
    MeasureError
        Where the wave has no answers.
    """
    return judge_open(answer_matrix(market, wave), limit=limit)


def judge_open(answers: AnswerMatrix, *, limit: float = MISSING_SHARE) -> QuestionRates:
    """Return the share of open answers of each question of a matrix."""
    n = answers.asked.sum(axis=0)
    n_missing = (answers.asked & ~np.isfinite(answers.scores)).sum(axis=0)
    share = np.divide(n_missing, n, out=np.full(len(n), np.nan), where=n > 0)
    rows = pd.DataFrame(
        {
            "question": answers.names,
            "n": n,
            "n_missing": n_missing,
            "share": share,
            "flagged": share > limit,
        }
    )
    return QuestionRates("item_non_response", f"left open by more than {limit:.0%}", rows, limit)
