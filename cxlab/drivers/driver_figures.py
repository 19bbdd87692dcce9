"""Every figure of an importance table, from correlations: one sample, or a batch of resamples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import numpy.typing as npt

from cxlab.drivers.betasq import betasq
from cxlab.drivers.car import car
from cxlab.drivers.coefficients import coefficients
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.first import first
from cxlab.drivers.johnson import johnson
from cxlab.drivers.last import last
from cxlab.drivers.lmg import lmg
from cxlab.drivers.lmg_sampled import lmg_sampled
from cxlab.drivers.pratt import pratt
from cxlab.drivers.solvable import require_solvable

Floats = npt.NDArray[np.float64]
Metric = Literal["lmg", "johnson", "car", "first", "last", "betasq", "pratt"]
MOST_EXACT = 30
"""Players up to which LMG is exact; beyond, orders of the players are drawn."""
MOST_EXACT_DRAWN = 20
"""Players up to which LMG is exact in each resample of a bootstrap."""
ORDERS, ORDERS_DRAWN = 20_000, 400
_PLAIN: dict[str, Callable[..., Floats]] = {"johnson": johnson, "car": car, "betasq": betasq, "pratt": pratt}
_PLAYED: dict[str, Callable[..., Floats]] = {"lmg": lmg, "first": first, "last": last}
CAN_GROUP = tuple(_PLAYED)
"""Metrics that know groups and covariates."""


@dataclass(frozen=True, slots=True, eq=False)
class DriverFigures:
    """Figures of b samples of k players and p columns that explain; NaN for a sample that cannot be solved.

    Parameters
    ----------
    importance, share
        Of each player, and over their sum, shape (k, b).
    difference
        Importance of the first less that of the second of each pair, in the order of
        `numpy.triu_indices(k, 1)`, shape (k(k − 1)/2, b).
    r_squared
        Of all columns, shape (1, b).
    coefficient
        Standardised, with all columns, shape (p, b).
    marginal
        Covariance of each standardised driver with the standardised outcome, after the covariates are taken
        out of both, shape (p, b); 0 for a covariate.
    """

    importance: Floats
    share: Floats
    difference: Floats
    r_squared: Floats
    coefficient: Floats
    marginal: Floats

    def solved(self) -> DriverFigures:
        """Return the figures of the samples that could be solved."""
        fine = np.isfinite(self.importance).all(axis=0)
        return DriverFigures(*(getattr(self, field.name)[:, fine] for field in fields(self)))


def driver_figures(
    correlation: Floats, players: DriverPlayers, metric: Metric, *, drawn: bool = False
) -> DriverFigures:
    """Work out every figure.

    Parameters
    ----------
    correlation
        Of the outcome (first) and the p columns that explain, shape (p + 1, p + 1, b).
    players
        Who plays.
    metric
        Which importance.
    drawn
        Whether these are resamples, in which LMG of more than 20 players is taken from drawn orders, the same
        orders in each.

    Raises
    ------
    MeasureError
        Where none of the samples can be solved.
    """
    drivers, outcome = np.ascontiguousarray(correlation[1:, 1:]), np.ascontiguousarray(correlation[1:, 0])
    names = players.columns
    value = importance_of(drivers, outcome, players, metric, drawn=drawn)
    with np.errstate(all="ignore"):
        share = value / value.sum(axis=0)
    coefficient = coefficients(drivers, outcome, names=names)
    above = np.triu_indices(len(value), 1)
    return DriverFigures(
        value,
        share,
        value[above[0]] - value[above[1]],
        (coefficient * outcome).sum(axis=0, keepdims=True),
        coefficient,
        marginal_of(drivers, outcome, players.always),
    )


def importance_of(
    drivers: Floats, outcome: Floats, players: DriverPlayers, metric: Metric, *, drawn: bool
) -> Floats:
    """Return the importance of each player, shape (k, b), from shapes (p, p, b) and (p, b)."""
    if metric in _PLAIN:
        return _PLAIN[metric](drivers, outcome, names=players.columns)
    places, always = [list(group) for group in players.places], list(players.always)
    if metric == "lmg" and len(places) > (MOST_EXACT_DRAWN if drawn else MOST_EXACT):
        return _from_orders(drivers, outcome, players, ORDERS_DRAWN if drawn else ORDERS)
    return _PLAYED[metric](drivers, outcome, groups=places, always=always, names=players.columns)


def marginal_of(drivers: Floats, outcome: Floats, always: Sequence[int]) -> Floats:
    """Return the covariances with the outcome after the covariates are taken out, shape (p, b)."""
    if not always:
        return outcome
    some = list(always)
    inside = np.moveaxis(drivers[np.ix_(some, some)], -1, 0)
    # Resamples that cannot be solved are NaN, which must not stop the others.
    slopes = np.full((len(inside), len(some)), np.nan)
    fine = np.isfinite(inside).all(axis=(1, 2)) & np.isfinite(outcome).all(axis=0)
    slopes[fine] = np.linalg.solve(inside[fine], outcome[some].T[fine][..., None])[..., 0]
    left = outcome - np.einsum("pab,ba->pb", drivers[:, some], slopes)
    left[some] = 0.0
    return left


def _from_orders(drivers: Floats, outcome: Floats, players: DriverPlayers, orders: int) -> Floats:
    fine = np.atleast_1d(require_solvable(drivers, outcome, players.columns))
    values = np.full((len(players.places), len(fine)), np.nan)
    for place in np.flatnonzero(fine):
        values[:, place] = lmg_sampled(
            drivers[..., place],
            outcome[:, place],
            groups=[list(group) for group in players.places],
            always=list(players.always),
            n_permutations=orders,
        ).values
    return values
