"""Paths through a mediator from sums of products, and their intervals. Arrays in, arrays out."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from cxlab.estimate.intervals import tails
from cxlab.linkage.unit_products import swept

Floats = npt.NDArray[np.float64]
IntervalKind = Literal["percentile", "bca"]
PATHS = ("indirect", "direct", "total", "exposure_to_mediator", "mediator_to_outcome")


def paths(products: Floats) -> Floats:
    """Return the paths from the products of exposure, mediator and outcome, controls taken out.

    Parameters
    ----------
    products
        Shape (…, 3, 3).

    Returns
    -------
    array
        In the order of `PATHS`, shape (…, 5): a·b, c′ = c − a·b, c, a and b.
    """
    a = products[..., 0, 1] / products[..., 0, 0]
    total = products[..., 0, 2] / products[..., 0, 0]
    left = swept(products, 1)
    b = left[..., 0, 1] / left[..., 0, 0]
    return np.stack([a * b, total - a * b, total, a, b], axis=-1)


def residual_correlation(products: Floats) -> Floats:
    """Return ρ̃, the correlation of mediator and outcome given exposure and controls, shape (…,).

    It is also the correlation of the errors at which the indirect path is 0.
    """
    left = swept(products, 1)
    return np.asarray(left[..., 0, 1] / np.sqrt(left[..., 0, 0] * left[..., 1, 1]))


def indirect_at(products: Floats, rho: Floats) -> Floats:
    """Return the indirect path where the errors of mediator and outcome correlate by ρ.

    Parameters
    ----------
    products
        Shape (…, 3, 3).
    rho
        Correlations between −1 and 1, shape (r,).

    Returns
    -------
    array
        a (σ₁/σ₂)(ρ̃ − ρ √((1 − ρ̃²)/(1 − ρ²))), shape (…, r), with σ₁ and σ₂ what is left of outcome and
        mediator given the exposure.

    References
    ----------
    Imai, Keele, Yamamoto (2010), Statistical Science 25, 51–71, theorem 4.
    """
    a = products[..., 0, 1] / products[..., 0, 0]
    left = swept(products, 1)
    ratio = np.sqrt(left[..., 1, 1] / left[..., 0, 0])
    known = residual_correlation(products)[..., None]
    return np.asarray((a * ratio)[..., None] * (known - rho * np.sqrt((1 - known**2) / (1 - rho**2))))


def resampled_ends(
    draws: Floats, estimate: Floats, jackknife: Floats, kind: IntervalKind, conf_level: float
) -> tuple[Floats, Floats]:
    """Return the ends of bootstrap intervals of m figures.

    Parameters
    ----------
    draws, estimate
        Shape (b, m) and (m,).
    jackknife
        The figures without each unit, shape (u, m); used by `bca`.
    kind
        `percentile`, or `bca` (bias-corrected and accelerated).
    conf_level
        Confidence level.

    References
    ----------
    Efron (1987), JASA 82, 171–185.
    """
    if kind == "percentile":
        low, high = np.quantile(draws, tails(conf_level), axis=0)
        return low, high
    share = ((draws < estimate).mean(axis=0) + (draws <= estimate).mean(axis=0)) / 2
    moved = ndtri(np.clip(share, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    away = jackknife.mean(axis=0) - jackknife
    square = (away**2).sum(axis=0) ** 1.5
    bent = np.divide((away**3).sum(axis=0), 6 * square, out=np.zeros_like(square), where=square > 0)
    reach = moved + ndtri(tails(conf_level))[:, None]
    level = ndtr(moved + reach / (1 - bent * reach))
    ends = [np.quantile(column, pair) for column, pair in zip(draws.T, level.T, strict=True)]
    return np.array([pair[0] for pair in ends]), np.array([pair[1] for pair in ends])
