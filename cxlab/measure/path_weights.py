"""Outer weights of a PLS path model, of many samples at once. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cxlab.measure.path_model import PathModel

Floats = npt.NDArray[np.float64]
Scheme = Literal["path", "centroid", "factorial"]
TOLERANCE = 1e-10
MAX_ITERATIONS = 300
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class OuterWeights:
    """Weights that make the scores of k constructs from p columns, in b samples.

    Parameters
    ----------
    weights
        Shape (b, p, k), 0 outside a construct's own block; each construct's score has variance 1.
    converged
        Whether the last step of a sample moved no weight by more than 1e-10, shape (b,).
    """

    weights: Floats
    converged: npt.NDArray[np.bool_]


def outer_weights(products: Floats, model: PathModel, *, scheme: Scheme) -> OuterWeights:
    """Iterate the outer weights of a path model to their fixed point.

    Parameters
    ----------
    products
        Correlations of the p columns (or their covariances, for a model of unscaled columns), shape
        (b, p, p). No row of data is needed: modes A and B ask for nothing else.
    model
        Constructs, columns and paths.
    scheme
        How a construct looks at its neighbours: by `path` (regression on those that lead to it, correlation
        with those it leads to), `centroid` (sign of the correlation) or `factorial` (the correlation).

    Returns
    -------
    OuterWeights
        Each construct is turned so that the covariances with its own columns add up to no less than 0. A
        sample with a column that does not vary, or with constructs that determine one another, does not
        converge.

    References
    ----------
    Lohmöller (1989), Latent Variable Path Modeling with Partial Least Squares, chapter 2.
    """
    spread = np.sqrt(np.maximum(np.einsum("bpp->bp", products), 0))[:, :, None]
    weights = _standardised(
        np.broadcast_to(model.membership, (*products.shape[:2], len(model.blocks))), products
    )
    moved = np.full(len(products), np.inf)
    moving = np.arange(len(products))
    for _ in range(MAX_ITERATIONS):
        before = weights[moving]
        after = _step(products[moving], before, model, scheme)
        # A sign that turns at every step is no movement.
        change = np.abs(np.abs(after) - np.abs(before)) * spread[moving]
        moved[moving] = change.max(axis=(1, 2))
        weights[moving] = after
        moving = moving[moved[moving] > TOLERANCE]
        if len(moving) == 0:
            break
    own = np.einsum("bpk,pk->bk", products @ weights, model.membership)
    weights = weights * np.where(own < 0, -1.0, 1.0)[:, None, :]
    return OuterWeights(weights, moved <= TOLERANCE)


def regression(xx: Floats, xy: Floats) -> Floats:
    """Return the coefficients of one outcome on m columns, in b samples.

    Parameters
    ----------
    xx
        Products of the columns, shape (b, m, m).
    xy
        Products of the columns with the outcome, shape (b, m).

    Returns
    -------
    array
        Shape (b, m); NaN in a sample whose columns determine one another.
    """
    if xx.shape[1] == 1:
        return np.divide(xy, xx[:, 0], out=np.full_like(xy, np.nan), where=xx[:, 0] > 0)
    spread = np.sqrt(np.einsum("bmm->bm", xx))
    with np.errstate(divide="ignore", invalid="ignore"):
        sound = np.linalg.det(xx / (spread[:, :, None] * spread[:, None, :])) > SINGULAR
    solvable = np.where(sound[:, None, None], xx, np.eye(xx.shape[1]))
    solved = np.linalg.solve(solvable, xy[:, :, None])[:, :, 0]
    return np.where(sound[:, None], solved, np.nan)


def _step(products: Floats, weights: Floats, model: PathModel, scheme: Scheme) -> Floats:
    covariances = products @ weights
    scores = weights.transpose(0, 2, 1) @ covariances
    outer = model.membership * (covariances @ _inner(scores, model.arrows, scheme))
    for construct in np.flatnonzero(model.is_formative):
        own = np.flatnonzero(model.owner == construct)
        outer[:, own, construct] = regression(products[:, own][:, :, own], outer[:, own, construct])
    return _standardised(outer, products)


def _inner(scores: Floats, arrows: npt.NDArray[np.bool_], scheme: Scheme) -> Floats:
    """Return how each construct (column) looks at its neighbours (rows), shape (b, k, k)."""
    neighbours = (arrows | arrows.T).astype("float64")
    if scheme == "centroid":
        return neighbours * np.sign(scores)
    inner = neighbours * scores
    if scheme == "path":
        for construct in np.flatnonzero(arrows.any(axis=0)):
            before = np.flatnonzero(arrows[:, construct])
            inner[:, before, construct] = regression(
                scores[:, before][:, :, before], scores[:, before, construct]
            )
    return inner


def _standardised(weights: Floats, products: Floats) -> Floats:
    """Return weights whose scores have variance 1; NaN where the scores do not vary."""
    variance = (weights * (products @ weights)).sum(axis=1)
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    return weights / spread[:, None, :]
