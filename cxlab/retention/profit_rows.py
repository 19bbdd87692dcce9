"""Whom to contact for the most profit: the hull of a ROC curve, and the profit along it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression
from scipy.special import betainc

from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What a campaign costs, and what it saves.

    Parameters
    ----------
    clv
        Value of a customer who is kept.
    incentive, contact
        Cost of the offer to one who takes it, and of the contact with anyone.
    """

    clv: float
    incentive: float
    contact: float


@dataclass(frozen=True, slots=True, eq=False)
class Campaign(Costs):
    """What a campaign costs and brings, and how many accept the offer.

    Parameters
    ----------
    alpha, beta
        Of the beta law of the share of would-be churners who stay when given the offer.
    """

    alpha: float
    beta: float

    @property
    def accepted(self) -> float:
        """Mean share who stay."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True, slots=True, eq=False)
class Profit:
    """The best profit per customer, over a law of acceptance and at its mean.

    Parameters
    ----------
    expected, share
        Expected maximum profit, and the share to contact expected with it.
    maximum, best_share, threshold
        Maximum profit at the mean acceptance, the share to contact, and the lowest score among them (infinite
        where nobody is).
    """

    expected: float
    share: float
    maximum: float
    best_share: float
    threshold: float


def costs_of(clv: object, incentive: object, contact: object) -> Costs:
    """Return the amounts, checked; raise MeasureError where they make no sense."""
    _require_amounts({"clv": clv, "incentive": incentive, "contact": contact})
    found = Costs(*(float(amount) for amount in (clv, incentive, contact)))  # type: ignore[arg-type]
    if found.clv <= found.incentive:
        raise MeasureError(
            f"an incentive of {found.incentive:g} costs what a customer of {found.clv:g} is worth",
            remedy="give the value of a customer who is kept, over the same time",
        )
    return found


def campaign_of(clv: object, incentive: object, contact: object, alpha: object, beta: object) -> Campaign:
    """Return the amounts and the law of acceptance, checked; raise MeasureError where they make no sense."""
    costs = costs_of(clv, incentive, contact)
    _require_amounts({"alpha": alpha, "beta": beta})
    return Campaign(costs.clv, costs.incentive, costs.contact, float(alpha), float(beta))  # type: ignore[arg-type]


def _require_amounts(amounts: Mapping[str, object]) -> None:
    for name, value in amounts.items():
        least = 0 if name in ("incentive", "contact") else np.finfo("float64").tiny
        if not (finite_number(value) and value >= least):  # type: ignore[operator]
            raise MeasureError(
                f"{name}={value} will not do", remedy="costs are 0 or more; clv, alpha and beta above 0"
            )


def best_profit(score: Floats, churners: Floats, others: Floats, campaign: Campaign) -> Profit:
    """Return the profit of contacting the highest scores, the number of them chosen best.

    Parameters
    ----------
    score
        Different scores in falling order, shape (u,).
    churners, others
        Weight of churners and of others with each score, shape (u,); their sum is above 0.
    campaign
        What it costs and brings.

    Notes
    -----
    Contacting the share F0 of churners and F1 of others earns, with acceptance γ, a line in γ:
    π0 F0 (γ (CLV − d) − f) − π1 F1 (d + f). Which corner of the convex hull is best changes where two
    neighbours' lines cross; between crossings the integral over the beta law is exact.

    References
    ----------
    Verbraken, Verbeke, Baesens (2013), IEEE Transactions on Knowledge and Data Engineering 25, 961–973,
    equations 8 to 15.
    """
    total = float((churners + others).sum())
    last = _hull(churners, others)
    caught = np.append(0.0, churners.cumsum()[last]) / total
    bothered = np.append(0.0, others.cumsum()[last]) / total
    slope = caught * (campaign.clv - campaign.incentive)
    height = -campaign.contact * caught - (campaign.incentive + campaign.contact) * bothered
    at = int(np.argmax(slope * campaign.accepted + height))
    with np.errstate(divide="ignore", invalid="ignore"):
        step = slope[1:] - slope[:-1]
        crossing = (height[:-1] - height[1:]) / step
    # A corner that brings no churner is never worth its cost.
    crossing = np.maximum.accumulate(np.clip(np.where(step > 0, crossing, 1.0), 0.0, 1.0))
    ends = np.concatenate([[0.0], crossing, [1.0]])
    law, above = (betainc(campaign.alpha + more, campaign.beta, ends) for more in (0, 1))
    mass, mean = law[1:] - law[:-1], (above[1:] - above[:-1]) * campaign.accepted
    return Profit(
        float(slope @ mean + height @ mass), float((caught + bothered) @ mass),
        float(slope[at] * campaign.accepted + height[at]), float(caught[at] + bothered[at]),
        float(score[last[at - 1]]) if at else np.inf,
    )  # fmt: skip


def _hull(churners: Floats, others: Floats) -> npt.NDArray[np.int64]:
    """Return the last place of each stretch of the hull: the blocks of a falling isotonic regression."""
    size = churners + others
    found = isotonic_regression(churners / size, weights=size, increasing=False)
    return np.asarray(found.blocks[1:] - 1, dtype="int64")
