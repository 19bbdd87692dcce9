"""Who gave the same answer down the page?"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.model.market import Market
from cxlab.quality.answer_matrix import AnswerMatrix, Floats, answer_matrix
from cxlab.quality.flagged_answers import FlaggedAnswers

MIN_ITEMS = 6
RUN_SHARE = 0.8


def straight_lining(
    market: Market, wave: str | None = None, *, min_items: int = MIN_ITEMS, run_share: float = RUN_SHARE
) -> FlaggedAnswers:
    """Flag the answers that repeat one score over most of the grid.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.
    min_items
        Answers with fewer scored items are not judged.
    run_share
        Share of a person's scored items that the longest run must cover.

    Returns
    -------
    FlaggedAnswers
        `n_items`, `longest_run` (equal scores one after another, in the order of the questionnaire,
        unanswered items passed over) and `sd` (within-person, n − 1) of each answer; flagged where
        `longest_run >= run_share * n_items`, rounded up. Reversed items count as they were shown.

    Raises
    ------
    MeasureError
        Where an option is out of range or the wave has no answers.

    Notes
    -----
    A customer who is content with everything may honestly give one score throughout: the more so, the shorter
    the grid and the scale. Of answers given at random on k items of m scores at most (k − r + 1) · m^(1 − r)
    are flagged, r being the length of run needed: of seven items with ten scores, 1 in 50,000.

    References
    ----------
    Johnson (2005), Journal of Research in Personality 39, 103–129 (long string); Curran (2016), Journal of
    Experimental Social Psychology 66, 4–19, which takes half of the scale's length; ours is stricter.
    """
    return judge_lines(answer_matrix(market, wave), min_items=min_items, run_share=run_share)


def judge_lines(
    answers: AnswerMatrix, *, min_items: int = MIN_ITEMS, run_share: float = RUN_SHARE
) -> FlaggedAnswers:
    """Flag the answers of a matrix; the options are those of `straight_lining`."""
    if min_items < 2 or not 0 < run_share <= 1:
        raise MeasureError(
            f"min_items={min_items} and run_share={run_share:g} make no rule",
            remedy="take min_items ≥ 2 and run_share above 0, at most 1",
        )
    shown = _as_shown(answers)
    n_items = np.isfinite(shown).sum(axis=1)
    run = longest_run(shown)
    needed = np.ceil(run_share * n_items - 1e-9)
    flagged = pd.Series(run >= needed, dtype="boolean").mask(n_items < min_items)
    rows = pd.DataFrame(
        {
            "response_id": answers.responses["response_id"],
            "n_items": n_items,
            "longest_run": run,
            "sd": person_sd(shown),
            "flagged": flagged,
        }
    )
    at_least = math.ceil(run_share * min_items - 1e-9)
    rule = (
        f"one score over at least {run_share:.0%} of the items answered, of at least {min_items} "
        f"(so {at_least} in a row or more)"
    )
    return FlaggedAnswers("straight_lining", rule, rows)


def longest_run(scores: Floats) -> npt.NDArray[np.int64]:
    """Return the longest run of equal scores of each person, shape (n,); NaN is passed over.

    Parameters
    ----------
    scores
        Scores, shape (n, k), in the order they were asked.
    """
    last = np.full(len(scores), np.nan)
    run = np.zeros(len(scores), dtype="int64")
    longest = run.copy()
    for column in scores.T:
        given = np.isfinite(column)
        run = np.where(given, np.where(column == last, run + 1, 1), run)
        last = np.where(given, column, last)
        longest = np.maximum(longest, run)
    return longest


def person_sd(scores: Floats) -> Floats:
    """Return the standard deviation (n − 1) of each person's scores, shape (n,); NaN below two scores."""
    given = np.isfinite(scores)
    n = given.sum(axis=1)
    filled = np.where(given, scores, 0.0)
    mean = np.divide(filled.sum(axis=1), n, out=np.zeros(len(n)), where=n > 0)
    squares = (np.where(given, scores - mean[:, None], 0.0) ** 2).sum(axis=1)
    variance = np.divide(squares, n - 1, out=np.full(len(n), np.nan), where=n > 1)
    return np.sqrt(variance)


def _as_shown(answers: AnswerMatrix) -> Floats:
    """Return the item scores as the questionnaire showed them: reversed ones turned back."""
    ends = (answers.scale_min + answers.scale_max)[answers.is_item]
    turned = answers.is_reversed[answers.is_item] & np.isfinite(ends)
    scores = answers.scores[:, answers.is_item]
    return np.where(turned, np.nan_to_num(ends) - scores, scores)
