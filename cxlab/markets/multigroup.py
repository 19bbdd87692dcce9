"""Multi-group confirmatory factor analysis by maximum likelihood. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.markets.factor_model import FactorModel
from cxlab.markets.layout import FIXED, Joined, Layout
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]
MOST_STEPS = 500
CLOSE = 1e-10
"""Half of χ² that one more step would still win."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Sample moments of one group: base, means (p,), covariances with n under them (p, p)."""

    n: float
    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sample moments of g groups: bases (g,), means (g, p), covariances (g, p, p)."""

    n: Floats
    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """What parameters imply: covariances (g, p, p), means (g, p), and derivatives (g, q, p, p), (g, q, p)."""

    covariance: Floats
    mean: Floats
    d_covariance: Floats
    d_mean: Floats


@dataclass(frozen=True, slots=True, eq=False)
class MultigroupFit:
    """A fitted model.

    Parameters
    ----------
    local
        Parameters of each group, shape (g, q).
    std_error
        Their standard errors from the expected information, shape (g, q); 0 where fixed.
    gradient, information
        Of minus the log-likelihood by each group's own parameters, shapes (g, q) and (g, q, q).
    joint_information
        By the free parameters.
    chi2
        Likelihood-ratio statistic against the saturated model.
    converged
        Whether the steps came to an end.
    """

    layout: Layout
    local: Floats
    std_error: Floats
    gradient: Floats
    information: Floats
    joint_information: Floats
    chi2: float
    converged: bool


def fit_multigroup(groups: Sequence[Group], model: FactorModel, layout: Layout) -> MultigroupFit:
    """Fit by Fisher scoring, each step damped until it goes down.

    Parameters
    ----------
    groups
        Sample moments; each covariance is positive definite.
    model
        Which item measures which factor.
    layout
        Which parameters are free, and which are equal.

    References
    ----------
    Jöreskog (1971), Psychometrika 36, 409–426. Bollen (1989), Structural Equations with Latent Variables,
    equations 4.67 and 4.90, and page 359 for several groups.
    """
    # The matrices are too small for several threads, and their number would decide the last digit.
    with one_blas_thread():
        return _fitted(groups, model, layout)


def _fitted(groups: Sequence[Group], model: FactorModel, layout: Layout) -> MultigroupFit:
    moments, joined = _stacked(groups), Joined(layout)
    theta = _start(groups, model, layout)
    value, gradient, information = likelihood_of(moments, layout.local(theta), model)
    damping, converged = 0.01, False
    for _ in range(MOST_STEPS):
        g, h = joined.gradient(gradient), joined.information(information)
        step = np.linalg.solve(h + damping * np.diag(np.diag(h) + 1e-12), -g)
        if -g @ step / 2 < CLOSE and damping <= 1:
            converged = True
            break
        tried = likelihood_of(moments, layout.local(theta + step), model)
        if tried[0] < value:
            theta, (value, gradient, information), damping = theta + step, tried, damping / 10
        elif -g @ step < 1e-9:  # what is left is rounding
            converged = True
            break
        else:
            damping *= 10
        if damping > 1e12:
            break
    h = joined.information(information)
    identified = bool(np.linalg.cond(h / np.sqrt(np.outer(np.diag(h), np.diag(h)))) < 1e10)
    variance = np.diag(np.linalg.inv(h)) if identified else np.full(layout.free, np.nan)
    std_error = np.where(layout.index == FIXED, 0.0, np.sqrt(variance)[layout.index])
    chi2 = max(2 * (value - _saturated(groups)), 0.0)
    return MultigroupFit(
        layout,
        layout.local(theta),
        std_error,
        gradient,
        information,
        h,
        chi2,
        converged and identified,
    )


def factor_covariance_of(local: Floats, model: FactorModel) -> Floats:
    """Return the covariances of the factors of one group, shape (m, m)."""
    p, m = len(model.items), len(model.factors)
    row, column = np.tril_indices(m)
    phi = np.zeros((m, m))
    phi[row, column] = phi[column, row] = local[3 * p : 3 * p + len(row)]
    return phi


def implied(local: Floats, model: FactorModel) -> Implied:
    """Return what the parameters of each group imply, with derivatives by each of them.

    Parameters
    ----------
    local
        Shape (g, q).
    model
        Which item measures which factor.
    """
    p, m = len(model.items), len(model.factors)
    g, q = local.shape
    item = np.arange(p)
    row, column = np.tril_indices(m)
    loadings, phi = np.zeros((g, p, m)), np.zeros((g, m, m))
    loadings[:, item, model.factor] = local[:, :p]
    phi[:, row, column] = phi[:, column, row] = local[:, 3 * p : 3 * p + len(row)]
    alpha = local[:, q - m :]
    d_covariance, d_mean = np.zeros((g, q, p, p)), np.zeros((g, q, p))
    across = loadings @ phi
    d_covariance[:, item, item, :] = across[:, :, model.factor].transpose(0, 2, 1)
    d_covariance[:, :p] += d_covariance[:, :p].transpose(0, 1, 3, 2)
    d_covariance[:, 2 * p + item, item, item] = 1.0
    turned = loadings.transpose(0, 2, 1)
    outer = turned[:, row, :, None] * turned[:, column, None, :]
    mixed = (row != column)[:, None, None]
    d_covariance[:, 3 * p : 3 * p + len(row)] = outer + mixed * outer.transpose(0, 1, 3, 2)
    d_mean[:, item, item] = alpha[:, model.factor]
    d_mean[:, p + item, item] = 1.0
    d_mean[:, q - m :] = turned
    covariance = across @ turned
    covariance[:, item, item] += local[:, 2 * p : 3 * p]
    mean = local[:, p : 2 * p] + (loadings @ alpha[:, :, None])[:, :, 0]
    return Implied(covariance, mean, d_covariance, d_mean)


def likelihood_of(moments: Moments, local: Floats, model: FactorModel) -> tuple[float, Floats, Floats]:
    """Return minus the log-likelihood (without its constant), its gradient and expected information.

    Parameters
    ----------
    moments
        Sample moments of the groups.
    local
        Parameters of each group, shape (g, q).
    model
        Which item measures which factor.

    Returns
    -------
    tuple
        A number, infinite where an implied covariance is not positive definite, and by the parameters of each
        group arrays of shapes (g, q) and (g, q, q).
    """
    what = implied(local, model)
    g, q = local.shape
    try:
        root = np.linalg.cholesky(what.covariance)
    except np.linalg.LinAlgError:
        return np.inf, np.zeros((g, q)), np.zeros((g, q, q))
    inverse = np.linalg.inv(what.covariance)
    away = moments.mean - what.mean
    spread = moments.covariance + away[:, :, None] * away[:, None, :]
    log_det = 2 * np.log(np.einsum("gii->gi", root)).sum(axis=1)
    value = moments.n @ (log_det + (inverse * spread).sum(axis=(1, 2))) / 2
    lack = inverse @ (what.covariance - spread) @ inverse
    pull = what.d_mean @ inverse
    relative = inverse[:, None] @ what.d_covariance
    flat, turned = relative.reshape(g, q, -1), relative.transpose(0, 1, 3, 2).reshape(g, q, -1)
    gradient = (what.d_covariance.reshape(g, q, -1) @ lack.reshape(g, -1, 1))[:, :, 0] / 2
    gradient -= (pull @ away[:, :, None])[:, :, 0]
    information = flat @ turned.transpose(0, 2, 1) / 2 + pull @ what.d_mean.transpose(0, 2, 1)
    n = moments.n[:, None]
    return float(value), n * gradient, n[:, :, None] * information


def _stacked(groups: Sequence[Group]) -> Moments:
    return Moments(
        np.array([group.n for group in groups], dtype="float64"),
        np.stack([group.mean for group in groups]),
        np.stack([group.covariance for group in groups]),
    )


def _start(groups: Sequence[Group], model: FactorModel, layout: Layout) -> Floats:
    p, m = len(model.items), len(model.factors)
    total, count = np.zeros(layout.free), np.zeros(layout.free)
    row, column = np.tril_indices(m)
    for group, index in zip(groups, layout.index, strict=True):
        variance = np.diag(group.covariance)
        loadings = np.zeros(p)
        for factor in range(m):
            own = np.flatnonzero(model.factor == factor)
            spread = np.sqrt(variance[own])
            correlation = group.covariance[np.ix_(own, own)] / np.outer(spread, spread)
            first = np.linalg.eigh(correlation)[1][:, -1]
            first = first if first.sum() >= 0 else -first
            loadings[own] = 0.7 * spread * np.sign(first + 1e-12)
        phi = np.where(row == column, 1.0, 0.2)
        local = np.concatenate([loadings, group.mean, variance / 2, phi, np.zeros(m)])
        free = index != FIXED
        np.add.at(total, index[free], local[free])
        np.add.at(count, index[free], 1)
    return total / count


def _saturated(groups: Sequence[Group]) -> float:
    return sum(
        group.n / 2 * (float(np.linalg.slogdet(group.covariance)[1]) + len(group.mean)) for group in groups
    )
