"""The exact Shapley value of R² (LMG), from correlations."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cxlab.drivers.given_correlations import given_correlations
from cxlab.drivers.players import players_of
from cxlab.drivers.r_squared_table import Room, all_models, room_for
from cxlab.drivers.r_squared_table import r_squared_table as r_squared_table
from cxlab.drivers.rounding import rounding
from cxlab.drivers.schur import bordered, partial_out
from cxlab.drivers.shapley_values import shapley_weights
from cxlab.drivers.solvable import require_solvable
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]

# 2^30 models take some 7 s of compiled code and 20 s of numpy; one player more doubles that.
MOST_PLAYERS = 30
# Models times matrices that numpy works through in half a second, about what loading numba costs.
_MOST_MODELS = 1 << 25
# Models times matrices in one table are 2 to this power: what is left of them stays in a shared cache.
_LAST = 17


def lmg(
    correlation: Floats,
    with_outcome: Floats,
    *,
    groups: Sequence[Sequence[int]] | None = None,
    always: Sequence[int] = (),
    names: Sequence[str] | None = None,
) -> Floats:
    """Return the exact Shapley value of R² of each player.

    Parameters
    ----------
    correlation
        Of the p drivers, shape (p, p) or, for b matrices at once, (p, p, b).
    with_outcome
        Of the drivers with the outcome, shape (p,) or (p, b). Labels of a DataFrame and of a Series must be
        the same, in one order.
    groups
        The places of the drivers of each player, each place once; None where each driver that is not in
        `always` plays alone.
    always
        Places of drivers that are in every model. What they explain is not distributed.
    names
        Of the drivers, for the messages of errors.

    Returns
    -------
    ndarray
        Shape (k,) or (k, b). Sums to R² of all drivers less R² of `always`. NaN for a matrix of a batch that
        cannot be solved.

    Warns
    -----
    UserWarning
        Where the condition number of a matrix by itself is above 1e4, so that fewer than ten digits hold.

    Raises
    ------
    MeasureError
        Where a matrix by itself, or every one of a batch, cannot be solved (see `require_solvable`), labels
        differ, the groups do not hold each place once, or there are more than 30 players.

    References
    ----------
    Lindeman, Merenda, Gold (1980), Introduction to Bivariate and Multivariate Analysis, 119–127. Shapley
    (1953), Contributions to the Theory of Games II, 307–317.
    """
    correlation, with_outcome, names = given_correlations(correlation, with_outcome, names)
    fine = require_solvable(correlation, with_outcome, names)
    players = players_of(len(correlation), groups, always)
    _require_few(len(players))
    if correlation.ndim == 2:
        _warn_of_rounding(correlation)
    places = np.flatnonzero(fine)
    compiled = _compiled_pays(len(players), len(places))
    falling = sorted(range(len(players)), key=lambda player: -len(players[player]))
    order = [*always, *(place for player in falling for place in players[player])]
    p = len(correlation)
    drivers, outcome = correlation.reshape(p, p, -1)[..., places], with_outcome.reshape(p, -1)[:, places]
    square = partial_out(bordered(drivers, outcome, order), len(always))
    sizes = [len(players[player]) for player in falling]
    result = np.full((len(players), fine.size), np.nan)
    values = (_by_compiled if compiled else _by_tables)(square, sizes)
    result[np.array(falling)[:, None], places] = values
    return result.reshape(len(players), *fine.shape)


def r_squared(correlation: Floats, with_outcome: Floats, *, names: Sequence[str] | None = None) -> Floats:
    """Return R² of all drivers, shape () or (b,); parameters and errors as of `lmg`."""
    correlation, with_outcome, names = given_correlations(correlation, with_outcome, names)
    fine = require_solvable(correlation, with_outcome, names)
    p = len(correlation)
    with np.errstate(all="ignore"):
        unexplained = partial_out(bordered(correlation, with_outcome, range(p)), p)[0, 0]
    return np.where(fine, 1.0 - unexplained, np.nan)


def _require_few(k: int) -> None:
    if k > MOST_PLAYERS:
        raise MeasureError(
            f"{k} players make 2^{k} models, too many to fit each",
            remedy=f"take `lmg_sampled`, or put the drivers into groups, {MOST_PLAYERS} at most",
        )


def _warn_of_rounding(correlation: Floats) -> None:
    missed = rounding(correlation)
    if missed > 1e-10:
        warnings.warn(
            "the drivers nearly determine each other (condition number "
            f"{np.linalg.cond(correlation):.0e}): rounding may move the values by {missed:.0e}",
            stacklevel=3,
        )


def _compiled_pays(k: int, b: int) -> bool:
    return b << k > _MOST_MODELS and importlib.util.find_spec("numba") is not None


def _by_compiled(square: Floats, sizes: Sequence[int]) -> Floats:
    """Return the values of k players by compiled code, shape (k, b); parameters as of `_by_tables`."""
    from cxlab.drivers.lmg_compiled import lmg_compiled  # numba takes a second or two to load

    return lmg_compiled(square, sizes, *shapley_weights(len(sizes)))


def _by_tables(square: Floats, sizes: Sequence[int]) -> Floats:
    """Return the values of k players by numpy, shape (k, b).

    Parameters
    ----------
    square
        Covariances of the q drivers of the players in turn and of the outcome, shape (q + 1, q + 1, b).
    sizes
        Drivers of each player, falling.
    """
    k, b = len(sizes), square.shape[2]
    ahead = max(0, k - _LAST)
    step = max(1, (1 << _LAST) >> k)
    rest = len(square) - sum(sizes[:ahead])
    room = room_for((rest, rest, 1, step), sizes[ahead:])
    values = np.empty((k, b))
    for start in range(0, b, step):
        some = square[:, :, start : start + step]
        if some.shape[2] < step:
            room = room_for((rest, rest, 1, some.shape[2]), sizes[ahead:])
        values[:, start : start + step] = _slices(some, sizes, ahead, room)
    return values


def _slices(square: Floats, sizes: Sequence[int], ahead: int, room: Room) -> Floats:
    """Return the values, from one table for each set of the players ahead that is in the model."""
    k = len(sizes)
    without, entering = shapley_weights(k)
    players = sizes_of_models(k - ahead)
    values, common = np.zeros((k, square.shape[2])), np.zeros(square.shape[2])
    states = all_models(square[:, :, None], sizes[:ahead])
    for state, inside in enumerate(sizes_of_models(ahead)):
        left = all_models(states[:, :, state : state + 1], sizes[ahead:], room)[0, 0]
        table = np.subtract(1.0, left, out=left)
        # Not a product of BLAS: on busy cores its threads would wait for each other most of the time.
        common += np.einsum("s,sb->b", without[inside:][players], table)
        table *= entering[inside:][players][:, None]
        weighed = _fold(table, values[ahead:])
        values[:ahead][[bool(state >> player & 1) for player in range(ahead)]] += weighed
    return values - common


def _fold(table: Floats, values: Floats) -> Floats:
    """Add to the values of k players the models with each; return the sum over all models, shape (b,).

    The table, shape (2^k, b), is used up.
    """
    for player in range(len(values) - 1, -1, -1):
        low, high = table[: 1 << player], table[1 << player : 2 << player]
        values[player] += high.sum(axis=0)
        low += high
    return table[0]


@lru_cache(maxsize=8)
def sizes_of_models(k: int) -> npt.NDArray[np.uint8]:
    """Return how many players each of the 2^k models has."""
    sizes = np.zeros(1, np.uint8)
    for _ in range(k):
        sizes = np.concatenate([sizes, sizes + np.uint8(1)])
    sizes.flags.writeable = False
    return sizes
