"""Chances brought to what happened afterwards: a step function, or the beta family. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, xlogy
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float64]
Calibration = Literal["none", "isotonic", "beta"]
EDGE = 1e-12
"""Chances are kept this far from 0 and 1, whose logarithm is not finite."""


@dataclass(frozen=True, slots=True)
class BetaCurve:
    """logit(q) = a ln p − b ln(1 − p) + c, with a, b ≥ 0, so that the order stays.

    Parameters
    ----------
    a, b, c
        The coefficients.
    """

    a: float
    b: float
    c: float

    def of(self, p: Floats) -> Floats:
        """Return calibrated chances, shape (n,)."""
        inside = np.clip(p, EDGE, 1 - EDGE)
        return expit(self.a * np.log(inside) - self.b * np.log1p(-inside) + self.c)


@dataclass(frozen=True, slots=True)
class StepCurve:
    """The rising step function nearest to what happened, linear between its corners.

    Parameters
    ----------
    fitted
        Isotonic regression of scikit-learn.
    """

    fitted: IsotonicRegression

    def of(self, p: Floats) -> Floats:
        """Return calibrated chances, shape (n,)."""
        return np.asarray(self.fitted.predict(p), dtype="float64")


def beta_curve(p: Floats, y: Floats, w: Floats) -> BetaCurve:
    """Fit the beta family by maximum likelihood; a slope below 0 is set to 0 and the others fitted anew.

    Parameters
    ----------
    p, y, w
        Chances, who left, and weights, shape (n,) each.

    References
    ----------
    Kull, Silva Filho, Flach (2017), AISTATS, PMLR 54, 623–631, section 3.
    """
    inside = np.clip(p, EDGE, 1 - EDGE)
    x = np.column_stack([np.log(inside), -np.log1p(-inside)])
    both = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, y, sample_weight=w)
    if (both.coef_ >= 0).all():
        return BetaCurve(float(both.coef_[0, 0]), float(both.coef_[0, 1]), float(both.intercept_[0]))
    # The likelihood is concave, so its maximum is where one slope is 0, or both.
    curves = [BetaCurve(0.0, 0.0, float(logit(np.average(y, weights=w))))]
    for place in (0, 1):
        one = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x[:, [place]], y, sample_weight=w)
        slope, start = float(one.coef_[0, 0]), float(one.intercept_[0])
        if slope >= 0:
            curves.append(BetaCurve(0.0, slope, start) if place else BetaCurve(slope, 0.0, start))
    return max(curves, key=lambda curve: _log_likelihood(curve.of(p), y, w))


def _log_likelihood(q: Floats, y: Floats, w: Floats) -> float:
    return float((w * (xlogy(y, q) + xlogy(1 - y, 1 - q))).sum())


def step_curve(p: Floats, y: Floats, w: Floats) -> StepCurve:
    """Fit isotonic regression; beyond the chances seen the ends are kept.

    References
    ----------
    Zadrozny, Elkan (2002), KDD, 694–699.
    """
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    return StepCurve(fitted.fit(p, y, sample_weight=w))
