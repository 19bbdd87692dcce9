"""A logit that stays finite where a group has one outcome only: Firth's penalty. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
MOST_STEPS, LONGEST_STEP, HALVINGS = 200, 5.0, 25
NEAR = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LogitFit:
    """Coefficients (k,) and their covariance (k, k), the inverse of the information."""

    coefficients: Floats
    covariance: Floats


def penalised_logit(design: Floats, trials: Floats, successes: Floats) -> LogitFit:
    """Fit logit P = design · β with Jeffreys' prior as the penalty.

    Parameters
    ----------
    design
        Columns of full rank, shape (g, k), one row per group of equal rows.
    trials, successes
        Rows of each group and those with the outcome, shape (g,).

    Returns
    -------
    LogitFit
        What maximises log L(β) + ½ log |I(β)|. A group whose rows all have one outcome gets a finite
        coefficient, and the bias of order 1/n is gone.

    Raises
    ------
    MeasureError
        Where the fit does not end.

    References
    ----------
    Firth (1993), Biometrika 80, 27–38, equation 6 in the form of Heinze, Schemper (2002), Statistics in
    Medicine 21, 2409–2419.
    """
    beta = np.zeros(design.shape[1])
    value, information = _penalised(design, trials, successes, beta)
    for _ in range(MOST_STEPS):
        p = expit(design @ beta)
        w = trials * p * (1 - p)
        leverage = w * np.einsum("ij,ij->i", design @ np.linalg.inv(information), design)
        score = design.T @ (successes - trials * p + leverage * (0.5 - p))
        step = np.linalg.solve(information, score)
        if np.abs(score).max() < NEAR * max(1.0, trials.sum()):
            return LogitFit(beta, np.asarray(np.linalg.inv(information), dtype="float64"))
        step *= min(1.0, LONGEST_STEP / np.abs(design @ step).max())
        for halving in range(HALVINGS):
            tried = beta + step / 2**halving
            reached, at = _penalised(design, trials, successes, tried)
            if reached >= value - NEAR:
                break
        beta, value, information = tried, reached, at
    raise MeasureError(
        "the logit of renewing did not settle", remedy="leave out a covariate, or put short periods together"
    )


def _penalised(design: Floats, trials: Floats, successes: Floats, beta: Floats) -> tuple[float, Floats]:
    """Return the penalised log-likelihood and the information (k, k)."""
    eta = design @ beta
    p = expit(eta)
    information = design.T @ ((trials * p * (1 - p))[:, None] * design)
    sign, logdet = np.linalg.slogdet(information)
    likelihood = float(successes @ eta - trials @ np.logaddexp(0, eta))
    return (likelihood + 0.5 * float(logdet) if sign > 0 else -np.inf), information
