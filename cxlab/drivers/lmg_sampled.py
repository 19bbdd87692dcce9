"""The Shapley value of R² from random orders of the players, with its error: for more than 30 of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.drivers.given_correlations import given_correlations
from cxlab.drivers.players import players_of
from cxlab.drivers.schur import bordered, partial_out
from cxlab.drivers.solvable import require_solvable
from cxlab.estimate.resampling import generator_of, require_count
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]

# Floats in one array of permuted matrices: 16 MB.
_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True)
class SampledLmg:
    """Shapley values of R² as means over random orders of the players.

    Parameters
    ----------
    values
        Shape (k,). They sum to R² of all drivers less R² of those always in, without error.
    std_error
        Of each value as an estimate of the exact one, shape (k,): the error of the random orders alone,
        not of the sample of respondents.
    n_permutations
        Orders drawn, each counted with its reverse.
    n_blocks
        Blocks of 2 k orders, drawn independently of each other: the standard errors stand on these.
    """

    values: Floats
    std_error: Floats
    n_permutations: int
    n_blocks: int


def lmg_sampled(
    correlation: Floats,
    with_outcome: Floats,
    *,
    groups: Sequence[Sequence[int]] | None = None,
    always: Sequence[int] = (),
    names: Sequence[str] | None = None,
    n_permutations: int = 10_000,
    seed: int | np.random.Generator = 0,
) -> SampledLmg:
    """Estimate the Shapley value of R² of each player from random orders and their reverses.

    Parameters
    ----------
    correlation, with_outcome
        Of the p drivers, shape (p, p), and of the drivers with the outcome, shape (p,); labels as of `lmg`.
    groups, always, names
        As of `lmg`.
    n_permutations
        Orders at least; rounded up to whole blocks of 2 k orders, and to two blocks.
    seed
        Whole number or a numpy Generator.

    Returns
    -------
    SampledLmg
        The mean over orders of what a player adds to R² when it enters, and the standard error of this mean.

    Raises
    ------
    MeasureError
        As of `lmg`, but for the number of players; and where `n_permutations` is not positive.

    Notes
    -----
    Each order is taken backwards too, and in a block every player comes first, and last, in two orders: the
    first to enter adds far more than those behind it, which would be most of the error.

    What the drivers add in one order are the squares of the last row of the Cholesky factor of their
    covariances with the outcome below, so an order of p drivers costs p³/3 multiplications.

    References
    ----------
    Castro, Gómez, Tejada (2009), Computers & Operations Research 36, 1726–1730 (sampling of orders).
    Mitchell, Cooper, Frank, Holmes (2022), JMLR 23(43), section 3.1 (antithetic pairs).
    """
    require_count(n_permutations, "permutations", least=1, remedy="take 1,000 or more")
    correlation, with_outcome, names = given_correlations(correlation, with_outcome, names)
    if with_outcome.ndim != 1:
        raise MeasureError("one matrix at a time is sampled", remedy="call it for each matrix of the batch")
    require_solvable(correlation, with_outcome, names)
    players = players_of(len(correlation), groups, always)
    order = [*always, *(place for group in players for place in group)]
    square = partial_out(bordered(correlation, with_outcome, order), len(always))
    owner = np.repeat(np.arange(len(players)), [len(group) for group in players])
    rng = generator_of(seed)
    k = len(players)
    blocks = max(2, -(-int(n_permutations) // (2 * k)))
    step = max(1, _AT_ONCE // (k * square.size))
    means = [_block_means(square, owner, rng, min(step, blocks - i)) for i in range(0, blocks, step)]
    added = np.concatenate(means)
    std_error = added.std(axis=0, ddof=1) / np.sqrt(blocks)
    return SampledLmg(added.mean(axis=0), std_error, 2 * k * blocks, blocks)


def _block_means(square: Floats, owner: npt.NDArray[np.intp], rng: np.random.Generator, n: int) -> Floats:
    """Return what each player adds on average in n blocks of k orders and their reverses, shape (n, k)."""
    k = int(owner[-1]) + 1
    first = rng.permuted(np.tile(np.arange(k), (n, 1)), axis=1)
    last = np.roll(first, 1, axis=1)
    keys = rng.random((n * k, k))
    rows = np.arange(n * k)
    keys[rows, last.ravel()] = 2.0
    keys[rows, first.ravel()] = -1.0
    forth = np.argsort(keys, axis=1)
    both = _added(square, owner, forth) + _added(square, owner, forth[:, ::-1])
    return both.reshape(n, k, k).mean(axis=1) / 2


def _added(square: Floats, owner: npt.NDArray[np.intp], orders: npt.NDArray[np.intp]) -> Floats:
    """Return what each player adds to R² in each order, shape (n, k)."""
    n, k = orders.shape
    rank = np.argsort(orders, axis=1)
    drivers = np.argsort(rank[:, owner], axis=1, kind="stable")
    places = np.concatenate([drivers, np.full((n, 1), len(owner))], axis=1)
    factor = np.linalg.cholesky(square[places[:, :, None], places[:, None, :]])
    gains = np.zeros((n, k))
    np.add.at(gains, (np.arange(n)[:, None], owner[drivers]), factor[:, -1, :-1] ** 2)
    return gains
