"""How strong a confounder can be that is k times as strong as a measured covariate. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def confounder_bounds(r2_exposure: Floats, r2_outcome: Floats, k: Floats) -> tuple[Floats, Floats]:
    """Return the partial R² of confounders k times as strong as covariates.

    Parameters
    ----------
    r2_exposure
        Partial R² of each covariate with the exposure given the other covariates, shape (m,).
    r2_outcome
        Partial R² of each covariate with the outcome given exposure and the other covariates, shape (m,).
    k
        How many times as strong, with exposure and outcome alike, shape (m,).

    Returns
    -------
    tuple of arrays
        Partial R² with the exposure, and the largest one with the outcome that this allows (cut at 1), shape
        (m,) each; NaN where no confounder can be that strong.

    References
    ----------
    Cinelli, Hazlett (2020), JRSS B 82, 39–67, section 4.4 and supplement B: the bounds of their theorem for
    covariates conditioned on the exposure, as R's sensemakr computes them.
    """
    odds = r2_exposure / (1 - r2_exposure)
    exposure = k * odds
    with np.errstate(invalid="ignore", divide="ignore"):
        # What confounder and covariate share once the exposure, a consequence of both, is given.
        overlap = k * r2_exposure**2 / ((1 - k * r2_exposure) * (1 - r2_exposure))
        possible = (exposure < 1) & (overlap < 1) & (k * r2_exposure < 1)
        factor = (np.sqrt(k) + np.sqrt(overlap)) / np.sqrt(1 - overlap)
        outcome = factor**2 * r2_outcome / (1 - r2_outcome)
    return np.where(possible, exposure, np.nan), np.where(possible, np.minimum(outcome, 1.0), np.nan)
