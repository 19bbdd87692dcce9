"""Standard errors and intervals of importances, from resamples. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, ndtri, stdtrit

from cxlab.estimate.resampling import FEWEST

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Standard errors and intervals of m figures, shape (m,) each; NaN where there are too few resamples."""

    std_error: Floats
    low: Floats
    high: Floats


def spread_of(
    estimate: Floats, draws: Floats, *, conf_level: float, widen: float, shift: int, df: float
) -> Spread:
    """Return standard errors and intervals.

    The deviations of the resamples from their mean are widened by √(n/(n − p − 1)), for the p columns that
    were fitted, and by Student's quantile over the normal one. Their quantiles are then put about the
    estimate (`shift` 0) or, for R² itself, about the estimate less the bias that the resamples show (1).

    Parameters
    ----------
    estimate
        Shape (m,).
    draws
        Shape (m, b).
    conf_level
        Confidence level.
    widen
        n/(n − p − 1).
    shift
        How many times the bias is subtracted.
    df
        Degrees of freedom of Student's t.

    References
    ----------
    Hesterberg (2015), The American Statistician 69, 371–386, section 3.3 (percentile intervals too narrow on
    small bases, expanded). Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 10 (bias).
    """
    if draws.shape[1] < FEWEST:
        unknown = np.full(len(estimate), np.nan)
        return Spread(unknown, unknown, unknown)
    upper = (1 + conf_level) / 2
    factor = np.sqrt(widen) * (stdtrit(df, upper) / ndtri(upper) if df > 0 else np.nan)
    middle = draws.mean(axis=1)
    centre = estimate - shift * (middle - estimate)
    # The k-th of b resamples stands for k/(b + 1), or an interval of few resamples would be too short.
    ends = np.quantile(draws - middle[:, None], [1 - upper, upper], axis=1, method="weibull")
    low, high = centre + factor * ends
    return Spread(np.sqrt(widen) * draws.std(axis=1, ddof=1), low, high)


def wald_p_value(
    estimate: Floats, draws: Floats, groups: Sequence[Sequence[int]], *, widen: float, df: float
) -> Floats:
    """Test that the figures of each group are all 0, with the covariances of the resamples.

    Parameters
    ----------
    estimate, draws
        Shapes (m,) and (m, b).
    groups
        Places of each of k groups.
    widen, df
        As in `spread_of`; df are those of a covariance matrix.

    Returns
    -------
    ndarray
        P-values, shape (k,): Hotelling's T² by F on the size of the group and df + 1 − size degrees of
        freedom; for a group of one, Student's t test. NaN where there are too few resamples or df.
    """
    result = np.full(len(groups), np.nan)
    if draws.shape[1] < FEWEST:
        return result
    together = widen * np.atleast_2d(np.cov(draws))
    for number, group in enumerate(groups):
        places, size = list(group), len(group)
        left = df + 1 - size
        if left <= 0 or not widen > 0:
            continue
        covariance = together[np.ix_(places, places)]
        if (covariance[0, 0] > 0) if size == 1 else (np.linalg.matrix_rank(covariance) == size):
            squared = estimate[places] @ np.linalg.solve(covariance, estimate[places])
            result[number] = fdtrc(size, left, squared * left / (df * size))
    return result
