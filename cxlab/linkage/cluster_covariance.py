"""Covariance of least-squares coefficients whose residuals go together in clusters. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.estimate.cluster_codes import require_several
from cxlab.linkage.repaired import repaired
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClusterCovariance:
    """A covariance of k coefficients and how it was made.

    Parameters
    ----------
    covariance
        Shape (k, k).
    df
        Degrees of freedom of t: clusters less one (of two ways, the smaller number), or n less parameters.
    method
        `HC1`, `CR1`, `CGM` or `CGM, repaired`.
    clusters
        Number of clusters (of two ways, the smaller); n without clusters.
    """

    covariance: Floats
    df: int
    method: str
    clusters: int

    @property
    def std_error(self) -> Floats:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diagonal(self.covariance))


def cluster_covariance(
    x: Floats,
    residual: Floats,
    weight: Floats | None,
    clusters: Sequence[Ints],
    absorbed: int,
    *,
    frequency: bool = False,
) -> ClusterCovariance:
    """Return the sandwich (XᵀWX)⁻¹ M (XᵀWX)⁻¹ with M the products of scores summed in clusters.

    Parameters
    ----------
    x
        Columns less what was absorbed, shape (n, k), of full rank.
    residual
        Shape (n,).
    weight
        Weights > 0, shape (n,), or None. Sampling weights: only their ratios matter, and n is the rows.
    clusters
        No, one or two arrays of codes, shape (n,) each, numbered from 0.
    absorbed
        Parameters that were taken out before, the constant among them (see `counted_effects`).
    frequency
        True where weights say how often each row occurred, so that n is their sum.

    Returns
    -------
    ClusterCovariance
        With K = k + absorbed. Without clusters HC1, n/(n − K). With G clusters CR1,
        G/(G − 1) · (n − 1)/(n − K). With two ways V₁ + V₂ − V₁₂, each with its own G; where that has a
        negative eigenvalue, it is set to 0. t has the smaller G − 1.

    Raises
    ------
    MeasureError
        Where a way has one cluster only, more than two are named, or rows are no more than parameters.

    References
    ----------
    Liang, Zeger (1986), Biometrika 73, 13–22. Cameron, Gelbach, Miller (2011), Journal of Business & Economic
    Statistics 29, 238–249, equations 2.8 to 2.11. MacKinnon, White (1985), Journal of Econometrics 29,
    305–325.
    """
    n = float(weight.sum()) if frequency and weight is not None else float(len(residual))
    parameters = x.shape[1] + absorbed
    if n <= parameters:
        raise MeasureError(
            f"{n:,.0f} rows cannot carry {parameters:,} parameters", remedy="take fewer controls or more rows"
        )
    weighted = residual if weight is None else weight * residual
    products = x.T @ x if weight is None else (x * weight[:, None]).T @ x
    bread: Floats = np.asarray(np.linalg.inv(products), dtype="float64")
    if not clusters:
        own = residual * weighted if frequency else weighted**2
        covariance = n / (n - parameters) * bread @ ((x * own[:, None]).T @ x) @ bread
        return ClusterCovariance(covariance, int(n) - parameters, "HC1", int(n))
    if len(clusters) > 2:
        raise MeasureError(f"{len(clusters)} ways of clusters were named", remedy="name one or two")
    return _clustered(x, weighted, clusters, bread, (n - 1) / (n - parameters))


def _clustered(
    x: Floats, weighted: Floats, clusters: Sequence[Ints], bread: Floats, rest: float
) -> ClusterCovariance:
    ways = [*clusters, *([_both(*clusters)] if len(clusters) == 2 else [])]
    meats, counts = zip(*(_meat(x, weighted, way) for way in ways), strict=True)
    smallest = min(counts[:2])
    require_several(smallest)
    each = [count / (count - 1) * rest * meat for meat, count in zip(meats, counts, strict=True)]
    if len(each) == 1:
        return ClusterCovariance(bread @ each[0] @ bread, smallest - 1, "CR1", smallest)
    covariance, mended = repaired(bread @ (each[0] + each[1] - each[2]) @ bread)
    method = "CGM, repaired" if mended else "CGM"
    return ClusterCovariance(covariance, smallest - 1, method, smallest)


def _meat(x: Floats, weighted: Floats, code: Ints) -> tuple[Floats, int]:
    """Return the products of the scores summed in clusters, and the number of clusters that occur."""
    scores: Floats = np.column_stack([np.bincount(code, column * weighted) for column in x.T])
    return scores.T @ scores, int((np.bincount(code) > 0).sum())


def _both(a: Ints, b: Ints) -> Ints:
    """Return one code for the pairs of two that occur."""
    pairs = a * (int(b.max()) + 1) + b
    size = (int(a.max()) + 1) * (int(b.max()) + 1)
    # A table of all pairs costs less than a sort, as long as it is not much longer than the rows.
    return (
        pairs if size <= 4 * len(pairs) + 1_000 else np.unique(pairs, return_inverse=True)[1].astype("int64")
    )
