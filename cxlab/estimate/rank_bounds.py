"""Which ranks a set of tested differences leaves open. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.estimate.multiplicity import Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RankBounds:
    """First and last rank of k levels that the tests leave open, shape (…, k) each; 1 is the highest."""

    low: Ints
    high: Ints


def one_sided_holm(p_value: Floats) -> Floats:
    """Return adjusted p-values of directions: of each difference that it has the sign that was seen.

    Parameters
    ----------
    p_value
        Two-sided p-values of symmetric tests, shape (…, m); NaN where nothing was tested.

    Returns
    -------
    array
        Shape (…, m). Each of the m differences stands for two one-sided hypotheses, that it is at most 0 and
        that it is at least 0. Of the 2m, at most m can be refused (p/2 of each), so Holm's factors run from
        2m to m + 1. The chance that any sign said is wrong stays below the level whatever the dependence;
        Holm's method for two-sided p-values is not known to hold that in general.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70. Mogstad, Romano, Shaikh, Wilhelm (2024), Review
    of Economic Studies 91, 476–518, section 3 (one-sided hypotheses, stepwise).
    """
    tested = ~np.isnan(p_value)
    m = tested.sum(axis=-1, keepdims=True)
    halves = np.where(tested, p_value / 2, np.inf)
    order = np.argsort(halves, axis=-1, kind="stable")
    # Beyond the m tested the factors multiply infinity.
    factor = np.maximum(2 * m - np.arange(p_value.shape[-1]), 1)
    raised = np.maximum.accumulate(np.take_along_axis(halves, order, axis=-1) * factor, axis=-1)
    out = np.empty_like(raised)
    np.put_along_axis(out, order, np.minimum(raised, 1), axis=-1)
    return np.where(tested, out, np.nan)


def rank_bounds(
    difference: Floats, adjusted: Floats, a: Ints, b: Ints, *, levels: int, alpha: float
) -> RankBounds:
    """Return the ranks that the tested differences leave open.

    Parameters
    ----------
    difference
        Level a less level b, shape (…, m).
    adjusted
        Adjusted p-values of their directions, shape (…, m); NaN says nothing.
    a, b
        Which level is the first and which the second, shape (m,) each.
    levels
        How many levels there are.
    alpha
        Chance allowed that any of the sets is wrong.

    Returns
    -------
    RankBounds
        A level ranks behind all that were found higher, and before all that were found lower. Where no sign
        that was said is wrong, every set holds its true rank, 1 + the number of levels truly higher.

    References
    ----------
    Klein, Wright, Wieczorek (2020), Journal of the Royal Statistical Society A 183, 589–606, theorem 1.
    """
    told = adjusted <= alpha + 1e-12
    is_a, is_b = (np.eye(levels, dtype="int64")[side] for side in (a, b))
    a_higher, b_higher = (told & (difference > 0)).astype("int64"), (told & (difference < 0)).astype("int64")
    above = a_higher @ is_b + b_higher @ is_a
    below = a_higher @ is_a + b_higher @ is_b
    return RankBounds(1 + above, levels - below)
