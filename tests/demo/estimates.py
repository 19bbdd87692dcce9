"""Textbook estimators, written out: the demo's truth is recovered without cxlab's own measures."""

from dataclasses import dataclass

import numpy as np

from cxlab.demo.company import MarketPlan
from cxlab.demo.opinions import SPREAD


@dataclass(frozen=True)
class Fit:
    """Coefficients and their standard errors."""

    coef: np.ndarray
    se: np.ndarray


def weighted_mean(x, weight, cluster) -> tuple[float, float]:
    """Weighted mean and its linearised standard error, clustered."""
    x, weight = np.asarray(x, float), np.asarray(weight, float)
    mean = np.average(x, weights=weight)
    return float(mean), float(np.sqrt((_sums(weight * (x - mean), cluster) ** 2).sum()) / weight.sum())


def least_squares(y, x, cluster, weight=None) -> Fit:
    """Weighted least squares with clustered standard errors; `x` without a constant gets none."""
    y, x = np.asarray(y, float), np.asarray(x, float)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, float)
    bread = np.linalg.inv(x.T @ (x * w[:, None]))
    coef = bread @ (x.T @ (w * y))
    return Fit(coef, _sandwich(bread, x * (w * (y - x @ coef))[:, None], cluster))


def logit(y, x, cluster) -> Fit:
    """Logistic regression by Newton's method, clustered standard errors."""
    y, x = np.asarray(y, float), np.asarray(x, float)
    coef = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ coef))
        bread = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
        step = bread @ (x.T @ (y - p))
        coef += step
        if np.abs(step).max() < 1e-10:
            break
    return Fit(coef, _sandwich(bread, x * (y - p)[:, None], cluster))


def _sandwich(bread, scores, cluster) -> np.ndarray:
    meat = np.stack([_sums(column, cluster) for column in scores.T], axis=1)
    return np.sqrt(np.diag(bread @ (meat.T @ meat) @ bread))


def _sums(values, cluster) -> np.ndarray:
    _, codes = np.unique(np.asarray(cluster, dtype=str), return_inverse=True)
    return np.bincount(codes, weights=values)


def icc_as_answered(plan: MarketPlan) -> float:
    """The planted share of an account in an opinion, thinned by what groups and rounding add to the variance.

    A whole number stands for a stretch of one on a scale of 4.5 a side, which adds 1/12 to its variance.
    """
    groups = 0.0
    for segment in (plan.region, plan.age_band):
        mean = np.average(segment.effects, weights=segment.shares)
        groups += np.average((np.array(segment.effects) - mean) ** 2, weights=segment.shares)
    rounding = 1 / 12 / (4.5 * plan.style_stretch) ** 2
    return float(plan.account_icc * SPREAD**2 / (SPREAD**2 + groups + rounding))
