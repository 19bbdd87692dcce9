"""The likelihood of the Gamma–Gamma model of spend per purchase, and what it expects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi

Floats = npt.NDArray[np.float64]


def gamma_gamma_terms(theta: Floats, x: Floats, mean_value: Floats) -> tuple[Floats, Floats]:
    """Return the log-likelihood of each row, shape (m,), and its slopes by p, q and v, shape (3, m).

    References
    ----------
    Fader, Hardie (2013), The Gamma–Gamma model of monetary value, equation 1a.
    """
    p, q, v = theta
    levels, level = np.unique(x, return_inverse=True)
    px = p * levels
    counted = (gammaln(px + q) - gammaln(px) - gammaln(q))[level]
    by_q, by_p = (psi(px + q) - psi(q))[level], (psi(px + q) - psi(px))[level]
    total = x * mean_value
    log_total, log_sum = np.log(total), np.log(v + total)
    loglik = counted + q * np.log(v) + p * x * log_total - np.log(mean_value) - (p * x + q) * log_sum
    return loglik, np.array([
        x * (by_p + log_total - log_sum), by_q + np.log(v) - log_sum, q / v - (p * x + q) / (v + total),
    ])  # fmt: skip


def gamma_gamma_expected(theta: Floats, x: Floats, mean_value: Floats) -> Floats:
    """Return the mean spend per purchase expected of each customer, shape (m,); infinite where px + q ≤ 1.

    References
    ----------
    Fader, Hardie (2013), as above, equation 5.
    """
    p, q, v = theta
    known = p * x + q - 1
    spent = np.where(x > 0, x * mean_value, 0.0)
    return np.divide(p * (v + spent), known, out=np.where(np.isnan(known), np.nan, np.inf), where=known > 0)
