"""Did the pilot answer as the full wave did?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtr

from cxlab.model.market import Market
from cxlab.quality.answer_matrix import AnswerMatrix, Floats, answer_matrix
from cxlab.quality.question_rates import QuestionRates

FAMILY_ERROR = 0.05


def pilot_against_full(market: Market, wave: str | None = None) -> QuestionRates:
    """Compare the means and the answers given of the pilot with those of the full wave, question by question.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave; the one the market's file names unless given.

    Returns
    -------
    QuestionRates
        `n_pilot`, `n_full` (answers), `mean_pilot`, `mean_full`, `difference` (pilot − full, on the
        question's scale), `std_error`, `p_value` (Welch's t), `p_holm` (Holm's correction over the
        questions), `answered_pilot`, `answered_full` (shares of those asked); flagged where `p_holm` < .05.
        No rows where the wave has no pilot, or nothing but one.

    Raises
    ------
    MeasureError
        Where the wave has no answers.

    Notes
    -----
    A difference may come from the questionnaire as well as from who was asked in the pilot; weights are not
    used. A pilot of fifty answers finds large differences only.

    References
    ----------
    Welch (1947), Biometrika 34, 28–35; Holm (1979), Scandinavian Journal of Statistics 6, 65–70.
    """
    return judge_pilot(answer_matrix(market, wave))


def judge_pilot(answers: AnswerMatrix) -> QuestionRates:
    """Compare the pilot of a matrix with its full wave."""
    stage = answers.responses.get("stage", pd.Series("", index=answers.responses.index))
    pilot, full = (stage == "pilot").to_numpy(dtype=bool), (stage == "full").to_numpy(dtype=bool)
    figures = _compared(answers.scores[pilot], answers.scores[full])
    rows = pd.DataFrame({"question": answers.names, **figures})
    for name, chosen in (("pilot", pilot), ("full", full)):
        asked = answers.asked[chosen].sum(axis=0)
        rows[f"answered_{name}"] = rows[f"n_{name}"] / np.where(asked > 0, asked, np.nan)
    rows = rows[(rows["n_pilot"] > 0) & (rows["n_full"] > 0)].reset_index(drop=True)
    adjusted = holm(rows["p_value"].to_numpy(dtype="float64"))
    rows = rows.assign(p_holm=adjusted, flagged=adjusted < FAMILY_ERROR)
    return QuestionRates("pilot", "the means differ (Welch's t, Holm's correction, 5%)", rows, FAMILY_ERROR)


def _compared(pilot: Floats, full: Floats) -> dict[str, Floats]:
    n_1, mean_1, var_1 = _moments(pilot)
    n_2, mean_2, var_2 = _moments(full)
    error = var_1 + var_2
    with np.errstate(divide="ignore", invalid="ignore"):
        df = error**2 / (var_1**2 / (n_1 - 1) + var_2**2 / (n_2 - 1))
        t = np.abs(mean_1 - mean_2) / np.sqrt(error)
    return {
        "n_pilot": n_1.astype("int64"),
        "n_full": n_2.astype("int64"),
        "mean_pilot": mean_1,
        "mean_full": mean_2,
        "difference": mean_1 - mean_2,
        "std_error": np.sqrt(error),
        "p_value": 2 * stdtr(df, -t),
    }


def _moments(scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Return count, mean and squared standard error of each column; NaN where they are not defined."""
    given = np.isfinite(scores)
    n = given.sum(axis=0).astype("float64")
    mean = np.where(given, scores, 0.0).sum(axis=0) / np.where(n > 0, n, np.nan)
    squares = (np.where(given, scores - mean, 0.0) ** 2).sum(axis=0)
    return n, mean, squares / np.where(n > 1, n * (n - 1), np.nan)


def holm(p_values: Floats) -> Floats:
    """Return the p-values after Holm's step-down correction, shape (k,); NaN stays and is not counted."""
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = (len(order) - np.arange(len(order))) * p_values[order]
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
