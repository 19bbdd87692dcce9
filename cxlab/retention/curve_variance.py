"""Variances of survival and incidence over time. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.risk_sets import RiskSets
from cxlab.retention.unit_sums import Influence, MovingUnits, PlainUnits, moving_units, plain_units

Floats = npt.NDArray[np.float64]
Units = PlainUnits | MovingUnits


def variance_of_survival(counts: FollowedCounts, sets: RiskSets) -> Floats:
    """Return the variance of the survival of one group: Greenwood's, or the infinitesimal jackknife's."""
    return survival_variance(units_of(counts, sets), sets) if counts.robust else greenwood(sets)


def variance_of_incidence(counts: FollowedCounts, sets: RiskSets, incidence: Floats, end: int) -> Floats:
    """Return the infinitesimal jackknife's variance of the incidence of an end in one group, shape (T,)."""
    if counts.robust or counts.entry is not None:
        return incidence_variance(units_of(counts, sets), sets, incidence, end)
    return multinomial_variance(sets, incidence, end)


def greenwood(sets: RiskSets) -> Floats:
    """Return Greenwood's variance of the survival, shape (T,); NaN where nobody is left.

    References
    ----------
    Greenwood (1926), The natural duration of cancer. As R's `survfit`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.cumsum(sets.w_gone / (sets.w_risk * sets.left))
        return np.asarray(sets.survival**2 * hazard)


def units_of(counts: FollowedCounts, sets: RiskSets) -> Units:
    """Return what a variance is summed over: clusters, or rows that are units of their own."""
    if counts.cluster is None and counts.entry is None:
        return plain_units(counts, sets)
    return moving_units(counts, sets)


def survival_variance(units: Units, sets: RiskSets) -> Floats:
    """Return the infinitesimal jackknife's variance of the survival, shape (T,); NaN where nobody is left.

    Σ (Σ w ∂S/∂w)² over the units. Without weights, clusters and entry it equals Greenwood's.

    References
    ----------
    Jaeckel (1972), The infinitesimal jackknife. As R's `survfit(…, robust=TRUE)`.
    """
    variance = sets.survival**2 * squared(units, [hazard_influence(sets)], [np.ones(len(sets.time))])
    return np.where(sets.survival > 0, variance, np.nan)


def multinomial_variance(sets: RiskSets, incidence: Floats, end: int) -> Floats:
    """Return the infinitesimal jackknife's variance of an incidence of rows followed from 0, shape (T,).

    What leaves at a time is then a draw from those at risk, and times go together in nothing else. With a
    and b of `incidence_influence`, the variance is Σ b² − 2ab(F(t) − F(u)) + a²(F(t) − F(u))² over u ≤ t,
    where Σ over those at risk is b² = S(u−)² dₖ(Y − dₖ)/Y³, ab = S(u−) dₖ/Y² and a² = d/Y(Y − d).
    """
    some, each, gone = sets.left > 0, sets.each, sets.w_event[end]
    by_risk = np.divide(1.0, sets.w_risk)
    crossed = np.where(some, each * gone * by_risk, 0.0)
    hazard = np.divide(sets.w_gone * by_risk, sets.left, out=np.zeros(len(gone)), where=some)
    own = each**2 * gone * (1 - gone * by_risk)
    linear = crossed + hazard * incidence
    constant = np.cumsum(own + incidence * (crossed + linear))
    variance = constant + incidence * (incidence * np.cumsum(hazard) - 2 * np.cumsum(linear))
    # What rounding leaves below 0 is 0.
    return np.maximum(variance, 0.0)


def incidence_variance(units: Units, sets: RiskSets, incidence: Floats, end: int) -> Floats:
    """Return the infinitesimal jackknife's variance of the incidence of an end, shape (T,).

    References
    ----------
    As R's `survfit` of several states.
    """
    influences = [incidence_influence(sets, incidence, end), hazard_influence(sets)]
    return squared(units, influences, [np.ones(len(sets.time)), -incidence])


def hazard_influence(sets: RiskSets) -> Influence:
    """Return the influence on −log of the survival: the product-limit form, so that ties count as they are.

    At a time when all leave nothing is added: the survival is 0 from there on whatever the weights.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        jump = np.where(sets.left > 0, 1 / sets.left, 0.0)
    drift = -np.cumsum(sets.w_gone * jump / sets.w_risk)
    return Influence(_from_zero(drift), jump, np.zeros(len(jump)), -1)


def incidence_influence(sets: RiskSets, incidence: Floats, end: int) -> Influence:
    """Return the influence on P, where that on the incidence of an end is P less incidence × the hazard's.

    With b = S(u−)(dNₖ − Y λₖ)/Y and a = (dN − Y λ)/(Y − d), the influence on F(t) is
    Σ b(u) − a(u)(F(t) − F(u)) over u ≤ t, hence P = Σ b(u) + a(u) F(u).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        to_all = np.where(sets.left > 0, incidence / sets.left, 0.0)
    own = sets.before / sets.w_risk
    drift = -np.cumsum((own * sets.w_event[end] + to_all * sets.w_gone) / sets.w_risk)
    return Influence(_from_zero(drift), to_all, own, end)


def _from_zero(sums: Floats) -> Floats:
    return np.concatenate([[0.0], sums])


def squared(units: Units, influences: Sequence[Influence], factors: Sequence[Floats]) -> Floats:
    """Return Σ over the units of (Σ factor × influence)² after each time, shape (T,)."""
    total = np.zeros(len(factors[0]))
    for place, (one, factor) in enumerate(zip(influences, factors, strict=True)):
        for later, other in enumerate(influences[place:], start=place):
            both = factor * factors[later] * units.products(one, other)
            total += both if later == place else 2 * both
    # What rounding leaves below 0 is 0.
    return np.maximum(total, 0.0)
