"""How much periods differ beyond what chance explains. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from cxlab.estimate.intervals import tails

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_STEPS, NEAR = 100, 1e-13
TINY = 1e-12
"""Least sampling variance; rounding may leave less than none."""
WIDEST = 1e4
"""Largest variance on the logit; with a shock of 100 a probability is 0 or 1."""


@dataclass(frozen=True, slots=True, eq=False)
class PeriodContrasts:
    """Past period effects less the means of their groups, as r independent contrasts.

    Parameters
    ----------
    squares
        Squared contrasts, shape (r,).
    variances
        Their sampling variances, shape (r,); each is this plus τ² were the effects' variance τ².
    """

    squares: Floats
    variances: Floats

    @property
    def df(self) -> int:
        """Number of contrasts."""
        return len(self.squares)


def period_contrasts(effects: Floats, covariance: Floats, groups: Ints) -> PeriodContrasts:
    """Return what period effects say of their variance.

    Parameters
    ----------
    effects
        Estimated period effects on the logit, shape (c,).
    covariance
        Their sampling covariance, shape (c, c).
    groups
        Number of the group, such as the market, whose mean each effect lies around, shape (c,).
    """
    membership = np.eye(int(groups.max()) + 1)[groups]
    left, _, _ = np.linalg.svd(membership, full_matrices=True)
    basis = left[:, membership.shape[1] :]
    variances, rotation = np.linalg.eigh(basis.T @ covariance @ basis)
    return PeriodContrasts((rotation.T @ (basis.T @ effects)) ** 2, np.maximum(variances, TINY))


def between_variance(contrasts: PeriodContrasts, target: Floats) -> Floats:
    """Return the τ² at which Q(τ²) = Σ z²/(v + τ²) has each of the values `target`; 0 where none has.

    Parameters
    ----------
    contrasts
        The r contrasts z and their sampling variances v.
    target
        Values above 0, shape (d,). At the number of contrasts it gives the estimate of Paule and Mandel; at
        draws of χ² with that many degrees of freedom, draws from the confidence distribution of τ²; at two
        quantiles of χ², the interval (the Q-profile).

    References
    ----------
    Paule, Mandel (1982), Journal of Research of the National Bureau of Standards 87, 377–385. Viechtbauer
    (2007), Statistics in Medicine 26, 37–52, equation 24.
    """
    target = np.asarray(target, dtype="float64")
    variance = np.zeros_like(target)
    for _ in range(MOST_STEPS):
        each = contrasts.squares / (contrasts.variances + variance[..., None])
        q, slope = each.sum(axis=-1), (each / (contrasts.variances + variance[..., None])).sum(axis=-1)
        # 1/Q is concave and rises in τ²: Newton's steps on it come from below, and end at once for one v.
        step = np.divide(q * (q / target - 1), slope, out=np.zeros_like(q), where=slope > 0)
        reached = np.clip(variance + step, 0.0, WIDEST)
        if np.all(np.abs(reached - variance) <= NEAR * reached):
            return reached
        variance = reached
    return variance


def shock_interval(contrasts: PeriodContrasts, conf_level: float) -> tuple[float, float]:
    """Return the Q-profile interval of τ, the standard deviation of the shocks."""
    low, high = np.sqrt(between_variance(contrasts, chdtri(contrasts.df, tails(conf_level))))
    return float(low), float(high)
