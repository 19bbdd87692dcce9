"""How many standard errors an interval must reach so that many hold together. Arrays in, numbers out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cxlab.estimate.intervals import student_quantile

Floats = npt.NDArray[np.float64]
DRAWS = 20_000


def joint_reach(covariance: Floats, df: int, conf_level: float, rng: np.random.Generator) -> float:
    """Return the quantile of the largest |t| of m figures.

    Parameters
    ----------
    covariance
        Shape (m, m); a figure without variance counts for nothing.
    df
        Degrees of freedom of t.
    conf_level
        Chance that all m intervals hold.
    rng
        Source of the 20,000 draws of a multivariate t; the quantile is known to about 1 %.

    References
    ----------
    Hothorn, Bretz, Westfall (2008), Biometrical Journal 50, 346–363. Montiel Olea, Plagborg-Møller (2019),
    Journal of Applied Econometrics 34, 1–17.
    """
    single = float(student_quantile(np.array([float(df)]), conf_level)[0])
    error = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    alive = error > 1e-9 * error.max(initial=0.0)
    if alive.sum() < 2 or df < 1:
        return single
    correlation = covariance[np.ix_(alive, alive)] / np.outer(error[alive], error[alive])
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10 * values.max()
    root = vectors[:, kept] * np.sqrt(values[kept])
    draws = np.abs(rng.standard_normal((DRAWS, int(kept.sum()))) @ root.T).max(axis=1)
    draws /= np.sqrt(rng.chisquare(df, DRAWS) / df)
    return max(float(np.quantile(draws, conf_level)), single)
