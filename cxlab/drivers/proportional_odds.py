"""Many logit and proportional-odds models of one outcome at once, by Newton. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

ITERATIONS = 25
"""Newton steps after which a model counts as one without a maximum: an overlapping sample needs 4 to 10."""
NEAR = 1e-10
"""What the next step may still add to the mean log-likelihood, to first order, when the last one is taken."""
SLOW, NOTHING = 0.2, 1e-20
"""Near a maximum each gain is a small part of the one before; where classes are separated it stays 1/e of it.
Below the second of these, gains are rounding."""
AT_ONCE = 1 << 17
"""Entries of an array of rows times models that are worked on at once: 1 MB, which a core's cache holds."""
FURTHEST = 700.0


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Rows of an outcome in K classes, each taken apart at the thresholds it lies between.

    Since F(a) − F(b) = F(a) F(−b) (1 − exp(b − a)) for the logistic F, the log-likelihood of class c is
    log F(θ_c − xβ) + log F(xβ − θ_{c−1}) + log(1 − exp(θ_{c−1} − θ_c)): two logits and a term of thresholds.
    A row of the lowest or the highest class has one logit, so a binary outcome is a plain logit.

    Parameters
    ----------
    design
        What each logit is linear in, shape (h, q): K − 1 thresholds, then p slopes.
    row
        Which row each logit belongs to, shape (h,), ascending.
    classes
        Class 0 … K − 1 of each row, shape (m,).
    thresholds
        K − 1.
    """

    design: Floats
    row: Places
    classes: Places
    thresholds: int


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fits of b models.

    Parameters
    ----------
    parameters
        Thresholds and slopes, shape (q, b); 0 where a parameter is not free.
    log_likelihood
        Weighted mean over the rows, shape (b,).
    information
        Negative second derivatives of that mean, shape (b, q, q); the unit matrix where not free.
    settled
        Whether the maximum was reached, shape (b,). It was not where classes are separated.
    free
        Which parameters the models have, shape (q, b).
    """

    parameters: Floats
    log_likelihood: Floats
    information: Floats
    settled: Bools
    free: Bools


def halves_of(x: Floats, classes: Places, count: int) -> Halves:
    """Return the logits of rows of drivers x, shape (m, p), in `count` classes."""
    thresholds = count - 1
    upper, lower = np.flatnonzero(classes < thresholds), np.flatnonzero(classes > 0)
    row = np.concatenate([upper, lower])
    sign = np.concatenate([np.ones(len(upper)), -np.ones(len(lower))])
    at = np.concatenate([classes[upper], classes[lower] - 1])
    design = np.concatenate([np.eye(thresholds)[at], -x[row]], axis=1) * sign[:, None]
    order = np.argsort(row, kind="stable")
    return Halves(np.ascontiguousarray(design[order]), row[order], classes, thresholds)


def class_shares(halves: Halves, weight: Floats) -> Floats:
    """Return the weighted share of each class, shape (K,) or (K, b), for weights (m,) or (m, b)."""
    totals = np.eye(halves.thresholds + 1)[:, halves.classes] @ weight
    return np.asarray(totals / weight.sum(axis=0))


def null_thresholds(shares: Floats) -> Floats:
    """Return the thresholds of the model without drivers, log odds of cumulated shares, shape (K − 1, …)."""
    below = np.cumsum(shares, axis=0)[:-1]
    return np.asarray(np.log(below) - np.log1p(-below))


def fit(halves: Halves, weight: Floats, free: Bools, start: Floats) -> Fits:
    """Fit b models by maximum likelihood.

    Parameters
    ----------
    halves
        Rows.
    weight
        Weights of the m rows, shape (m,) for all models or (m, b).
    free
        Which parameters each model has, shape (q, b).
    start
        Parameters to start from, shape (q, b), with ascending thresholds; 0 where not free.

    Returns
    -------
    Fits
        The log-likelihood is strictly concave where the classes overlap, so there is one maximum; steps that
        do not raise it are halved.

    References
    ----------
    McCullagh (1980), JRSS B 42, 109–142. Pratt (1981), JASA 76, 103–106 (concavity).
    """
    scaled = weight / weight.sum(axis=0)
    at = np.where(free, start, 0.0)
    value, slope, information = evaluate(halves, scaled, free, at)
    settled, before = np.zeros(free.shape[1], dtype=bool), np.full(free.shape[1], np.inf)
    for _ in range(ITERATIONS):
        todo = np.flatnonzero(~settled)
        step = solved(information[todo], slope[:, todo])
        gain = (slope[:, todo] * step).sum(axis=0)
        near = (np.abs(gain) < NEAR) & (np.abs(gain) <= np.maximum(SLOW * before[todo], NOTHING))
        before[todo] = np.abs(gain)
        last = todo[near]
        at[:, last] += step[:, near]
        value[last] += gain[near] / 2
        settled[last] = True
        todo, step = todo[~near], step[:, ~near]
        if not len(todo):
            break
        some = scaled if scaled.ndim == 1 else scaled[:, todo]
        found = _stepped(halves, some, free[:, todo], (at[:, todo], value[todo]), step)
        at[:, todo], value[todo], slope[:, todo], information[todo] = found
    return Fits(at, value, information, settled, free)


def evaluate(halves: Halves, weight: Floats, free: Bools, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log-likelihood (b,), its slopes (q, b) and the information (b, q, q), for weights of sum 1."""
    design, (q, models) = halves.design, at.shape
    first, second = _pairs(q, halves.thresholds)
    value, slope = np.zeros(models), np.zeros((q, models))
    products = np.zeros((len(first), models))
    step = max(64, AT_ONCE // models)
    for start in range(0, len(design), step):
        part = design[start : start + step]
        w = weight[halves.row[start : start + step]]
        w = w if w.ndim == 2 else w[:, None]
        hit, missed = logistic(part @ at)
        value += (w * np.log(hit)).sum(axis=0)
        missed *= w
        slope += part.T @ missed
        missed *= hit
        products += (part[:, first] * part[:, second]).T @ missed
    information = np.zeros((models, q, q))
    information[:, first, second] = information[:, second, first] = products.T
    _add_gaps(halves, class_shares(halves, weight), at, (value, slope, information))
    slope[~free] = 0
    both = free.T[:, :, None] & free.T[:, None, :]
    return value, slope, np.where(both, information, np.eye(q))


def logistic(u: Floats) -> tuple[Floats, Floats]:
    """Return F(u) and 1 − F(u), neither ever 0."""
    odds = np.exp(np.clip(-u, -FURTHEST, FURTHEST))
    hit = 1 / (1 + odds)
    return hit, odds * hit


def gap_terms(at: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log(1 − exp(−d)) of the gaps d between thresholds, with both derivatives, shape (K − 2, b)."""
    gap = np.diff(at, axis=0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        value = np.where(gap > 0, np.log(-np.expm1(-gap)), -np.inf)
        first = np.where(gap > 0, 1 / np.expm1(gap), 0.0)
    return value, first, -first * (1 + first)


def solved(information: Floats, slope: Floats) -> Floats:
    """Return information⁻¹ slope of each model, shape (q, b); what is singular gets a short step."""
    q = information.shape[1]
    ridge = 1e-12 * np.einsum("bii->bi", information)[:, :, None] * np.eye(q) + 1e-300 * np.eye(q)
    return np.linalg.solve(information + ridge, slope.T[:, :, None])[:, :, 0].T


def _stepped(
    halves: Halves, weight: Floats, free: Bools, before: tuple[Floats, Floats], step: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return parameters, log-likelihood, slopes and information after a step, halved where it was too far."""
    at = before[0] + step
    value, slope, information = evaluate(halves, weight, free, at)
    for _ in range(ITERATIONS):
        far = np.flatnonzero(~(value >= before[1] - 1e-13))
        if not len(far):
            break
        step[:, far] /= 2
        at[:, far] = before[0][:, far] + step[:, far]
        some = weight if weight.ndim == 1 else weight[:, far]
        value[far], slope[:, far], information[far] = evaluate(halves, some, free[:, far], at[:, far])
    return at, value, slope, information


@lru_cache(maxsize=64)
def _pairs(q: int, thresholds: int) -> tuple[Places, Places]:
    """Return the pairs of parameters that meet in one logit: two different thresholds never do."""
    first, second = np.triu_indices(q)
    meet = (first == second) | (second >= thresholds)
    first, second = first[meet], second[meet]
    first.flags.writeable = second.flags.writeable = False
    return first, second


def _add_gaps(halves: Halves, shares: Floats, at: Floats, sums: tuple[Floats, Floats, Floats]) -> None:
    """Add the terms of the gaps between thresholds, which the classes between two thresholds have."""
    value, slope, information = sums
    k = halves.thresholds
    if k < 2:
        return
    share = shares[1:-1] if shares.ndim == 2 else shares[1:-1, None]
    log_gap, first, second = gap_terms(at[:k])
    value += (share * log_gap).sum(axis=0)
    slope[1:k] += share * first
    slope[: k - 1] -= share * first
    low, high = np.arange(k - 1), np.arange(1, k)
    bend = -(share * second).T
    information[:, low, low] += bend
    information[:, high, high] += bend
    information[:, low, high] -= bend
    information[:, high, low] -= bend
