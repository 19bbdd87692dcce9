"""R² of every model that can be made of some players: drivers, or groups of drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.players import players_of
from cxlab.drivers.schur import bordered, partial_out

Floats = npt.NDArray[np.float64]


def r_squared_table(
    correlation: Floats,
    with_outcome: Floats,
    *,
    groups: Sequence[Sequence[int]] | None = None,
    always: Sequence[int] = (),
) -> Floats:
    """Return R² of all 2^k models of k players.

    The matrix is not checked here: a singular one gives infinite or NaN values. `lmg` checks.

    Parameters
    ----------
    correlation
        Of the p drivers, shape (p, p) or (p, p, b).
    with_outcome
        Of the drivers with the outcome, shape (p,) or (p, b).
    groups
        The places of the drivers of each player; None where each driver that is not in `always` plays alone.
    always
        Places of drivers that are in every model.

    Returns
    -------
    ndarray
        Shape (2^k,) or (2^k, b). Player i is in model s where bit i of s is set; model 0 is `always` alone.

    Notes
    -----
    The models with a player are those without it, each taken one Schur complement further, so a player
    doubles the states of what remains, which shrinks by a row and a column: O(2^k) time and memory, at most
    some 5 · 2^k · b floats at once.
    """
    correlation, with_outcome = np.asarray(correlation, float), np.asarray(with_outcome, float)
    players = players_of(len(correlation), groups, always)
    order = [*always, *(place for group in players for place in group)]
    square = partial_out(bordered(correlation, with_outcome, order), len(always))[:, :, None]
    return 1.0 - all_models(square, [len(group) for group in players])[0, 0]


def all_models(square: Floats, sizes: Sequence[int], room: Room | None = None) -> Floats:
    """Return what is left when players are in the model or not, in each state of those before them.

    Parameters
    ----------
    square
        What is left of q drivers and the outcome in t states, shape (q + 1, q + 1, t, …).
    sizes
        Drivers of each of the first k players, in turn.
    room
        Of `room_for` these shapes: the next call overwrites the result. None for a result to keep.

    Returns
    -------
    ndarray
        Of the drivers behind these players and the outcome, shape (…, …, 2^k t, …): the states without the
        last player first.
    """
    room = room_for(square.shape, sizes) if room is None else room
    for size, doubled, slopes in zip(sizes, room.squares, room.slopes, strict=True):
        states = square.shape[2]
        doubled[:, :, :states] = square[size:, size:]
        partial_out(square, size, out=doubled[:, :, states:], slopes=slopes)
        square = doubled
    return square


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Memory for each player's step of `all_models`, so that many calls ask for it once."""

    squares: tuple[Floats, ...]
    slopes: tuple[Floats, ...]


def room_for(shape: Sequence[int], sizes: Sequence[int]) -> Room:
    """Return room for squares of a shape, players taken in turn."""
    rest, _, states, *tail = shape
    squares, slopes = [], []
    for size in sizes:
        rest -= size
        squares.append(np.empty((rest, rest, 2 * states, *tail)))
        slopes.append(np.empty((rest, states, *tail)))
        states *= 2
    return Room(tuple(squares), tuple(slopes))
