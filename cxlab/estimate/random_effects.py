"""Random-effects pooling of independent estimates. Arrays in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtri, stdtrit

Floats = npt.NDArray[np.float64]
PoolMethod = Literal["reml", "dersimonian_laird"]
PoolInterval = Literal["modified_hartung_knapp", "hartung_knapp", "normal"]


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The common mean of k estimates that differ beyond chance.

    Parameters
    ----------
    estimate, std_error, conf_low, conf_high
        The mean of the distribution the true values come from.
    prediction_low, prediction_high
        Where the true value of one more would lie; NaN below three estimates.
    tau2
        Variance of the true values.
    i2
        Share of the variance of the estimates that is not chance.
    q, q_p_value
        Cochran's test that all true values are equal, on k − 1 degrees of freedom.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    q: float
    q_p_value: float


def random_effects(
    estimate: Floats,
    std_error: Floats,
    *,
    method: PoolMethod = "reml",
    interval: PoolInterval = "modified_hartung_knapp",
    conf_level: float = 0.95,
) -> RandomEffects:
    """Pool k estimates.

    Parameters
    ----------
    estimate, std_error
        Estimates and their standard errors > 0, taken as known, shape (k,), k ≥ 2.
    method
        How τ² is estimated.
    interval
        `hartung_knapp`: t on k − 1 degrees of freedom with a variance that follows the scatter;
        `modified_hartung_knapp`: the same, but never below the variance of `normal`.
    conf_level
        Confidence level of both intervals.

    References
    ----------
    DerSimonian, Laird (1986), Controlled Clinical Trials 7, 177–188. Viechtbauer (2005), Journal of
    Educational and Behavioral Statistics 30, 261–293 (REML). Hartung, Knapp (2001), Statistics in Medicine
    20, 3875–3889. Röver, Knapp, Friede (2015), BMC Medical Research Methodology 15, 99 (modified).
    Higgins, Thompson (2002), Statistics in Medicine 21, 1539–1558 (I²; from τ² and the typical variance, as
    metafor has it). Riley, Higgins, Deeks (2011), BMJ 342, d549 (prediction, here with the same degrees of
    freedom as the mean's interval).
    """
    variance = std_error**2
    k = len(estimate)
    fixed = 1 / variance
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    q = float((fixed * (estimate - _mean(estimate, fixed)) ** 2).sum())
    tau2 = (
        dersimonian_laird(estimate, variance) if method == "dersimonian_laird" else reml(estimate, variance)
    )
    weight = 1 / (variance + tau2)
    mean = _mean(estimate, weight)
    error2 = 1 / weight.sum()
    upper = 0.5 + conf_level / 2
    reach = float(ndtri(upper))
    if interval != "normal":
        scatter = float((weight * (estimate - mean) ** 2).sum()) / (k - 1)
        error2 *= scatter if interval == "hartung_knapp" else max(scatter, 1.0)
        reach = float(stdtrit(k - 1, upper))
    half, ahead = reach * np.sqrt(error2), reach * np.sqrt(error2 + tau2) if k > 2 else np.nan
    return RandomEffects(
        estimate=mean,
        std_error=float(np.sqrt(error2)),
        conf_low=float(mean - half),
        conf_high=float(mean + half),
        prediction_low=float(mean - ahead),
        prediction_high=float(mean + ahead),
        tau2=tau2,
        i2=float(tau2 / (tau2 + typical)),
        q=q,
        q_p_value=float(chdtrc(k - 1, q)),
    )


def dersimonian_laird(estimate: Floats, variance: Floats) -> float:
    """Return τ² by the method of moments, 0 where the scatter is below chance."""
    w = 1 / variance
    q = (w * (estimate - _mean(estimate, w)) ** 2).sum()
    return max(float((q - (len(w) - 1)) / (w.sum() - (w**2).sum() / w.sum())), 0.0)


def reml(estimate: Floats, variance: Floats) -> float:
    """Return τ² at the highest restricted likelihood, 0 where that is at the edge.

    The likelihood may have a second peak: it is searched on a grid first.
    """
    from scipy.optimize import brentq  # takes a second to import, and only this needs it

    largest = float(np.ptp(estimate)) ** 2 + float(variance.max())
    grid = np.append(0.0, largest * np.geomspace(1e-8, 4, 200))
    slope = np.array([_slope(tau2, estimate, variance) for tau2 in grid])
    peaks = [0.0] if slope[0] <= 0 else []
    peaks += [
        float(brentq(_slope, grid[i], grid[i + 1], (estimate, variance), xtol=1e-15 * largest, rtol=1e-14))
        for i in np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0))
    ]
    return max(peaks, key=lambda tau2: _restricted(tau2, estimate, variance))


def _restricted(tau2: float, estimate: Floats, variance: Floats) -> float:
    w = 1 / (variance + tau2)
    rest = (w * (estimate - _mean(estimate, w)) ** 2).sum()
    return float((np.log(w).sum() - np.log(w.sum()) - rest) / 2)


def _slope(tau2: float, estimate: Floats, variance: Floats) -> float:
    """Return the derivative of the restricted log-likelihood by τ²."""
    w = 1 / (variance + tau2)
    rest = (w**2 * (estimate - _mean(estimate, w)) ** 2).sum()
    return float((rest - w.sum() + (w**2).sum() / w.sum()) / 2)


def _mean(estimate: Floats, weight: Floats) -> float:
    return float((weight * estimate).sum() / weight.sum())
