"""What the answers of a whole market look like, worked out rather than simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from cxlab.demo.company import VALUE_CUTS, MarketPlan
from cxlab.demo.customers import BUSINESS, PRIVATE, lasting_share
from cxlab.demo.opinions import (
    GAIN,
    IMPORTANCE_OWN,
    IMPORTANCE_PERSON,
    ITEM_SCALE,
    OUTCOMES,
    SPREAD,
    Outcome,
    styled,
)

Floats = NDArray[np.float64]
NODES = (
    121  # of the opinion common to all attributes: the trapezoid rule is exact to 1e-9 for such smooth sums
)
REACH = 6.0  # standard deviations covered
ITEM_VALUES = np.arange(ITEM_SCALE[0], ITEM_SCALE[1] + 1)


@dataclass(frozen=True, slots=True)
class Population:
    """One market in one wave, if everyone answered, whether still a customer or not.

    Attributes
    ----------
    nps : float
        Net promoter score in points.
    means : mapping of str to float
        Mean of every score by column.
    item_correlation : float
        Mean correlation between the satisfaction scores of two attributes.
    recommend_effect : float
        What membership in the loyalty programme adds to the mean likelihood to recommend, in points of 0–10.
    """

    nps: float
    means: Mapping[str, float]
    item_correlation: float
    recommend_effect: float


@cache
def population(plan: MarketPlan, wave: int) -> Population:
    """Work out the answers of a market in a wave, in about 50 ms.

    Notes
    -----
    Given the opinion common to all attributes, the attribute scores are independent, and a weighted sum of
    them is a convolution of ten-point distributions on a grid of hundredths, exactly. What is left is one
    integral over the common opinion, a mixture of normals over the groups.
    """
    node, weight, member = _common_opinion(plan)
    items = np.stack([_item_shares(plan, place, wave, node) for place in range(len(plan.attributes))])
    sums = {field: _weighted_sums(plan, field, items) for field in ("driver", "effort")}
    means = {
        name: _mean(outcome, weight @ sums["effort" if name == "ces" else "driver"])
        for name, outcome in OUTCOMES.items()
    }
    nps = OUTCOMES["nps"]
    others, members = (weight - member) @ sums["driver"], member @ sums["driver"]
    bonus = plan.loyalty.recommend_effect
    shares = others @ _answer_shares(nps) + members @ _answer_shares(nps, bonus)
    everyone = weight @ sums["driver"]
    values = np.arange(nps.low, nps.high + 1)
    given = items @ ITEM_VALUES  # (attributes, nodes)
    means |= {"nps": float(shares @ values)}
    names = [attribute.name for attribute in plan.attributes]
    means |= {f"satisfaction.{name}": float(mean) for name, mean in zip(names, given @ weight, strict=True)}
    means |= {f"importance.{name}": _importance(plan, place) for place, name in enumerate(names)}
    return Population(
        nps=float(100 * (shares[9:].sum() - shares[:7].sum())),
        means=means,
        item_correlation=_correlation(items, given, weight),
        recommend_effect=_mean(nps, everyone, bonus) - _mean(nps, everyone),
    )


def rounded_mean(mean: float, sd: float, low: int, high: int) -> float:
    """Return the mean of a normal number that is rounded and cut off at the ends of a scale."""
    edges = np.arange(low, high) + 0.5
    return float(high - ndtr((edges - mean) / sd).sum())


def _common_opinion(plan: MarketPlan) -> tuple[Floats, Floats, Floats]:
    """Nodes of what group and halo add to every opinion; their weights; their weights among members."""
    sd = SPREAD * np.sqrt(plan.halo)
    groups = list(product(*(range(len(s.names)) for s in (plan.region, plan.age_band, plan.customer_type))))
    effects = np.array(
        [
            plan.region.effects[r] + plan.age_band.effects[a] + plan.customer_type.effects[t]
            for r, a, t in groups
        ]
    )
    shares = np.array(
        [plan.region.shares[r] * plan.age_band.shares[a] * plan.customer_type.shares[t] for r, a, t in groups]
    )
    node = np.linspace(effects.min() - REACH * sd, effects.max() + REACH * sd, NODES)
    halo = (node - effects[:, None]) / sd
    density = shares[:, None] * np.exp(-(halo**2) / 2)
    total = density.sum()
    kind = np.array([(PRIVATE, BUSINESS)[t] for _, _, t in groups])
    chance = np.stack([_member_chance(plan, int(code), h) for code, h in zip(kind, halo, strict=True)])
    return node, density.sum(axis=0) / total, (density * chance).sum(axis=0) / total


def _member_chance(plan: MarketPlan, customer_type: int, halo: Floats) -> Floats:
    """P(member) given the halo: it tells of the lasting opinion, that of the value, that of the segment."""
    link = plan.revenue.confounding * np.sqrt(lasting_share(plan, customer_type))
    below = [ndtr((cut - link * halo) / np.sqrt(1 - link**2)) for cut in VALUE_CUTS]
    edges = [np.zeros_like(halo), *below, np.ones_like(halo)]
    chance: Floats = np.add.reduce(
        [share * (edges[k + 1] - edges[k]) for k, share in enumerate(plan.loyalty.member)]
    )
    return chance


def _item_shares(plan: MarketPlan, place: int, wave: int, node: Floats) -> Floats:
    """Shares of the ten answers to one attribute at each node, shape (nodes, 10)."""
    attribute = plan.attributes[place]
    middle = 5.5 + 4.5 * styled(plan, attribute.level + wave * attribute.gain + node)
    sd = 4.5 * plan.style_stretch * SPREAD * np.sqrt(1 - plan.halo)
    below = ndtr((ITEM_VALUES[:-1] + 0.5 - middle[:, None]) / sd)
    ends = np.zeros((len(node), 1)), np.ones((len(node), 1))
    return np.diff(np.hstack([ends[0], below, ends[1]]), axis=1)


def _weighted_sums(plan: MarketPlan, field: str, items: Floats) -> Floats:
    """Distribution of the weighted sum of the scores in hundredths at each node, shape (nodes, 1001)."""
    sums = np.zeros((items.shape[1], 100 * ITEM_SCALE[1] + 1))
    sums[:, 0] = 1.0
    for attribute, shares in zip(plan.attributes, items, strict=True):
        weight, before = getattr(attribute, field), sums
        sums = np.zeros_like(before)
        for value, share in zip(ITEM_VALUES, shares.T, strict=True):
            step = weight * value
            sums[:, step:] += share[:, None] * before[:, : before.shape[1] - step]
    return sums


def _answer_shares(outcome: Outcome, bonus: float = 0.0) -> Floats:
    """Shares of the answers to an outcome for each weighted sum, shape (1001, answers)."""
    unit = (np.arange(100 * ITEM_SCALE[1] + 1) / 100 - 5.5) / 4.5
    meant = outcome.level + bonus + GAIN * unit
    middle, half = (outcome.low + outcome.high) / 2, (outcome.high - outcome.low) / 2
    cuts = (np.arange(outcome.low, outcome.high) + 0.5 - middle) / half
    below = ndtr((cuts - meant[:, None]) / outcome.residual)
    return np.diff(np.hstack([np.zeros((len(unit), 1)), below, np.ones((len(unit), 1))]), axis=1)


def _mean(outcome: Outcome, sums: Floats, bonus: float = 0.0) -> float:
    return float(sums @ _answer_shares(outcome, bonus) @ np.arange(outcome.low, outcome.high + 1))


def _importance(plan: MarketPlan, place: int) -> float:
    middle = 5.5 + 4.5 * (plan.style_shift + plan.style_stretch * plan.attributes[place].importance)
    sd = 4.5 * plan.style_stretch * np.hypot(IMPORTANCE_PERSON, IMPORTANCE_OWN)
    return rounded_mean(middle, float(sd), *ITEM_SCALE)


def _correlation(items: Floats, given: Floats, weight: Floats) -> float:
    """Mean correlation of two attributes; `given` is each one's mean at each node."""
    mean = given @ weight
    variance = items @ ITEM_VALUES**2 @ weight - mean**2
    shared = (given * weight) @ given.T - np.outer(mean, mean)
    correlation = shared / np.sqrt(np.outer(variance, variance))
    return float(correlation[np.triu_indices(len(mean), 1)].mean())
