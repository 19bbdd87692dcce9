"""A single factor behind a covariance matrix, by maximum likelihood. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# Where a unique variance falls below this part of its item's, the factor claims all of the item.
LEAST = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class OneFactor:
    """Loadings and unique variances of k items.

    Parameters
    ----------
    loadings, unique
        Shape (k,) each; the sum of the loadings is not negative.
    proper
        Whether every unique variance stayed above its least value.
    """

    loadings: Floats
    unique: Floats
    proper: bool


def one_factor(covariance: Floats) -> OneFactor | None:
    """Fit Σ = λλ' + Ψ.

    Parameters
    ----------
    covariance
        Shape (k, k), k ≥ 3.

    Returns
    -------
    OneFactor or None
        None where the covariance is not positive definite.

    References
    ----------
    Jöreskog (1967), Psychometrika 32, 443–482: for given Ψ the loadings follow from the eigenvectors of
    Ψ^−½ S Ψ^−½, and what is left is a function of log Ψ with a plain gradient.
    """
    from scipy.optimize import minimize  # takes a second to import, and only this measure asks for it

    variance = np.diagonal(covariance)
    spread = np.sqrt(variance)
    if not (variance > 0).all() or np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < 1e-10:
        return None
    correlation = covariance / np.outer(spread, spread)

    def lack_of_fit(log_unique: Floats) -> tuple[float, Floats]:
        roots, vectors = _roots(correlation, log_unique)
        rest, basis = roots[:-1], vectors[:, :-1]
        return float((rest - np.log(rest) - 1).sum()), (basis**2) @ (1 - rest)

    start = np.log(0.5 / np.diagonal(np.linalg.inv(correlation)))
    bounds = [(np.log(LEAST), 0.0)] * len(start)
    start = np.clip(start, np.log(LEAST), 0.0)
    # The function is flat near its minimum: the gradient decides.
    options = {"maxiter": 5000, "ftol": 0.0, "gtol": 1e-11}
    fitted = minimize(lack_of_fit, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    roots, vectors = _roots(correlation, fitted)
    loadings = vectors[:, -1] * np.sqrt(max(roots[-1] - 1, 0.0)) * np.exp(fitted / 2) * spread
    loadings = loadings if loadings.sum() >= 0 else -loadings
    return OneFactor(loadings, np.exp(fitted) * variance, bool((fitted > np.log(LEAST) + 1e-9).all()))


def _roots(correlation: Floats, log_unique: Floats) -> tuple[Floats, Floats]:
    scale = np.exp(-log_unique / 2)
    roots, vectors = np.linalg.eigh(scale[:, None] * correlation * scale)
    return roots, vectors
