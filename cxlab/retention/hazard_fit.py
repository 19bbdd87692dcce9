"""Chance to leave in each period, by period and covariates. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import expit, log_expit

from cxlab.retention.fit_information import FARTHEST, refuse_infinite, require_information

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
HazardLink = Literal["logit", "cloglog"]
MOST_STEPS = 60
CLOSE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class SpellPeriods:
    """Periods at risk, one after the other: whose row, which period, and whether it ends with leaving.

    Parameters
    ----------
    row, period, left
        Number of the row, number of the period, and 1 or 0, shape (m,) each.
    rows, periods
        How many rows and periods there are.
    """

    row: Ints
    period: Ints
    left: Floats
    rows: int
    periods: int

    def by_period(self, values: Floats) -> Floats:
        """Return sums over the rows at risk in each period, shape (periods,)."""
        return np.bincount(self.period, values, minlength=self.periods).astype("float64")

    def by_row(self, values: Floats) -> Floats:
        """Return sums over the periods of each row, shape (rows,)."""
        return np.bincount(self.row, values, minlength=self.rows).astype("float64")


@dataclass(frozen=True, slots=True, eq=False)
class HazardFit:
    """A fitted model on columns of mean 0 and standard deviation 1.

    Parameters
    ----------
    baseline, coefficients
        Linear predictor of each period at the mean of all columns, and slopes, shape (k,) and (p,).
    covariance
        Of the slopes, by the information, shape (p, p).
    added
        What each row adds to the slopes, weight and all, shape (n, p).
    log_likelihood
        At the top.
    """

    baseline: Floats
    coefficients: Floats
    covariance: Floats
    added: Floats
    log_likelihood: float


def hazard_of(eta: Floats, link: HazardLink) -> Floats:
    """Return the chance to leave in a period at a linear predictor."""
    return np.asarray(expit(eta)) if link == "logit" else -np.expm1(-np.exp(eta))


def eta_of(hazard: Floats, link: HazardLink) -> Floats:
    """Return the linear predictor of a chance; −∞ of 0, and ∞ of 1."""
    with np.errstate(divide="ignore"):
        return np.log(hazard / (1 - hazard)) if link == "logit" else np.log(-np.log1p(-hazard))


def _pull(eta: Floats, left: Floats, link: HazardLink) -> tuple[Floats, Floats, Floats]:
    """Return log-likelihood, its slope and less its curvature by the linear predictor, shape (m,) each."""
    if link == "logit":
        mean = expit(eta)
        return log_expit(np.where(left == 1, eta, -eta)), left - mean, mean * (1 - mean)
    rate = np.exp(np.minimum(eta, 50.0))
    # rate/(e^rate − 1) is 0 where e^rate cannot be held.
    ratio = np.divide(rate, np.expm1(np.minimum(rate, 700.0)), out=np.ones_like(rate), where=rate > 0)
    with np.errstate(divide="ignore"):
        value = np.where(left == 1, np.log(-np.expm1(-rate)), -rate)
    bent = np.where(left == 1, ratio * (ratio + rate - 1), rate)
    return value, np.where(left == 1, ratio, -rate), bent


def hazard_fit(
    spells: SpellPeriods, x: Floats, w: Floats, link: HazardLink, names: Sequence[str]
) -> HazardFit:
    """Fit an effect of each period and slopes of the columns by Newton's steps.

    Parameters
    ----------
    spells
        Periods at risk; in each some leave and some stay.
    x
        Columns of mean 0 and standard deviation 1, shape (n, p).
    w
        Weights > 0, shape (n,).
    link
        `logit` or `cloglog`.
    names
        Names of the columns, for errors.

    Notes
    -----
    Periods are solved for first (their part of the curvature is diagonal), so the cost of a step is that of
    the spells once and of n p², not of a table of spells by periods and columns.

    Raises
    ------
    MeasureError
        Where a column says nothing beside the others, or a coefficient runs off to infinity.
    """
    weight = w[spells.row]
    share = spells.by_period(weight * spells.left) / spells.by_period(weight)
    baseline = eta_of(share, link)
    slopes = np.zeros(x.shape[1])
    value, parts = _at(spells, x, weight, link, baseline, slopes)
    for _ in range(MOST_STEPS):
        own, cross, reduced, pull_period, pull = parts
        require_information(reduced, names, slopes)
        move = np.linalg.solve(reduced, pull - cross.T @ (pull_period / own))
        move_period = (pull_period - cross @ move) / own
        if max(np.abs(move).max(), np.abs(move_period).max()) <= CLOSE * (1 + np.abs(slopes).max()):
            return _fitted(spells, x, weight, link, (baseline, slopes), parts, value)
        size = 1.0
        while True:
            tried = baseline + size * move_period, slopes + size * move
            there, parts = _at(spells, x, weight, link, *tried)
            if there >= value - 1e-10 * (1 + abs(value)) or size < 1e-6:
                break
            size /= 2
        value, (baseline, slopes) = there, tried
        if np.abs(slopes).max() > FARTHEST:
            break
    refuse_infinite(names[int(np.abs(slopes).argmax())])


Parts = tuple[Floats, Floats, Floats, Floats, Floats]


def _at(
    spells: SpellPeriods, x: Floats, weight: Floats, link: HazardLink, baseline: Floats, slopes: Floats
) -> tuple[float, Parts]:
    """Return the log-likelihood; curvature of periods, crossed, of slopes beside periods; and both slopes."""
    eta = baseline[spells.period] + (x @ slopes)[spells.row]
    value, pull, bent = _pull(eta, spells.left, link)
    pull, bent = weight * pull, weight * bent
    own = np.maximum(spells.by_period(bent), np.finfo("float64").tiny)
    shape = (spells.periods, spells.rows)
    cross = np.asarray(csr_array((bent, (spells.period, spells.row)), shape=shape) @ x)
    whole = (x * spells.by_row(bent)[:, None]).T @ x
    reduced = whole - cross.T @ (cross / own[:, None])
    total = float(weight @ value)
    parts = own, cross, (reduced + reduced.T) / 2, spells.by_period(pull), spells.by_row(pull) @ x
    return total if np.isfinite(total) else -np.inf, parts


def _fitted(
    spells: SpellPeriods, x: Floats, weight: Floats, link: HazardLink, at: tuple[Floats, Floats],
    parts: Parts, value: float,
) -> HazardFit:  # fmt: skip
    own, cross, reduced, _, _ = parts
    covariance = np.linalg.inv(reduced).astype("float64")
    eta = at[0][spells.period] + (x @ at[1])[spells.row]
    pull = weight * _pull(eta, spells.left, link)[1]
    # A row's part of the slopes, less what the effects of its periods take up.
    taken = csr_array((pull, (spells.row, spells.period)), shape=(spells.rows, spells.periods))
    added = (spells.by_row(pull)[:, None] * x - taken @ (cross / own[:, None])) @ covariance
    return HazardFit(at[0], at[1], covariance, np.asarray(added), value)
