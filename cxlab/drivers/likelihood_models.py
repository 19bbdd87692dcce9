"""The models of every subset of drivers, each refitted from the fit of one that is a driver smaller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.proportional_odds import Fits, Halves, class_shares, fit, null_thresholds

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

FEW_MODELS = 32
MODELS_AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """Who shares, and who is always in.

    Parameters
    ----------
    players
        Places of the drivers of each of k players.
    always
        Places of the drivers in every model.
    p
        How many drivers there are.
    """

    players: Sequence[Sequence[int]]
    always: Sequence[int]
    p: int

    def free(self, models: Places, thresholds: int) -> Bools:
        """Return which parameters the models have, shape (q, b); player j is in where bit j is set."""
        chosen = np.zeros((thresholds + self.p, len(models)), dtype=bool)
        chosen[:thresholds] = True
        chosen[[thresholds + place for place in self.always]] = True
        for bit, places in enumerate(self.players):
            chosen[[thresholds + place for place in places]] = (models >> bit) & 1 == 1
        return chosen


def fit_null(halves: Halves, weight: Floats) -> Fits:
    """Return the model without drivers."""
    q = halves.design.shape[1]
    free = np.arange(q)[:, None] < halves.thresholds
    start = np.zeros((q, 1))
    start[: halves.thresholds, 0] = null_thresholds(class_shares(halves, weight))
    return fit(halves, weight, free, start)


def fit_models(
    halves: Halves, weight: Floats, roles: Roles, null: Fits, models: Places | None = None
) -> Fits:
    """Fit some models, or all 2^k of them, in ascending order of their bits.

    Parameters
    ----------
    halves, weight
        Rows and their weights, shape (m,).
    roles
        Players and covariates.
    null
        The model without drivers.
    models
        The bits of the models wanted; None for all. A model starts from one among them that lacks its last
        player, or else, and where they are few, from the model without drivers.
    """
    wanted = np.arange(1 << len(roles.players)) if models is None else np.unique(models)
    q = halves.design.shape[1]
    at, value = np.tile(null.parameters, (1, len(wanted))), np.zeros(len(wanted))
    information, settled = np.zeros((len(wanted), q, q)), np.zeros(len(wanted), dtype=bool)
    free = roles.free(wanted, halves.thresholds)
    sizes = np.array([int(bits).bit_count() for bits in wanted])
    if len(wanted) <= FEW_MODELS:
        # All at once these take less time, though they start farther from their maximum.
        sizes = np.minimum(sizes, 1)
    for size in range(len(roles.players) + 1):
        level = np.flatnonzero(sizes == size)
        for start in range(0, len(level), MODELS_AT_ONCE):
            places = level[start : start + MODELS_AT_ONCE]
            smaller = _smaller(wanted, wanted[places])
            found = fit(halves, weight, free[:, places], at[:, np.where(smaller < 0, places, smaller)])
            at[:, places], value[places] = found.parameters, found.log_likelihood
            information[places], settled[places] = found.information, found.settled
    return Fits(at, value, information, settled, free)


def _smaller(wanted: Places, models: Places) -> Places:
    """Return the place of each model without its last player; −1 where it is not among them."""
    without = models & (models - 1)
    place = np.minimum(np.searchsorted(wanted, without), len(wanted) - 1)
    return np.where((wanted[place] == without) & (models > 0), place, -1)
