"""Covariance of figures from what each row adds to them, summed within clusters. Arrays in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.estimate.cluster_codes import require_several
from cxlab.linkage.repaired import repaired

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class InfluenceCovariance:
    """Covariance (m, m) of m figures, degrees of freedom of t, and how rows were put together."""

    covariance: Floats
    df: int
    method: str


def influence_covariance(added: Floats, clusters: Sequence[Ints], parameters: int) -> InfluenceCovariance:
    """Return the covariance of m figures.

    Parameters
    ----------
    added
        What each row adds to each figure, shape (n, m).
    clusters
        Numbers of what belongs together, shape (n,) each: none, one or two.
    parameters
        How many parameters were fitted, k.

    Returns
    -------
    InfluenceCovariance
        None: Σ aᵢaᵢᵀ · n/(n − k), df n − k (`HC1`). One with G clusters: sums within clusters, times
        G/(G − 1) · (n − 1)/(n − k), df G − 1 (`CR1`). Two: that by each less that by both together, each with
        its own G, df by the smaller (`CGM`); negative eigenvalues are set to 0 (`CGM, repaired`). As
        `cluster_covariance` does it for coefficients.

    Raises
    ------
    MeasureError
        Where there is one cluster only.

    References
    ----------
    Liang, Zeger (1986), Biometrika 73, 13–22. Cameron, Gelbach, Miller (2011), Journal of Business & Economic
    Statistics 29, 238–249, equations 2.8 to 2.11.
    """
    n = len(added)
    rest = (n - 1) / (n - parameters)
    if not clusters:
        return InfluenceCovariance(added.T @ added * n / (n - parameters), n - parameters, "HC1")
    df = min(len(np.unique(codes)) for codes in clusters) - 1
    require_several(df + 1)
    if len(clusters) == 1:
        return InfluenceCovariance(rest * _products(added, clusters[0]), df, "CR1")
    both = clusters[0] * (int(clusters[1].max()) + 1) + clusters[1]
    raw = sum(_products(added, codes) for codes in clusters) - _products(added, both)
    covariance, mended = repaired(rest * raw)
    return InfluenceCovariance(covariance, df, "CGM, repaired" if mended else "CGM")


def _products(added: Floats, codes: Ints) -> Floats:
    """Return the products of the sums in G clusters, times G/(G − 1)."""
    number = np.unique(codes, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(number, column) for column in added.T])
    return np.asarray(sums.T @ sums * len(sums) / (len(sums) - 1))
