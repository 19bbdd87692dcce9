"""Who answered twice, and which answers are copies?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.market import Market
from cxlab.quality.answer_matrix import AnswerMatrix, Floats, answer_matrix
from cxlab.quality.flagged_answers import FlaggedAnswers
from cxlab.quality.straight_lining import longest_run

MIN_QUESTIONS = 8
MAX_EXPECTED = 1e-4
LEVELS = 5


def duplicate_answers(market: Market, wave: str | None = None) -> FlaggedAnswers:
    """Flag second answers of a customer, and answers that equal an earlier one beyond chance.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.

    Returns
    -------
    FlaggedAnswers
        `repeat`: the customer has an earlier answer of the same kind and stage in the wave (transactional
        answers may come again and are not judged). `identical`: every score equals those of an earlier
        answer, and by chance fewer than 0.0001 others would. `expected` is that number. Flagged where either
        holds; the first of each set is not, so the flags count what is too many.

    Raises
    ------
    MeasureError
        Where the wave has no answers.

    Notes
    -----
    Not judged are answers with fewer than eight scores, and those with one score in a row over more than half
    of them (see `straight_lining`): both are too common to be copies. For the others chance is reckoned as
    if, among the fifth of the respondents with a similar mean, the questions were answered independently:
    with p_j the share of that fifth that gave the same answer to question j and m its size, `expected` = (m −
    1) Π p_j. Questions that go together beyond the mean make copies by chance likelier than that, which is
    why the limit is low: among honest answers with one common factor, 2 in 100,000 are flagged.

    References
    ----------
    The idea is that of Kuriakose, Robbins (2016), Statistical Journal of the IAOS 32, 283–291.
    """
    return judge_copies(answer_matrix(market, wave))


def judge_copies(answers: AnswerMatrix) -> FlaggedAnswers:
    """Flag the second answers and the copies of a matrix."""
    order = _by_time(answers.responses)
    repeat = _repeats(answers.responses.iloc[order]).reindex(range(len(order)))
    expected = expected_others(answers.scores)
    identical = pd.Series(copies(answers.scores[order]), index=order).reindex(range(len(order)))
    judged = np.isfinite(expected)
    copied = (identical & (expected < MAX_EXPECTED)).astype("boolean").mask(~judged)
    rows = pd.DataFrame(
        {
            "response_id": answers.responses["response_id"],
            "repeat": repeat,
            "identical": copied,
            "expected": expected,
            "flagged": (repeat.fillna(False) | copied.fillna(False)).mask(repeat.isna() & copied.isna()),
        }
    )
    rule = "a second answer of the customer, or every score that of an earlier answer beyond chance"
    return FlaggedAnswers("duplicate_answers", rule, rows)


def copies(scores: Floats) -> npt.NDArray[np.bool_]:
    """Tell which rows equal an earlier one, shape (n,); equal gaps count as equal.

    Parameters
    ----------
    scores
        Scores, shape (n, k); NaN where there is none.
    """
    return pd.DataFrame(scores).duplicated(keep="first").to_numpy(dtype=bool)


def expected_others(scores: Floats) -> Floats:
    """Return how many others would give a row's answers by chance, shape (n,).

    Parameters
    ----------
    scores
        Scores, shape (n, k). NaN in the result for rows that are not judged: fewer than eight scores, or one
        score over more than half of them throughout.
    """
    n = len(scores)
    given = np.isfinite(scores)
    n_given = given.sum(axis=1)
    judged = (n_given >= MIN_QUESTIONS) & (2 * longest_run(scores) <= n_given)
    expected = np.full(n, np.nan)
    if not judged.any():
        return expected
    sums = np.where(given, scores, 0.0).sum(axis=1)
    mean = pd.Series(np.divide(sums, n_given, out=np.zeros(n), where=n_given > 0))
    level = np.ceil(LEVELS * mean.rank(method="average", pct=True).to_numpy() - 1e-9)
    likelihood = np.ones(n)
    for column in scores.T:
        answer = pd.DataFrame({"level": level, "score": column})
        same = answer.groupby(["level", "score"], dropna=False)["level"].transform("size").to_numpy()
        likelihood *= same / answer.groupby("level")["level"].transform("size").to_numpy()
    size = pd.Series(level).groupby(level).transform("size").to_numpy()
    expected[judged] = ((size - 1) * likelihood)[judged]
    return expected


def _by_time(responses: pd.DataFrame) -> npt.NDArray[np.int64]:
    if "responded_at" not in responses:
        return np.arange(len(responses))
    return responses.reset_index(drop=True).sort_values("responded_at", kind="stable").index.to_numpy()


def _repeats(responses: pd.DataFrame) -> pd.Series:
    """Return whether a customer answered before, missing where nobody can tell; rows are in order of time."""
    if "customer_id" not in responses:
        return pd.Series(pd.NA, index=responses.index, dtype="boolean")
    within = ["customer_id", *(name for name in ("kind", "stage") if name in responses)]
    unclear = responses["customer_id"].isna()
    if "kind" in responses:
        unclear |= (responses["kind"] == "transactional").fillna(False)
    return responses.duplicated(within, keep="first").astype("boolean").mask(unclear)
