"""Covariances from weighted sums of products."""

from __future__ import annotations

import numpy as np

from cxlab.tally.block_sums import Floats


def covariances(sum_w: Floats, sum_wx: Floats, sum_wxx: Floats) -> Floats:
    """Return the covariance of each pair, with Σw as its denominator.

    Parameters
    ----------
    sum_w, sum_wx, sum_wxx
        As in `Moments`, shape (…, p, p).

    Returns
    -------
    array
        Σwx_i x_j / Σw − (Σwx_i / Σw)(Σwx_j / Σw), shape (…, p, p); NaN where no row holds the pair.
    """
    mean = ratio(sum_wx, sum_w)
    covariance = ratio(sum_wxx, sum_w) - mean * np.swapaxes(mean, -1, -2)
    diagonal = np.einsum("...ii->...i", covariance)
    # Rounding may carry the variance of a column that hardly varies below 0.
    diagonal[...] = np.where(diagonal < 0, 0.0, diagonal)
    return covariance


def ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below, and NaN where below is not positive."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
