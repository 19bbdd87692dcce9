"""The likelihood of the Pareto/NBD model, and what it expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi

from cxlab.retention.purchase_rows import PurchaseRows

Floats = npt.NDArray[np.float64]
NODES, SHARES = np.polynomial.legendre.leggauss(32)
"""Nodes and weights on −1 to 1; on a fall of e^−36 to both sides their relative error is near 1e-12."""
FALL = 36.0
"""Logarithm of the fall of the integrand from its top beyond which nothing counts."""
STEPS = 6
"""Newton's steps to where it fell so far; each stays beyond it, so that fewer cut nothing off."""


def pareto_nbd_terms(theta: Floats, rows: PurchaseRows) -> tuple[Floats, Floats]:
    """Return the log-likelihood of each row, shape (m,), and its slopes by r, α, s and β, shape (4, m).

    Notes
    -----
    A customer either is there at the end T or left at τ between the last purchase and T. Integrated over the
    rates, L = Γ(r + x) α^r β^s / Γ(r) · [(α + T)^−(r + x) (β + T)^−s + s I] with I the integral of
    (α + τ)^−(r + x) (β + τ)^−(s + 1) over these τ. It is a difference of two ₂F₁ in the paper; here it is
    taken by Gauss–Legendre nodes on log(τ + the smaller of α and β), between the points to both sides of its
    top where it has fallen by e^−36; its slopes are integrals over the same nodes.

    References
    ----------
    Schmittlein, Morrison, Colombo (1987), Management Science 33, 1–24. Fader, Hardie (2005), A note on
    deriving the Pareto/NBD model, equation 17.
    """
    r, alpha, s, beta = theta
    x, end, level = rows.frequency, rows.age, rows.level
    stayed = -(r + x) * np.log(alpha + end) - s * np.log(beta + end)
    left = _left(theta, x, rows.recency, end)
    both, by_left = np.logaddexp(stayed, left.value), left.slopes(theta, x)
    alive = np.exp(stayed - both)
    gone = 1 - alive
    u = rows.levels
    counted, by_r = (gammaln(r + u) - gammaln(r))[level], (psi(r + u) - psi(r))[level]
    return counted + r * np.log(alpha) + s * np.log(beta) + both, np.array([
        by_r + np.log(alpha) - alive * np.log(alpha + end) + gone * by_left[0],
        r / alpha - alive * (r + x) / (alpha + end) + gone * by_left[1],
        np.log(beta) - alive * np.log(beta + end) + gone * by_left[2],
        s / beta - alive * s / (beta + end) + gone * by_left[3],
    ])  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """s ∫ … over the times at which a customer may have left.

    `value`: its logarithm, −∞ where T is the last purchase, shape (m,). At the nodes, shape (m, 32): `mass`,
    the share of each in the integral; α + τ and β + τ, and their logarithms.
    """

    value: Floats
    mass: Floats
    alpha: Floats
    log_alpha: Floats
    beta: Floats
    log_beta: Floats

    def mean(self, values: Floats) -> Floats:
        """Return the mean of values at the nodes by their mass, shape (m,)."""
        return np.asarray(np.einsum("ij,ij->i", self.mass, values))

    def slopes(self, theta: Floats, x: Floats) -> Floats:
        """Return the slopes of the logarithm by r, α, s and β, shape (4, m)."""
        r, _, s, _ = theta
        return np.array([
            -self.mean(self.log_alpha),
            -(r + x) * self.mean(1 / self.alpha),
            1 / s - self.mean(self.log_beta),
            -(s + 1) * self.mean(1 / self.beta),
        ])  # fmt: skip


def _left(theta: Floats, x: Floats, recency: Floats, end: Floats) -> _Left:
    r, alpha, s, beta = theta
    shape = _Shape(*((r + x, s + 1) if alpha <= beta else (s + 1 + 0 * x, r + x)), abs(alpha - beta))
    first, last = (np.log(min(alpha, beta) + time) for time in (recency, end))
    mode = shape.mode(first, last)
    top = shape.log(mode)
    start, stop = (shape.fallen(edge, top - FALL) for edge in (first, last))
    reach = stop - start
    u = start[:, None] + reach[:, None] * (NODES + 1) / 2
    # Of the smaller with τ the logarithm is u itself.
    near = np.exp(u)
    far = near + shape.apart
    at = (near, u, far, np.log(far)) if alpha <= beta else (far, np.log(far), near, u)
    mass = np.exp(u - (r + x)[:, None] * at[1] - (s + 1) * at[3] - top[:, None]) * SHARES
    total = mass.sum(axis=1)
    mass /= total[:, None]
    with np.errstate(divide="ignore"):
        value = np.log(s) + top + np.log(total) + np.log(reach / 2)
    return _Left(value, mass, *at)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """The integrand by u, the logarithm of τ + the smaller of α and β: e^u e^(−near u) (e^u + apart)^(−far).

    Its logarithm is concave in u.
    """

    near: Floats
    far: Floats | float
    apart: float

    def log(self, u: Floats) -> Floats:
        """Return the logarithm of the integrand, shape (m,)."""
        return np.asarray(u - self.near * u - self.far * np.log(np.exp(u) + self.apart))

    def slope(self, u: Floats) -> Floats:
        """Return the slope of its logarithm, shape (m,)."""
        return np.asarray(1 - self.near - self.far / (1 + self.apart * np.exp(-u)))

    def mode(self, first: Floats, last: Floats) -> Floats:
        """Return where it is largest between two ends, shape (m,)."""
        # Below 1 wherever it is above 0, for it is (1 − r − x)/(s + 1) or −s/(r + x).
        rises = (1 - self.near) / self.far
        inside = rises > 0
        if self.apart == 0 or not inside.any():
            return first
        odds = self.apart * rises[inside] / (1 - rises[inside])
        mode = first.copy()
        mode[inside] = np.minimum(np.maximum(np.log(odds), first[inside]), last[inside])
        return mode

    def fallen(self, edge: Floats, floor: Floats) -> Floats:
        """Return where it falls to a floor on the way to an edge, or the edge, shape (m,).

        A tangent of a concave function lies above it, so that steps from below the floor stay below it.
        """
        u = edge
        for _ in range(STEPS):
            below = self.log(u) - floor
            if below.min() > -1:
                break
            u = u - np.divide(below, self.slope(u), out=np.zeros_like(u), where=below < 0)
        return u


def pareto_nbd_alive(theta: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the probability that each customer has not left, shape (m,)."""
    r, alpha, s, beta = theta
    stayed = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    return np.asarray(np.exp(stayed - np.logaddexp(stayed, _left(theta, x, recency, age).value)))


def pareto_nbd_expected(theta: Floats, x: Floats, recency: Floats, age: Floats, t: float) -> Floats:
    """Return the purchases expected of each customer in the next t periods, shape (m,).

    References
    ----------
    Fader, Hardie (2005), as above, equation 41.
    """
    r, alpha, s, beta = theta
    log_share = -np.log1p(t / (beta + age))
    # ∫ ((β + T)/(β + T + τ))^s dτ over 0 to t, which is a logarithm where s is 1.
    flat = abs(s - 1) < 1e-9
    time = (beta + age) * (-log_share if flat else -np.expm1((s - 1) * log_share) / (s - 1))
    return np.asarray((r + x) / (alpha + age) * time * pareto_nbd_alive(theta, x, recency, age))
