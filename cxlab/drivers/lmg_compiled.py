"""The exact Shapley value of R² in compiled code, for many drivers or matrices; loaded where it pays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# The models of the last players are worked through side by side: their states, 3 · 2^11 floats, stay in a
# core's first cache.
BLOCK = 11


def lmg_compiled(square: Floats, sizes: Sequence[int], without: Floats, entering: Floats) -> Floats:
    """Return the Shapley values of R² of b matrices, shape (k, b), in O(b 2^k) time and O(2^BLOCK) memory.

    All cores share the matrices.

    Parameters
    ----------
    square
        Covariances of the q drivers of the k players in turn and of the outcome, shape (q + 1, q + 1, b).
    sizes
        Drivers of each player, falling: those who play alone come last.
    without, entering
        Shapley weights by the players in a model, as of `shapley_weights`.
    """
    matrices = np.ascontiguousarray(np.moveaxis(square, 2, 0))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    block = min(BLOCK, sum(size == 1 for size in sizes))
    workers = os.cpu_count() or 1
    # More pieces than cores, so that none waits long for another; a matrix has the same digits in any piece.
    pieces = np.array_split(matrices, min(len(matrices), 8 * workers))
    with ThreadPoolExecutor(workers) as pool:
        values = pool.map(lambda piece: _all_values(piece, starts, block, without, entering), pieces)
        return np.concatenate(list(values)).T


@njit(cache=True, nogil=True)
def _all_values(square: Floats, starts: Ints, block: int, without: Floats, entering: Floats) -> Floats:
    """Return the values of each matrix, shape (b, k)."""
    offsets = np.zeros((block + 1, block + 1), np.int64)
    room = 0
    for column in range(block):
        for row in range(column, block + 1):
            offsets[row, column] = room
            room += max(8, 1 << column)
    players = np.zeros(1 << block, np.int64)
    for model in range(1 << block):
        players[model] = players[model >> 1] + (model & 1)
    entries, table = np.empty(room), np.empty(1 << block)
    values = np.zeros((len(square), len(starts) - 1))
    for matrix in range(len(square)):
        _descend(square[matrix], starts, without, entering, offsets, players, entries, table, values[matrix])
    return values


@njit(cache=True, nogil=True)
def _descend(
    square: Floats,
    starts: Ints,
    without: Floats,
    entering: Floats,
    offsets: Ints,
    players: Ints,
    entries: Floats,
    table: Floats,
    values: Floats,
) -> None:
    """Add up the values of one matrix, depth first over the players before the block.

    Level d of the stack holds what remains of the drivers once the players before d are in or out.
    """
    block = len(offsets) - 1
    depth = len(starts) - 1 - block
    first = starts[depth]
    stack = np.zeros((depth + 1, *square.shape))
    stack[0] = square
    base, inside = np.zeros(depth + 1), np.zeros(depth + 1, np.int64)
    common = 0.0
    for leaf in range(1 << depth):
        # Levels above the first player that differs from the leaf before are still right.
        level = 0
        if leaf:
            changed = leaf ^ (leaf - 1)
            while not (changed >> (depth - 1 - level)) & 1:
                level += 1
        for player in range(level, depth):
            taken = (leaf >> (depth - 1 - player)) & 1
            gain = _step(stack[player], stack[player + 1], starts[player], starts[player + 1], taken)
            base[player + 1] = base[player] + gain
            inside[player + 1] = inside[player] + taken
        _block(stack[depth, first:, first:], base[depth], offsets, entries, table)
        size = inside[depth]
        all_models, weighed = _fold(table, players, without[size:], entering[size:], values[depth:])
        common += all_models
        for player in range(depth):
            if (leaf >> (depth - 1 - player)) & 1:
                values[player] += weighed
    values -= common


@njit(cache=True, nogil=True)
def _step(before: Floats, after: Floats, start: int, end: int, taken: int) -> float:
    """Fill the next level; return the R² gained by the drivers from `start` to `end`, if they are taken."""
    last = len(before) - 1
    from_ = start if taken else end
    for row in range(from_, last + 1):
        for column in range(from_, min(row, last - 1) + 1):
            after[row, column] = before[row, column]
    gain = 0.0
    if taken:
        for pivot in range(start, end):
            inverse = 1.0 / after[pivot, pivot]
            gain += after[last, pivot] * after[last, pivot] * inverse
            for row in range(pivot + 1, last + 1):
                slope = after[row, pivot] * inverse
                for column in range(pivot + 1, min(row, last - 1) + 1):
                    after[row, column] -= slope * after[column, pivot]
    return gain


# Sums in any order and fused products: what vectorises, without the promise that no value is NaN.
_LOOSE: Any = {"reassoc", "contract", "nsz", "arcp"}


@njit(cache=True, nogil=True, fastmath=_LOOSE)
def _block(square: Floats, base: float, offsets: Ints, entries: Floats, table: Floats) -> None:
    """Fill the table of R² of all models of the last m players, every one a driver, on top of a base."""
    m = len(offsets) - 1
    for column in range(m):
        for row in range(column, m + 1):
            entries[offsets[row, column]] = square[row, column]
    table[0] = base
    for pivot in range(m):
        n = 1 << pivot
        inverse = entries[offsets[pivot, pivot] : offsets[pivot, pivot] + n]
        slope = entries[offsets[m, pivot] : offsets[m, pivot] + n]
        for model in range(n):
            inverse[model] = 1.0 / inverse[model]
            table[n + model] = table[model] + slope[model] * slope[model] * inverse[model]
        for row in range(pivot + 1, m + 1):
            along = entries[offsets[row, pivot] : offsets[row, pivot] + n]
            for column in range(pivot + 1, min(row, m - 1) + 1):
                other = entries[offsets[column, pivot] : offsets[column, pivot] + n]
                entry = entries[offsets[row, column] : offsets[row, column] + 2 * n]
                for model in range(n):
                    entry[n + model] = entry[model] - along[model] * inverse[model] * other[model]


@njit(cache=True, nogil=True, fastmath=_LOOSE)
def _fold(
    table: Floats, players: Ints, without: Floats, entering: Floats, values: Floats
) -> tuple[float, float]:
    """Add the weighed R² of the models with each player; return the sums over all models, by both weights."""
    common = 0.0
    for model in range(len(table)):
        common += table[model] * without[players[model]]
        table[model] *= entering[players[model]]
    for player in range(len(values) - 1, -1, -1):
        half = 1 << player
        added = 0.0
        for model in range(half):
            added += table[half + model]
            table[model] += table[half + model]
        values[player] += added
    return common, table[0]
