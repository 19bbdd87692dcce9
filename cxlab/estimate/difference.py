"""Two means compared: what a test and an interval of their difference are made of. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtr

from cxlab.estimate.intervals import normal_quantile, student_quantile

Floats = npt.NDArray[np.float64]
Ends = tuple[Floats, Floats]
EDGE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of k comparisons of two means.

    Parameters
    ----------
    mean, variance
        Weighted mean of the answers and Σw(x − mean)²/Σw, shape (k,) each.
    n
        Base, or effective base, shape (k,); NaN where there is none.
    """

    mean: Floats
    variance: Floats
    n: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """k tests that two means are equal.

    Parameters
    ----------
    std_error
        Standard error of the difference, each mean with its own variance, shape (k,).
    statistic, df, p_value
        z or t, its degrees of freedom (infinite for z) and the two-sided p-value, shape (k,) each.
    """

    std_error: Floats
    statistic: Floats
    df: Floats
    p_value: Floats


def pooled_z(a: Side, b: Side) -> Tested:
    """Test two means of classes with the variance that both have together: the score test.

    Parameters
    ----------
    a, b
        The two sides. x is 1 or 0 for a share, 1, 0 or −1 for NPS.

    Returns
    -------
    Tested
        z = (x̄_a − x̄_b) / √(V (1/n_a + 1/n_b)), V the variance of all answers taken together. Where all are
        of one class nothing speaks against equality: z is 0 and p is 1.
    """
    n = a.n + b.n
    mean = (a.n * a.mean + b.n * b.mean) / n
    square = (a.n * (a.variance + a.mean**2) + b.n * (b.variance + b.mean**2)) / n
    pooled = np.maximum(square - mean**2, 0)
    return _normal(a, b, a.mean - b.mean, np.sqrt(pooled * (1 / a.n + 1 / b.n)))


def wald_z(a: Side, b: Side, *, added: float = 0.0, spread: float = 0.0) -> Tested:
    """Test two means, each with its own variance.

    Parameters
    ----------
    a, b
        The two sides.
    added
        Fictitious answers to each side, of mean 0.
    spread
        Σx² of the answers added.
    """
    first, second = enlarged(a, added, spread), enlarged(b, added, spread)
    std_error = np.sqrt(first.variance / first.n + second.variance / second.n)
    return _normal(a, b, first.mean - second.mean, std_error)


def enlarged(side: Side, added: float, spread: float) -> Side:
    """Return a side with fictitious answers of mean 0 added, whose squares sum to `spread`."""
    n = side.n + added
    mean = side.n * side.mean / n
    square = (side.n * (side.variance + side.mean**2) + spread) / n
    return Side(mean, np.maximum(square - mean**2, 0), n)


def student_t(difference: Floats, std_error: Floats, df: Floats) -> Tested:
    """Test differences by Student's t; where nothing varies, or no df are left, there is none.

    Parameters
    ----------
    difference, std_error, df
        Shape (k,) each.
    """
    known = (std_error > 0) & (df > 0)
    t = np.divide(difference, std_error, out=np.full_like(difference, np.nan), where=known)
    p_value = 2 * stdtr(np.where(known, df, np.nan), -np.abs(t))
    return Tested(np.where(df > 0, std_error, np.nan), t, np.where(known, df, np.nan), p_value)


def welch_df(error_a: Floats, error_b: Floats, df_a: Floats, df_b: Floats) -> Floats:
    """Return the degrees of freedom of a difference of two means with standard errors and df of their own.

    References
    ----------
    Welch (1947), Biometrika 34, 28–35; Satterthwaite (1946), Biometrics Bulletin 2, 110–114.
    """
    squares = error_a**4 / df_a + error_b**4 / df_b
    total = (error_a**2 + error_b**2) ** 2
    return np.divide(total, squares, out=np.full_like(total, np.nan), where=squares > 0)


def recovered(a: Floats, ends_a: tuple[Floats, Floats], b: Floats, ends_b: tuple[Floats, Floats]) -> Ends:
    """Return the interval of a − b from an interval of each, by the variances that these imply (MOVER).

    Parameters
    ----------
    a, b
        Estimates, shape (k,).
    ends_a, ends_b
        Their intervals.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873–890, method 10 (from Wilson's intervals of shares). Zou,
    Donner (2008), Statistics in Medicine 27, 1693–1702 (any two intervals).
    """
    low = a - b - np.hypot(a - ends_a[0], ends_b[1] - b)
    high = a - b + np.hypot(ends_a[1] - a, b - ends_b[0])
    return low, high


def wald_ends(a: Side, b: Side, conf_level: float, *, added: float = 0.0, spread: float = 0.0) -> Ends:
    """Return the interval that goes with `wald_z`; the observed difference is never left out."""
    first, second = enlarged(a, added, spread), enlarged(b, added, spread)
    centre, observed = first.mean - second.mean, a.mean - b.mean
    reach = normal_quantile(conf_level) * np.sqrt(first.variance / first.n + second.variance / second.n)
    return np.minimum(centre - reach, observed), np.maximum(centre + reach, observed)


def student_ends(difference: Floats, test: Tested, conf_level: float) -> Ends:
    """Return the t interval that goes with `student_t`."""
    reach = student_quantile(np.nan_to_num(test.df), conf_level) * test.std_error
    return difference - reach, difference + reach


def _normal(a: Side, b: Side, difference: Floats, std_error: Floats) -> Tested:
    apart = np.abs(difference) > EDGE
    # Rounding leaves a trace of variance where all answers are of one class.
    none = std_error <= np.sqrt(EDGE)
    z = np.divide(difference, std_error, out=np.where(apart, np.inf, 0.0) * np.sign(difference), where=~none)
    z = np.where(np.isnan(std_error), np.nan, z)
    own = np.sqrt(a.variance / a.n + b.variance / b.n)
    return Tested(own, z, np.where(np.isnan(z), np.nan, np.inf), 2 * ndtr(-np.abs(z)))
