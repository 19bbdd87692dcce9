"""Partial pooling of independent estimates, by empirical Bayes. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_STEPS = 200


@dataclass(frozen=True, slots=True, eq=False)
class EmpiricalBayes:
    """Estimates drawn towards their centre.

    Parameters
    ----------
    centre
        Mean of the true values, shape (…).
    variance
        Variance of the true values, shape (…); 0 where the estimates scatter no more than chance has it.
    shrinkage
        How far each estimate is drawn to the centre: 0 not at all, 1 the whole way, shape (…, k).
    estimate, std_error
        What is left, and its standard error, shape (…, k).
    """

    centre: Floats
    variance: Floats
    shrinkage: Floats
    estimate: Floats
    std_error: Floats


def empirical_bayes(raw: Floats, error: Floats, *, fitted: int | None = None) -> EmpiricalBayes:
    """Shrink k estimates by how unsure each is against how much they truly differ.

    Parameters
    ----------
    raw
        Independent estimates, shape (…, k).
    error
        Their variances > 0, taken as known, shape (…, k).
    fitted
        None where the centre is to be found: the weighted mean. A number where the estimates are what is left
        of so many fitted means: their centre is then 0.

    Returns
    -------
    EmpiricalBayes
        Nothing is shrunk where fewer than three degrees of freedom are left: the variance of the true values
        cannot be told.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47–55, section 5: the shrinkage factor
    (k − r − 2)/(k − r) · V/(V + A), and an interval that allows for A being estimated.
    """
    k = raw.shape[-1]
    r = 1 if fitted is None else fitted
    df = k - r
    if df < 3:
        centre = _centre(raw, error, 0.0, fitted)
        none = np.zeros_like(raw)
        return EmpiricalBayes(centre, np.full_like(centre, np.nan), none, raw + none, np.sqrt(error))
    variance = _variance(raw, error, df, fitted)[..., None]
    weight = 1 / (error + variance)
    centre = _centre(raw, error, variance, fitted)
    away = raw - centre[..., None]
    shrinkage = (df - 2) / df * error * weight
    total = weight.sum(axis=-1, keepdims=True)
    leverage = k * weight / total if fitted is None else np.full_like(raw, r)
    mean_error = (weight * error).sum(axis=-1, keepdims=True) / total
    unsure = 2 / (df - 2) * shrinkage**2 * (mean_error + variance) * weight
    square = error * (1 - (k - leverage) / k * shrinkage) + unsure * away**2
    return EmpiricalBayes(centre, variance[..., 0], shrinkage, raw - shrinkage * away, np.sqrt(square))


def _centre(raw: Floats, error: Floats, variance: Floats | float, fitted: int | None) -> Floats:
    if fitted is not None:
        return np.zeros(raw.shape[:-1])
    weight = 1 / (error + variance)
    return np.asarray((weight * raw).sum(axis=-1) / weight.sum(axis=-1))


def _variance(raw: Floats, error: Floats, df: int, fitted: int | None) -> Floats:
    """Solve A = Σ W{k/(k − r)·(y − centre)² − V} / ΣW with W = 1/(V + A), shape (…)."""
    k = raw.shape[-1]
    found = np.zeros(raw.shape[:-1])
    for _ in range(MOST_STEPS):
        weight = 1 / (error + found[..., None])
        away = raw - _centre(raw, error, found[..., None], fitted)[..., None]
        excess = (weight * (k / df * away**2 - error)).sum(axis=-1) / weight.sum(axis=-1)
        after = np.maximum(excess, 0.0)
        if np.allclose(after, found, rtol=1e-12, atol=1e-14):
            return after
        found = after
    return found
