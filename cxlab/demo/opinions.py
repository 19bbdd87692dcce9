"""What customers answer when nothing is lost on the way: the latent model behind every score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.demo.company import MarketPlan, Segment

Codes = NDArray[np.int64]
Scores = NDArray[np.float64]

HALO = 0.45  # share of an attribute's variance that all attributes of a person have in common
SPREAD = 0.36  # standard deviation of an opinion between people of one group
GAIN = 1.2  # units of an outcome per unit of the weighted attribute scores
RESIDUAL = 0.26  # standard deviation of what an outcome owes to nothing asked here
OUTCOMES = {"nps": (0, 10, 0.12), "csat_overall": (1, 5, 0.02), "ces": (1, 7, 0.0)}  # scale and level


@dataclass(frozen=True, slots=True)
class People:
    """Codes of `n` people in the three segments, each of shape (n,), counted from 1."""

    region: Codes
    age_band: Codes
    customer_type: Codes


def draw_people(plan: MarketPlan, n: int, age_shares: Scores, rng: np.random.Generator) -> People:
    """Draw `n` people; the age mix is given because those who answer differ in it from the customers."""
    return People(
        region=_draw_codes(np.array(plan.region.shares), n, rng),
        age_band=_draw_codes(age_shares, n, rng),
        customer_type=_draw_codes(np.array(plan.customer_type.shares), n, rng),
    )


def _draw_codes(shares: Scores, n: int, rng: np.random.Generator) -> Codes:
    return rng.choice(np.arange(1, len(shares) + 1), size=n, p=shares / shares.sum())


def answer_scores(plan: MarketPlan, wave: int, people: People, rng: np.random.Generator) -> dict[str, Scores]:
    """Answers to every question of the questionnaire, before any of them is left out.

    Parameters
    ----------
    plan : MarketPlan
        The market with its planted values.
    wave : int
        Waves since the first one; an attribute gains `gain` with each.
    people : People
        Segment codes, shape (n,) each.
    rng : numpy.random.Generator
        Draws in a fixed order and number, so that one seed gives the same people in every wave.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        `nps` 0–10, `csat_overall` 1–5, `ces` 1–7 (7 = easy), and `satisfaction.<attribute>` and
        `importance.<attribute>` 1–10; whole numbers, none missing.

    Notes
    -----
    Outcomes follow the attribute scores as given, not the opinions behind them: the expectation of an
    outcome before rounding is exactly linear in columns the researcher sees, with the planted weights.
    Sums run attribute by attribute rather than through BLAS, whose order of addition is the machine's.
    """
    n = len(people.region)
    satisfaction = _attribute_scores(plan, wave, people, rng)
    unit = (satisfaction - 5.5) / 4.5
    driver = _column(plan, "driver")
    effort = _column(plan, "effort")
    answers: dict[str, Scores] = {}
    for outcome, (low, high, level) in OUTCOMES.items():
        weights = effort if outcome == "ces" else driver
        pull = np.add.reduce(weights * unit, axis=0)
        answers[outcome] = _on_scale(level + GAIN * pull + RESIDUAL * rng.standard_normal(n), low, high)
    importance = _importance_scores(plan, n, rng)
    for row, attribute in enumerate(plan.attributes):
        answers[f"satisfaction.{attribute.name}"] = satisfaction[row]
        answers[f"importance.{attribute.name}"] = importance[row]
    return answers


def _attribute_scores(plan: MarketPlan, wave: int, people: People, rng: np.random.Generator) -> Scores:
    """Satisfaction with each attribute on 1–10, shape (attributes, n)."""
    n = len(people.region)
    group = (
        _effect(plan.region, people.region)
        + _effect(plan.age_band, people.age_band)
        + _effect(plan.customer_type, people.customer_type)
    )
    halo = np.sqrt(HALO) * rng.standard_normal(n)
    own = np.sqrt(1 - HALO) * rng.standard_normal((len(plan.attributes), n))
    level = _column(plan, "level") + wave * _column(plan, "gain")
    return _on_scale(_styled(plan, level + group + SPREAD * (halo + own)), 1, 10)


def _importance_scores(plan: MarketPlan, n: int, rng: np.random.Generator) -> Scores:
    """Stated importance of each attribute on 1–10, shape (attributes, n)."""
    person = 0.20 * rng.standard_normal(n)
    own = 0.30 * rng.standard_normal((len(plan.attributes), n))
    return _on_scale(_styled(plan, _column(plan, "importance") + person + own), 1, 10)


def _column(plan: MarketPlan, field: str) -> Scores:
    """One planted value of all attributes, shape (attributes, 1)."""
    return np.array([[getattr(attribute, field)] for attribute in plan.attributes])


def _effect(segment: Segment, codes: Codes) -> Scores:
    return np.array(segment.effects)[codes - 1]


def _styled(plan: MarketPlan, opinion: Scores) -> Scores:
    return plan.style_shift + plan.style_stretch * opinion


def _on_scale(opinion: Scores, low: int, high: int) -> Scores:
    """Round to the nearest answer a scale allows."""
    middle, half = (low + high) / 2, (high - low) / 2
    return np.clip(np.rint(middle + half * opinion), low, high)
