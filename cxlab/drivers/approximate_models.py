"""Shapley values of a likelihood R² for many drivers: from moments, set right by some exact refits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.irls_moments import irls_shares
from cxlab.drivers.likelihood_models import Roles
from cxlab.drivers.proportional_odds import Fits, Halves, evaluate, solved

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
PERMUTATIONS = 24
"""Orders of the drivers, each with its reverse, along which models are refitted."""


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """A log-likelihood of b samples as two parabolas, at the model without drivers and at that with all.

    Parameters
    ----------
    information, slope
        At the one and the other, each (b, q, q) and (q, b); the slope of the second is information · β.
    """

    information: tuple[Floats, Floats]
    slope: tuple[Floats, Floats]

    def shares(self, roles: Roles, thresholds: int) -> Floats:
        """Return the share of each player in what is gained, the mean of both parabolas, shape (k, b)."""
        players = [[thresholds + place for place in group] for group in roles.players]
        always = [*range(thresholds), *(thresholds + place for place in roles.always)]
        ends = zip(self.information, self.slope, strict=True)
        return np.mean([irls_shares(a, s, (players, always)) for a, s in ends], axis=0)

    def gains(self, roles: Roles, models: Places, thresholds: int) -> Floats:
        """Return what some models of one sample gain over the smallest, as shares of the largest, (b,)."""
        every = np.r_[models, 0, (1 << len(roles.players)) - 1]
        free = roles.free(every, thresholds)
        both = free.T[:, :, None] & free.T[:, None, :]
        parts = []
        for information, slope in zip(self.information, self.slope, strict=True):
            some = np.where(free, slope, 0.0)
            masked = np.where(both, information, np.eye(len(free)))
            value = (some * solved(masked, some)).sum(axis=0)
            parts.append((value[:-2] - value[-2]) / (value[-1] - value[-2]))
        return np.mean(parts, axis=0)


def quadratic(halves: Halves, weight: Floats, null: Floats, full: Fits) -> Quadratic:
    """Return both parabolas.

    Parameters
    ----------
    halves
        Rows.
    weight
        Shape (m,) or (m, b).
    null
        Parameters without drivers, shape (q, b).
    full
        The b fits with all drivers.
    """
    everything = np.ones_like(full.free)
    _, slope, information = evaluate(halves, weight / weight.sum(axis=0), everything, null)
    drawn = np.einsum("bij,jb->ib", full.information, full.parameters)
    return Quadratic((information, full.information), (slope, drawn))


def orders(k: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return random orders of k players and their reverses, shape (2 PERMUTATIONS, k)."""
    some = rng.permuted(np.tile(np.arange(k), (PERMUTATIONS, 1)), axis=1)
    return np.concatenate([some, some[:, ::-1]])


def chains(order: npt.NDArray[np.int64]) -> Places:
    """Return the models along each order, from nobody to everybody, shape (…, k + 1)."""
    steps = np.cumsum(1 << order, axis=1)
    return np.concatenate([np.zeros((len(order), 1), dtype=np.int64), steps], axis=1)


def sampled_difference(
    order: npt.NDArray[np.int64], models: Places, exact: Floats, approximate: Floats
) -> tuple[Floats, Floats]:
    """Return how far exact Shapley values lie from approximate ones, with standard errors, shape (k,) each.

    Parameters
    ----------
    order
        Orders, the second half the reverses of the first.
    models
        Models that were refitted, ascending.
    exact, approximate
        R² of these models.

    References
    ----------
    Castro, Gómez, Tejada (2009), Computers & Operations Research 36, 1726–1730 (sampled orders).
    """
    along = (exact - approximate)[np.searchsorted(models, chains(order))]
    step = np.empty(order.shape)
    np.put_along_axis(step, order, np.diff(along, axis=1), axis=1)
    pairs = (step[: len(step) // 2] + step[len(step) // 2 :]) / 2
    return pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
