"""The bootstrap of a path model: units drawn anew, by their moments alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from cxlab.estimate.intervals import tails
from cxlab.estimate.resampling import FEWEST
from cxlab.tally.covariances import covariances, ratio
from cxlab.tally.moments import Moments
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
Interval = Literal["percentile", "bca"]
CHUNK = 250
"""Resamples whose p × p matrices are held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Figures of b resamples that came to rest.

    Parameters
    ----------
    figures
        The m figures of each, shape (b, m).
    failed
        Resamples left out, because they did not come to rest or a column did not vary in them.
    """

    figures: Floats
    failed: int


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Standard errors and intervals of m figures, shape (m,) each; NaN where there are too few resamples."""

    std_error: Floats
    low: Floats
    high: Floats


Figures = Callable[[Floats, Floats], Floats]
"""From means (b, p) and covariances (b, p, p) to figures (b, m); a row that starts with NaN has none."""


def bootstrap(moments: Moments, figures: Figures, n_boot: int, rng: np.random.Generator) -> Draws:
    """Draw units with replacement and work out the figures of each resample.

    Of g units g − 1 are drawn, so that the variance of a mean is that of the usual formula with g − 1; with
    g draws it would be (g − 1)/g of it, which matters where there are few clusters.

    Parameters
    ----------
    moments
        Moments by unit.
    figures
        What is to be worked out.
    n_boot
        Resamples.
    rng
        Source of chance.

    References
    ----------
    Rao and Wu (1988), JASA 83, 231–241. Efron and Tibshirani (1993), An Introduction to the Bootstrap.
    """
    units = len(moments.blocks)
    pieces = []
    for start in range(0, n_boot, CHUNK):
        size = min(CHUNK, n_boot - start)
        counts = rng.multinomial(units - 1, np.full(units, 1 / units), size=size)
        pieces.append(figures(*resampled(moments, counts.astype("float64"))))
    drawn = np.concatenate(pieces) if pieces else np.empty((0, 0))
    rested = drawn[np.isfinite(drawn[:, 0])] if pieces else drawn
    return Draws(rested, len(drawn) - len(rested))


def resampled(moments: Moments, counts: Floats) -> tuple[Floats, Floats]:
    """Return means and covariances of resamples, as (b, p) and (b, p, p).

    Parameters
    ----------
    moments
        Moments by unit, k blocks.
    counts
        How often each unit is drawn, shape (b, k).
    """
    p = len(moments.columns)
    # Several threads would decide the last digit.
    with one_blas_thread():
        sum_w, sum_wx, sum_wxx = (
            (counts @ sums.reshape(len(sums), -1)).reshape(-1, p, p)
            for sums in (moments.sum_w, moments.sum_wx, moments.sum_wxx)
        )
    mean = ratio(np.einsum("bpp->bp", sum_wx), np.einsum("bpp->bp", sum_w)) + moments.shift
    return mean, covariances(sum_w, sum_wx, sum_wxx)


def each_left_out(moments: Moments) -> tuple[Floats, Floats]:
    """Return means and covariances with each unit left out in turn, as `resampled` does."""
    return resampled(moments, 1 - np.eye(len(moments.blocks)))


def spread_of(
    draws: Draws,
    estimate: Floats,
    conf_level: float,
    *,
    left_out: Floats | None = None,
) -> Spread:
    """Return standard errors and intervals.

    Parameters
    ----------
    draws
        Resamples.
    estimate
        The m figures of the whole sample, shape (m,).
    conf_level
        Confidence level.
    left_out
        The figures with each unit left out in turn, shape (g, m), for the bias-corrected and accelerated
        interval; None for the percentile interval.

    References
    ----------
    Efron (1987), JASA 82, 171–185, equations 2.3 and 6.6 (bias-corrected and accelerated).
    """
    if len(draws.figures) < FEWEST:
        unknown = np.full_like(estimate, np.nan)
        return Spread(unknown, unknown, unknown)
    std_error = draws.figures.std(axis=0, ddof=1)
    ends_at = tails(conf_level)
    if left_out is None:
        low, high = np.quantile(draws.figures, ends_at, axis=0)
        return Spread(std_error, low, high)
    levels = _accelerated(draws.figures, estimate, ends_at, left_out)
    ends = [np.quantile(values, level) for values, level in zip(draws.figures.T, levels, strict=True)]
    low, high = np.array(ends).T
    return Spread(std_error, low, high)


def _accelerated(figures: Floats, estimate: Floats, ends_at: Floats, left_out: Floats) -> Floats:
    """Return the quantiles to take of each figure, shape (m, 2)."""
    # Rounding must not put a figure that never varies to one side of itself.
    rounding = 1e-12 * np.maximum(1, np.abs(estimate))
    below = (figures < estimate - rounding).mean(axis=0)
    equal = (np.abs(figures - estimate) <= rounding).mean(axis=0)
    share = np.clip(below + equal / 2, 1 / (2 * len(figures)), 1 - 1 / (2 * len(figures)))
    bias = ndtri(share)[:, None]
    distance = np.nanmean(left_out, axis=0) - left_out
    cubes, squares = np.nansum(distance**3, axis=0), np.nansum(distance**2, axis=0)
    acceleration = np.divide(cubes, 6 * squares**1.5, out=np.zeros_like(cubes), where=squares > 0)[:, None]
    shifted = bias + ndtri(ends_at)
    return np.asarray(ndtr(bias + shifted / (1 - acceleration * shifted)))
