"""Precision of an estimate from what each respondent adds to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.intervals import kish_n_eff
from cxlab.estimate.linearised import Precision, effective_base, linearised
from cxlab.measure.ratings import Ratings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
INFLUENCE = "influence of this row"


def influence_precision(ratings: Ratings, z: Floats, levels: pd.DataFrame, level: Ints) -> Precision:
    """Return the standard errors and degrees of freedom of k linearised estimates.

    Parameters
    ----------
    ratings
        The respondents, their weights and their design.
    z
        Influence of each respondent on the estimate of his segment, before his weight, shape (n,): the
        estimate moves by Σ w z, and Σ w z = 0 in each segment. NaN for who is not in the base.
    levels
        Level of each segment column, k rows; no columns for everyone.
    level
        Row of `levels` of each respondent, shape (n,).

    Returns
    -------
    Precision
        Without a design √(n/(n − 1) · Σ(w z)²) on n − 1 degrees of freedom; by design the standard error of
        the total Σ w z.
    """
    if not ratings.sample.plain:
        sample = ratings.with_column(INFLUENCE, z)
        sums = sample.sums(INFLUENCE, ratings.by)
        return linearised(sample, sums, levels, offset=np.zeros(len(levels)), total=np.ones(len(levels)))
    inside, times, power = _counted(ratings, z)
    n = np.bincount(level, times, len(levels)).astype("float64")
    squares = np.bincount(level, np.where(inside, power * np.nan_to_num(z) ** 2, 0.0), len(levels))
    correction = np.divide(n, n - 1, out=np.full_like(n, np.nan), where=n > 1)
    return Precision(np.sqrt(correction * squares), n - 1, n)


def bases(ratings: Ratings, answered: npt.NDArray[np.bool_], level: Ints, k: int) -> tuple[Floats, Floats]:
    """Return the answers and Kish's effective base of k segments, shape (k,) each."""
    w = np.where(answered, ratings.w, 0.0)
    if ratings.sample.weight_kind == "frequency":
        n = np.bincount(level, w, k).astype("float64")
        return n, n
    n, sum_w, sum_w2 = (
        np.bincount(level, part, k).astype("float64") for part in (answered & (w > 0), w, w**2)
    )
    return n, kish_n_eff(sum_w, sum_w2)


def influence_base(ratings: Ratings, z: Floats, precision: Precision, kish: Floats, level: Ints) -> Floats:
    """Return the effective base: Kish's or, by design, n over the design effect of the estimate.

    Parameters
    ----------
    ratings, z, level
        As in `influence_precision`.
    precision
        What it returned.
    kish
        Kish's effective base of each segment, shape (k,).
    """
    if ratings.sample.plain:
        return kish
    inside, times, _ = _counted(ratings, z)
    k = len(kish)
    n = np.bincount(level, times, k)
    # S², the variance of one respondent's part in the population; the estimate is its mean.
    total = np.bincount(level, np.where(inside, ratings.w, 0.0), k)
    part = np.nan_to_num(z) * total[level]
    squares = np.bincount(level, np.where(inside, ratings.w * part**2, 0.0), k)
    mean_square = np.divide(squares, total, out=np.zeros(k), where=total > 0)
    spread = np.divide(n * mean_square, n - 1, out=np.zeros(k), where=n > 1)
    return np.asarray(effective_base(spread, precision, kish))


def _counted(ratings: Ratings, z: Floats) -> tuple[npt.NDArray[np.bool_], Floats, Floats]:
    """Return who counts, as how many, and by what his squared influence is multiplied."""
    inside = np.isfinite(z) & (ratings.w > 0)
    if ratings.sample.weight_kind == "frequency":
        return inside, np.where(inside, ratings.w, 0.0), ratings.w
    return inside, inside.astype("float64"), ratings.w**2
