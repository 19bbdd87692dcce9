"""How well columns measure their construct, and how far constructs lie apart. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def rho_a(correlation: Floats, weights: Floats) -> float:
    """Return the consistent reliability of a score made with mode A weights; NaN for one column.

    Parameters
    ----------
    correlation
        Correlations of the m columns, shape (m, m).
    weights
        Weights of the standardised columns, whose score has variance 1, shape (m,).

    References
    ----------
    Dijkstra and Henseler (2015), MIS Quarterly 39(2), 297–316, equation 3.
    """
    ww = np.outer(weights, weights)
    off = ~np.eye(len(weights), dtype=bool)
    below = (ww[off] ** 2).sum()
    return float((weights @ weights) ** 2 * (ww * correlation)[off].sum() / below) if below > 0 else np.nan


def composite_reliability(loadings: Floats) -> float:
    """Return (Σλ)² / ((Σλ)² + Σ(1 − λ²)) of m standardised loadings; NaN for one column.

    References
    ----------
    Werts, Linn and Jöreskog (1974), Educational and Psychological Measurement 34, 25–33.
    """
    common = loadings.sum() ** 2
    return float(common / (common + (1 - loadings**2).sum())) if len(loadings) > 1 else np.nan


def average_variance_extracted(loadings: Floats) -> float:
    """Return the mean of λ² of m standardised loadings; NaN for one column.

    References
    ----------
    Fornell and Larcker (1981), Journal of Marketing Research 18(1), 39–50.
    """
    return float((loadings**2).mean()) if len(loadings) > 1 else np.nan


def htmt(correlation: Floats, membership: Floats) -> Floats:
    """Return the heterotrait–monotrait ratio of every two constructs, in b samples.

    The mean absolute correlation between the columns of two constructs, over the geometric mean of the mean
    absolute correlations within each. 1 where two blocks measure one thing.

    Parameters
    ----------
    correlation
        Correlations of the p columns, shape (b, p, p).
    membership
        1 where a column measures a construct, shape (p, k).

    Returns
    -------
    array
        Shape (b, k, k). A construct of one column counts as measured without error.

    References
    ----------
    Henseler, Ringle and Sarstedt (2015), Journal of the Academy of Marketing Science 43, 115–135, equation 6.
    Absolute correlations: Ringle, Sarstedt, Sinkovics and Sinkovics (2023), Data in Brief 48, 109074.
    """
    size = membership.sum(axis=0)
    sums = membership.T @ np.abs(correlation) @ membership
    pairs = size * (size - 1)
    trace = np.einsum("bkk->bk", sums) - size
    within = np.divide(trace, pairs, out=np.ones_like(trace), where=pairs > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return sums / np.outer(size, size) / np.sqrt(within[:, :, None] * within[:, None, :])
