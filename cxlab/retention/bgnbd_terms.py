"""The likelihood of the BG/NBD model, and what it expects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, hyp2f1, psi

from cxlab.retention.purchase_rows import PurchaseRows

Floats = npt.NDArray[np.float64]
NEAREST = 1e-7
"""At a = 1 the expectation is 0/0, at c = 0 infinite times 0; so near to them as this it is taken beside."""
LARGE = 200.0
"""Above it, as in resamples without a maximum, the transformed function passes the largest float."""


def bgnbd_terms(theta: Floats, rows: PurchaseRows) -> tuple[Floats, Floats]:
    """Return the log-likelihood of each row, shape (m,), and its slopes by r, α, a and b, shape (4, m).

    References
    ----------
    Fader, Hardie, Lee (2005), Marketing Science 24, 275–284, equation 6.
    """
    r, alpha, a, b = theta
    x, seen, level = rows.frequency, rows.frequency > 0, rows.level
    log_end, log_last = np.log(alpha + rows.age), np.log(alpha + rows.recency)
    stayed = -(r + x) * log_end
    after = np.where(seen, b + x - 1, 1.0)
    left = np.where(seen, np.log(a / after) - (r + x) * log_last, -np.inf)
    both = np.logaddexp(stayed, left)
    alive = np.exp(stayed - both)
    gone = 1 - alive
    by_level = _by_level(theta, rows.levels)[:, level]
    return by_level[0] + r * np.log(alpha) + both, np.array([
        by_level[1] + np.log(alpha) - alive * log_end - gone * log_last,
        r / alpha - (r + x) * (alive / (alpha + rows.age) + gone / (alpha + rows.recency)),
        by_level[2] + gone / a,
        by_level[3] - gone / after,
    ])  # fmt: skip


def _by_level(theta: Floats, x: Floats) -> Floats:
    """Return what depends on the frequency alone: the likelihood and its slopes by r, a, b, shape (4, u)."""
    r, _, a, b = theta
    both, each = psi(a + b) - psi(a + b + x), psi(b + x) - psi(b)
    return np.array([
        gammaln(r + x) - gammaln(r) + gammaln(a + b) - gammaln(a + b + x) + gammaln(b + x) - gammaln(b),
        psi(r + x) - psi(r), both, both + each,
    ])  # fmt: skip


def bgnbd_alive(theta: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the probability that each customer has not left, shape (m,)."""
    r, alpha, a, b = theta
    odds = a / np.where(x > 0, b + x - 1, 1.0) * np.exp((r + x) * np.log((alpha + age) / (alpha + recency)))
    return np.where(x > 0, 1 / (1 + odds), 1.0)


def bgnbd_expected(theta: Floats, x: Floats, recency: Floats, age: Floats, t: float) -> Floats:
    """Return the purchases expected of each customer in the next t periods, shape (m,).

    Notes
    -----
    Equation 10 of the paper after Euler's transformation of ₂F₁, which takes the frequency out of the two
    upper parameters: with z = t/(α + T + t), (1 − z)^(r + x) ₂F₁(r + x, b + x; a + b + x − 1; z) is
    (1 − z)^(a − 1) ₂F₁(a + b − 1 − r, a − 1; a + b + x − 1; z).
    """
    r, alpha, a, b = theta
    if abs(a - 1) < NEAREST:
        a = 1 + NEAREST
    z = t / (alpha + age + t)
    c = a + b + x - 1
    c = np.where(np.abs(c) < NEAREST, NEAREST, c)
    if a + b > LARGE:
        kept = (1 - z) ** (r + x) * hyp2f1(r + x, b + x, c, z)
    else:
        kept = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, c, z)
    return np.asarray(c / (a - 1) * (1 - kept) * bgnbd_alive(theta, x, recency, age))
