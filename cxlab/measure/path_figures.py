"""The figures of a path model, of many samples at once. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.measure.construct_quality import htmt
from cxlab.measure.path_model import PathModel
from cxlab.measure.path_weights import OuterWeights, Scheme, outer_weights, regression

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PathFigures:
    """Figures of a path model of k constructs on p columns, in b samples.

    Parameters
    ----------
    weights
        Weight of each column, standardised, in its construct's score of variance 1, shape (b, p).
    loadings
        Correlation of each column with the score of its own construct, shape (b, p).
    scores
        Correlations of the scores, shape (b, k, k).
    paths
        Standardised coefficient of the path from i to j at [·, i, j], shape (b, k, k); 0 where there is none.
    totals
        Total effect of i on j over all paths, shape (b, k, k).
    r_squared
        R² of each construct that a path leads to, shape (b, k); NaN for the others.
    index
        Index of each construct, 0–100, shape (b, k).
    index_weights
        Weight of each column, brought to 0–1, in its construct's index, shape (b, p); they add up to 1 in
        each block.
    htmt
        Heterotrait–monotrait ratios, shape (b, k, k).
    converged
        Whether the weights of a sample came to rest, shape (b,).
    """

    weights: Floats
    loadings: Floats
    scores: Floats
    paths: Floats
    totals: Floats
    r_squared: Floats
    index: Floats
    index_weights: Floats
    htmt: Floats
    converged: npt.NDArray[np.bool_]


def path_figures(
    mean: Floats,
    covariance: Floats,
    model: PathModel,
    *,
    scheme: Scheme,
    scaled: bool,
    ends: Floats,
    reference: Floats | None = None,
) -> PathFigures:
    """Estimate a path model from means and covariances.

    Parameters
    ----------
    mean
        Means of the p columns, shape (b, p).
    covariance
        Their covariances, shape (b, p, p).
    model
        Constructs, columns and paths.
    scheme
        See `outer_weights`.
    scaled
        Whether columns are brought to one variance first.
    ends
        Lowest and highest score of each column, shape (2, p).
    reference
        Loadings by which each construct is turned, shape (p,): those of the whole sample, for its resamples.

    References
    ----------
    Tenenhaus, Esposito Vinzi, Chatelin and Lauro (2005), Computational Statistics & Data Analysis 48,
    159–205. Fornell et al. (1996), Journal of Marketing 60(4), 7–18, appendix (index).
    """
    spread = np.sqrt(np.maximum(np.einsum("bpp->bp", covariance), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = covariance / (spread[:, :, None] * spread[:, None, :])
    products = correlation if scaled else covariance
    outer = _turned(outer_weights(products, model, scheme=scheme), products, model, reference)
    own = np.arange(len(model.columns)), model.owner
    covariances = products @ outer.weights
    scores = outer.weights.transpose(0, 2, 1) @ covariances
    unit = np.ones_like(spread) if scaled else spread
    weights = outer.weights[:, own[0], own[1]] * unit
    with np.errstate(divide="ignore", invalid="ignore"):
        loadings = covariances[:, own[0], own[1]] / unit
        # In raw units, times the width of the scale: what a step from its one end to the other counts for.
        raw = weights / spread * (ends[1] - ends[0])
        index_weights = raw / (raw @ model.membership)[:, model.owner]
    paths = _paths(scores, model.arrows)
    explained = np.einsum("bij,bij->bj", paths, scores)
    return PathFigures(
        weights=weights,
        loadings=loadings,
        scores=scores,
        paths=paths,
        totals=_totals(paths),
        r_squared=np.where(model.arrows.any(axis=0), explained, np.nan),
        index=100 * (index_weights * (mean - ends[0]) / (ends[1] - ends[0])) @ model.membership,
        index_weights=index_weights,
        htmt=htmt(correlation, model.membership),
        converged=outer.converged & np.isfinite(paths).all(axis=(1, 2)),
    )


def _turned(
    outer: OuterWeights, products: Floats, model: PathModel, reference: Floats | None
) -> OuterWeights:
    """Turn each construct to the side of the reference: a resample may find it upside down."""
    if reference is None:
        return outer
    likeness = np.einsum("bpk,pk,p->bk", products @ outer.weights, model.membership, reference)
    return OuterWeights(outer.weights * np.where(likeness < 0, -1.0, 1.0)[:, None, :], outer.converged)


def _paths(scores: Floats, arrows: npt.NDArray[np.bool_]) -> Floats:
    paths = np.zeros_like(scores)
    for construct in np.flatnonzero(arrows.any(axis=0)):
        before = np.flatnonzero(arrows[:, construct])
        paths[:, before, construct] = regression(
            scores[:, before][:, :, before], scores[:, before, construct]
        )
    return paths


def _totals(paths: Floats) -> Floats:
    """Return B + B² + …, which ends: no path leads back."""
    totals, step = paths, paths
    for _ in range(paths.shape[1] - 2):
        step = step @ paths
        totals = totals + step
    return totals
