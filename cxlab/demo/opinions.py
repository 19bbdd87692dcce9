"""What customers answer when nothing is lost on the way: the latent model behind every score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.demo.company import WAVES, MarketPlan, Segment
from cxlab.demo.customers import BUSINESS, PRIVATE, Customers, lasting_share

Floats = NDArray[np.float64]
Scores = NDArray[np.int8]

SPREAD = 0.36  # standard deviation of an opinion between people of one group
LASTING_OWN = 0.5  # share of an attribute's own variance that stays with a person from wave to wave
GAIN = 1.2  # units of an outcome per unit of the weighted attribute scores
IMPORTANCE_PERSON, IMPORTANCE_OWN = 0.20, 0.30  # standard deviations of stated importance


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question answered from the attribute scores: its scale, its level, and its noise."""

    low: int
    high: int
    level: float
    residual: float = 0.26


OUTCOMES = {
    "nps": Outcome(0, 10, 0.12),
    "csat_overall": Outcome(1, 5, 0.02),
    "ces": Outcome(1, 7, 0.0),
    "renew_q1": Outcome(1, 10, 0.22, 0.30),
    "renew_q2": Outcome(1, 10, 0.10, 0.34),
    "buy_more": Outcome(1, 5, -0.20, 0.45),
    "reluctance_to_switch": Outcome(1, 5, 0.05, 0.45),
    "recommend_intent": Outcome(1, 5, 0.10, 0.30),
}
ITEM_SCALE = (1, 10)


@dataclass(frozen=True, slots=True)
class Panel:
    """Every answer every customer would give in every wave.

    Attributes
    ----------
    scores : mapping of str to ndarray of int8, shape (customers, waves)
        The outcomes, `satisfaction.<attribute>` and `importance.<attribute>` on their own scales; none
        missing.
    """

    scores: Mapping[str, Scores]

    def unit(self, column: str, wave: int) -> Floats:
        """Return one question's answers on −1 (worst) to 1 (best), shape (customers,)."""
        low, high = scale_of(column)
        unit: Floats = (self.scores[column][:, wave].astype(np.float64) - (low + high) / 2) / (
            (high - low) / 2
        )
        return unit


def scale_of(column: str) -> tuple[int, int]:
    """Return the lowest and the highest answer to a question."""
    outcome = OUTCOMES.get(column)
    return (outcome.low, outcome.high) if outcome else ITEM_SCALE


def score_columns(plan: MarketPlan) -> list[str]:
    """Names of the columns that hold scores, in the order of the questionnaire."""
    names = [attribute.name for attribute in plan.attributes]
    items = [f"{kind}.{name}" for kind in ("satisfaction", "importance") for name in names]
    return [*OUTCOMES, *items]


def draw_panel(plan: MarketPlan, customers: Customers, rng: np.random.Generator) -> Panel:
    """Draw the answers of all customers in all waves.

    Parameters
    ----------
    plan : MarketPlan
        The market with its planted values.
    customers : Customers
        The people.
    rng : numpy.random.Generator
        Draws in a fixed order and number.

    Returns
    -------
    Panel
        Whole numbers, none missing.

    Notes
    -----
    An opinion is level + gain · wave + group + spread · (√halo · H + √(1 − halo) · O). H, common to all
    attributes, is in part lasting (a person's, in business an account's) and in part of the day; so is O, an
    attribute's own. Outcomes follow the attribute scores as given, not the opinions behind them: the
    expectation of an outcome before rounding is exactly linear in columns the researcher sees, with the
    planted weights. Sums run attribute by attribute rather than through BLAS, whose order of addition is the
    machine's.
    """
    n, k = len(customers), len(plan.attributes)
    own = rng.standard_normal((k, n))
    taste = rng.standard_normal((k + 1, n))
    scores = {column: np.empty((n, len(WAVES)), dtype=np.int8) for column in score_columns(plan)}
    for wave in range(len(WAVES)):
        for column, answer in _wave_answers(plan, wave, customers, own, taste, rng).items():
            scores[column][:, wave] = answer
    return Panel(scores)


def _wave_answers(
    plan: MarketPlan, wave: int, customers: Customers, own: Floats, taste: Floats, rng: np.random.Generator
) -> dict[str, Floats]:
    n = len(customers)
    satisfaction = _satisfaction(plan, wave, customers, own, rng)
    unit = (satisfaction - 5.5) / 4.5
    driver = np.add.reduce(_weights(plan, "driver") * unit, axis=0)
    effort = np.add.reduce(_weights(plan, "effort") * unit, axis=0)
    answers: dict[str, Floats] = {}
    for name, outcome in OUTCOMES.items():
        meant = outcome.level + GAIN * (effort if name == "ces" else driver)
        if name == "nps":
            meant = meant + plan.loyalty.recommend_effect * customers.member
        answers[name] = on_scale(meant + outcome.residual * rng.standard_normal(n), outcome.low, outcome.high)
    importance = _importance(plan, taste, rng)
    for row, attribute in enumerate(plan.attributes):
        answers[f"satisfaction.{attribute.name}"] = satisfaction[row]
        answers[f"importance.{attribute.name}"] = importance[row]
    return answers


def _satisfaction(
    plan: MarketPlan, wave: int, customers: Customers, own: Floats, rng: np.random.Generator
) -> Floats:
    """Satisfaction with each attribute on 1–10, shape (attributes, n)."""
    shape = own.shape
    shares = np.array([lasting_share(plan, PRIVATE), lasting_share(plan, BUSINESS)])[
        customers.customer_type - 1
    ]
    common = np.sqrt(shares) * customers.lasting + np.sqrt(1 - shares) * rng.standard_normal(shape[1])
    apart = np.sqrt(LASTING_OWN) * own + np.sqrt(1 - LASTING_OWN) * rng.standard_normal(shape)
    level = np.array([[attribute.level + wave * attribute.gain] for attribute in plan.attributes])
    spread = SPREAD * (np.sqrt(plan.halo) * common + np.sqrt(1 - plan.halo) * apart)
    return on_scale(styled(plan, level + _group(plan, customers) + spread), *ITEM_SCALE)


def _importance(plan: MarketPlan, taste: Floats, rng: np.random.Generator) -> Floats:
    """Stated importance of each attribute on 1–10, shape (attributes, n); half of it stays."""
    today = rng.standard_normal(taste.shape)
    mixed = np.sqrt(0.5) * (taste + today)
    level = np.array([[attribute.importance] for attribute in plan.attributes])
    meant = level + IMPORTANCE_PERSON * mixed[-1] + IMPORTANCE_OWN * mixed[:-1]
    return on_scale(styled(plan, meant), *ITEM_SCALE)


def _weights(plan: MarketPlan, field: str) -> Floats:
    """One planted weight of all attributes, shape (attributes, 1)."""
    return np.array([[getattr(attribute, field) / 100] for attribute in plan.attributes])


def _group(plan: MarketPlan, customers: Customers) -> Floats:
    """Return what region, age and type add to every opinion, shape (n,)."""
    return (
        _effect(plan.region, customers.region)
        + _effect(plan.age_band, customers.age_band)
        + _effect(plan.customer_type, customers.customer_type)
    )


def _effect(segment: Segment, codes: NDArray[np.int64]) -> Floats:
    return np.array(segment.effects)[codes - 1]


def styled(plan: MarketPlan, opinion: Floats) -> Floats:
    """Return opinions as the market's response style puts them."""
    return plan.style_shift + plan.style_stretch * opinion


def on_scale(opinion: Floats, low: int, high: int) -> Floats:
    """Round to the nearest answer a scale allows."""
    middle, half = (low + high) / 2, (high - low) / 2
    return np.clip(np.rint(middle + half * opinion), low, high)
