"""A difference of covariances, made a covariance again. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NEGATIVE = 1e-12
"""Share of the largest eigenvalue below which one counts as 0 from rounding, not as negative."""


def repaired(covariance: Floats) -> tuple[Floats, bool]:
    """Return a difference of covariances, shape (k, k), without negative eigenvalues, and whether it had any.

    Eigenvalues are judged on the scale of correlations, so that the units of a column decide nothing.

    References
    ----------
    Cameron, Gelbach, Miller (2011), Journal of Business & Economic Statistics 29, 238–249, section 2.3.
    """
    scale = np.sqrt(np.abs(np.diagonal(covariance)))
    scale[scale == 0] = 1.0
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    if values.min() >= -NEGATIVE * max(values.max(), 0.0):
        return covariance, False
    fixed = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return fixed * np.outer(scale, scale), True
