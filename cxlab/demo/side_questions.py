"""The questions beside the scores: loyalty, problems, word of mouth, what to improve, a comment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cxlab.demo.company import MarketPlan
from cxlab.demo.customers import Floats

IMPROVE = ("network", "price", "contact_centre", "app", "billing")  # options of the third question
IMPROVE_CHANCE = (0.08, 0.38)  # of naming an aspect one is content with, and one that one is not
CONTENT = 6  # least satisfaction (1–10) of who is content
COMMENTED = 0.25  # share who write a comment
COMMENTS = 2  # texts for each of detractors, passives and promoters
EASY = 5  # least effort score (1–7) of an easy contact


def side_answers(
    plan: MarketPlan, scores: Mapping[str, Floats], rng: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    """Draw the answers that follow from the scores.

    Parameters
    ----------
    plan : MarketPlan
        The market with its planted values.
    scores : mapping of str to ndarray, shape (n,)
        Scores as answered, none missing.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        Codes from 1, NaN where not asked: `loyalty_change` (less, as, more), `had_problem` (yes, no),
        `wom_source` (offline, online, none), `wom_valence` (positive, negative, mixed; not asked without a
        source), `comment` (0 where there is none), and `improve.<option>` (1 where chosen, else 0).
    """
    n = len(scores["nps"])
    group = (scores["nps"] >= 7).astype(int) + (scores["nps"] >= 9)
    effort = np.array([plan.effort.effortful, plan.effort.easy])[(scores["ces"] >= EASY).astype(int)]
    words = plan.word_of_mouth
    source = _drawn(np.array(words.source)[group], rng)
    valence = _drawn(np.array(words.valence)[group], rng)
    unit = (scores["satisfaction.contact_centre"] - 5.5) / 4.5
    problem = rng.random(n) < 1 / (1 + np.exp(-(plan.problems.intercept + plan.problems.slope * unit)))
    comment = 1 + COMMENTS * group + rng.integers(0, COMMENTS, n)
    answers = {
        "loyalty_change": _drawn(effort, rng),
        "had_problem": np.where(problem, 1.0, 2.0),
        "wom_source": source,
        "wom_valence": np.where(source == 3, np.nan, valence),
        "comment": np.where(rng.random(n) < COMMENTED, comment, 0).astype(np.float64),
    }
    for name in IMPROVE:
        chance = np.where(scores[f"satisfaction.{name}"] < CONTENT, IMPROVE_CHANCE[1], IMPROVE_CHANCE[0])
        answers[f"improve.{name}"] = (rng.random(n) < chance).astype(np.float64)
    return answers


def _drawn(shares: NDArray[np.float64], rng: np.random.Generator) -> Floats:
    """Draw a code from 1 for each row of shares, shape (n, codes)."""
    edges = np.cumsum(shares, axis=1)[:, :-1]
    return 1.0 + np.add.reduce(edges < rng.random(len(shares))[:, None], axis=1)
