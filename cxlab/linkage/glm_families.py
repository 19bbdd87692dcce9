"""What the generalised linear models of revenue and leaving are made of: mean, slopes, variance, deviance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlog1py, xlogy

Floats = npt.NDArray[np.float64]
Link = Literal["log", "logit", "cloglog"]
FARTHEST = 30.0
"""A linear predictor beyond this is a chance of 1e-13: what is fitted runs off to infinity."""


@dataclass(frozen=True, slots=True)
class GlmFamily:
    """A link and a variance function.

    Parameters
    ----------
    link
        `log` for amounts; `logit` or `cloglog` (complementary log-log) for a yes or no.
    power
        Under `log` the variance is dispersion · mean^power: 1 is Poisson's, 2 Gamma's, between Tweedie's.
    """

    link: Link
    power: float = 1.0

    def start(self, y: Floats, w: Floats) -> Floats:
        """Return a first linear predictor, shape (n,)."""
        mean = np.average(y, weights=w)
        if self.link == "log":
            return np.log((y + mean) / 2)
        share = (y + mean) / 2
        return np.log(share / (1 - share)) if self.link == "logit" else np.log(-np.log1p(-share))

    def mean(self, eta: Floats) -> Floats:
        """Return the mean at a linear predictor."""
        if self.link == "log":
            return np.exp(eta)
        return np.asarray(expit(eta)) if self.link == "logit" else -np.expm1(-np.exp(eta))

    def slope(self, eta: Floats) -> Floats:
        """Return the derivative of the mean by the linear predictor."""
        if self.link == "log":
            return np.exp(eta)
        return np.asarray(expit(eta) * expit(-eta)) if self.link == "logit" else np.exp(eta - np.exp(eta))

    def bend(self, eta: Floats) -> Floats:
        """Return the second derivative of the mean by the linear predictor."""
        if self.link == "log":
            return np.exp(eta)
        if self.link == "logit":
            return np.asarray(self.slope(eta) * (1 - 2 * expit(eta)))
        return self.slope(eta) * (1 - np.exp(eta))

    def variance(self, mean: Floats) -> Floats:
        """Return the variance function at a mean."""
        return mean**self.power if self.link == "log" else mean * (1 - mean)

    def variance_slope(self, mean: Floats) -> Floats:
        """Return the derivative of the variance function by the mean."""
        return self.power * mean ** (self.power - 1) if self.link == "log" else 1 - 2 * mean

    def deviance(self, y: Floats, mean: Floats) -> Floats:
        """Return twice what the log-likelihood of each row lacks of a perfect fit, shape (n,)."""
        if self.link != "log":
            return np.asarray(-2 * (xlogy(y, mean) + xlog1py(1 - y, -mean)))
        p = self.power
        if p == 1:
            return np.asarray(2 * (xlogy(y, y) - xlogy(y, mean) - (y - mean)))
        if p == 2:
            return 2 * (np.log(mean / y) + y / mean - 1)
        whole = y ** (2 - p) / ((1 - p) * (2 - p))
        return 2 * (whole - y * mean ** (1 - p) / (1 - p) + mean ** (2 - p) / (2 - p))


def tweedie(power: float) -> GlmFamily:
    """Return the family of revenue whose variance is dispersion · mean^power, with a log link."""
    return GlmFamily("log", power)


LOGIT = GlmFamily("logit")
HAZARD = GlmFamily("cloglog")
