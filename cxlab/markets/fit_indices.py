"""How well a multi-group model fits. Arrays in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chndtr

from cxlab.markets.factor_model import FactorModel
from cxlab.markets.multigroup import Group, MultigroupFit, implied

RMSEA_LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class FitIndices:
    """Fit of one model.

    Parameters
    ----------
    chi2, df, p_value
        Likelihood-ratio test against the saturated model.
    cfi, tli
        Against the model in which no item goes with another; 1 is best.
    rmsea, rmsea_low, rmsea_high
        Misfit per degree of freedom with its 90 % interval; NaN without degrees of freedom.
    srmr
        Root mean square of the standardised residuals of means and covariances.
    """

    chi2: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float


def fit_indices(groups: Sequence[Group], model: FactorModel, fit: MultigroupFit) -> FitIndices:
    """Return the fit of a model to the moments it was fitted to.

    References
    ----------
    Bentler (1990), Psychological Bulletin 107, 238–246 (CFI). Tucker, Lewis (1973), Psychometrika 38, 1–10.
    Steiger (1998), Structural Equation Modeling 5, 411–419 (RMSEA of several groups: times √groups). Browne,
    Cudeck (1993), in Testing Structural Equation Models, 136–162 (its interval). Bentler (1995), EQS manual
    (SRMR). The same as lavaan's.
    """
    p, g = len(model.items), len(groups)
    df = g * p * (p + 3) // 2 - fit.layout.free
    total = sum(group.n for group in groups)
    base, base_df = _baseline(groups), g * p * (p - 1) // 2
    excess = max(fit.chi2 - df, 0.0)
    worst = max(excess, base - base_df)
    cfi = 1 - excess / worst if worst > 0 else 1.0
    base_ratio = base / base_df
    tli = (base_ratio - fit.chi2 / df) / (base_ratio - 1) if df > 0 and base_ratio != 1 else 1.0
    scale = np.sqrt(g / (total * df)) if df > 0 else np.nan
    low, high = _noncentral(fit.chi2, df)
    return FitIndices(
        chi2=fit.chi2,
        df=df,
        p_value=float(chdtrc(df, fit.chi2)) if df > 0 else float("nan"),
        cfi=float(cfi),
        tli=float(tli),
        rmsea=float(scale * np.sqrt(excess)),
        rmsea_low=float(scale * np.sqrt(low)),
        rmsea_high=float(scale * np.sqrt(high)),
        srmr=_srmr(groups, model, fit),
    )


def _baseline(groups: Sequence[Group]) -> float:
    """Return χ² of the model in which every item stands alone."""
    return sum(
        group.n * float(np.log(np.diag(group.covariance)).sum() - np.linalg.slogdet(group.covariance)[1])
        for group in groups
    )


def _noncentral(chi2: float, df: int) -> tuple[float, float]:
    """Return the noncentralities at which χ² lies on the upper and on the lower 5 %."""
    from scipy.optimize import brentq  # takes a second to import, and only this needs it

    if df == 0:
        return np.nan, np.nan
    tail = (1 - RMSEA_LEVEL) / 2
    ends = []
    for level in (1 - tail, tail):

        def above(noncentrality: float, level: float = level) -> float:
            return float(chndtr(chi2, df, noncentrality)) - level

        if above(0.0) <= 0:
            ends.append(0.0)
            continue
        ceiling = max(chi2, 1.0)
        while above(ceiling) > 0:
            ceiling *= 2
        ends.append(float(brentq(above, 0.0, ceiling, xtol=1e-10)))
    return ends[0], ends[1]


def _srmr(groups: Sequence[Group], model: FactorModel, fit: MultigroupFit) -> float:
    """Return the root mean square residual of each group, averaged by their bases."""
    row, column = np.tril_indices(len(model.items))
    total, summed = 0.0, 0.0
    what = implied(fit.local, model)
    for group, covariance, mean in zip(groups, what.covariance, what.mean, strict=True):
        spread = np.sqrt(np.diag(group.covariance))
        residual = (group.covariance - covariance) / np.outer(spread, spread)
        residuals = np.append(residual[row, column], (group.mean - mean) / spread)
        summed += group.n * float(np.sqrt(np.mean(residuals**2)))
        total += group.n
    return summed / total
