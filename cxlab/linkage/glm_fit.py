"""A generalised linear model by iterated least squares, with what each row adds. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.linkage.glm_families import FARTHEST, GlmFamily
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
MOST_STEPS = 100
CLOSE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class GlmFit:
    """A fitted model.

    Parameters
    ----------
    coefficients
        Shape (k,).
    eta, mean
        Linear predictor and fitted mean, shape (n,).
    score, curvature
        First derivative by the linear predictor of what is maximised, and less the second, shape (n,) each.
    dispersion
        Pearson's: Σ w (y − mean)²/variance over (n − k), weights of mean 1.
    """

    coefficients: Floats
    eta: Floats
    mean: Floats
    score: Floats
    curvature: Floats
    dispersion: float

    def influence(self, x: Floats) -> Floats:
        """Return what each row adds to the coefficients, shape (n, k).

        The curvature is the observed one, which is right whether or not the mean is.
        """
        bread = (x * self.curvature[:, None]).T @ x
        return np.asarray(np.linalg.solve(bread, (x * self.score[:, None]).T).T)


def glm_fit(x: Floats, y: Floats, w: Floats, family: GlmFamily) -> GlmFit:
    """Fit a generalised linear model.

    Parameters
    ----------
    x
        Shape (n, k), with the constant; of full rank.
    y, w
        Outcome and weights > 0, shape (n,) each; only ratios of weights matter.
    family
        Link and variance.

    Returns
    -------
    GlmFit
        At the root of Σ w (y − mean) · slope/variance · x = 0, by Fisher's scoring; steps that raise the
        deviance are halved.

    Raises
    ------
    MeasureError
        Where the fit runs off to infinity (something tells the outcome perfectly) or does not settle.

    References
    ----------
    McCullagh, Nelder (1989), Generalized Linear Models, section 2.5.
    """
    w = w / w.mean()
    eta = family.start(y, w)
    coefficients, deviance = np.zeros(x.shape[1]), np.inf
    for step in range(MOST_STEPS):
        target = _target(x, y, w, eta, family)
        share, before = 1.0, eta
        while True:
            tried = coefficients + share * (target - coefficients) if step else target
            eta = x @ tried
            now = float(w @ family.deviance(y, family.mean(np.clip(eta, -FARTHEST, FARTHEST))))
            if now <= deviance + 1e-9 * (abs(deviance) + 1) or share < 1e-4 or not step:
                break
            share /= 2
        coefficients, deviance = tried, now
        if np.abs(eta).max() > FARTHEST and family.link != "log":
            _refuse_infinite()
        if step and np.abs(eta - before).max() <= CLOSE * (1 + np.abs(eta).max()):
            return _fitted(x, y, w, coefficients, family)
    raise MeasureError(
        f"the model did not settle in {MOST_STEPS} steps",
        remedy="look for a column that tells the outcome nearly perfectly, or take fewer controls",
    )


def _target(x: Floats, y: Floats, w: Floats, eta: Floats, family: GlmFamily) -> Floats:
    """Return the coefficients that the next least squares would take."""
    mean, slope = family.mean(eta), family.slope(eta)
    weighed = x * (w * slope**2 / family.variance(mean))[:, None]
    try:
        return np.asarray(np.linalg.solve(x.T @ weighed, weighed.T @ (eta + (y - mean) / slope)))
    except np.linalg.LinAlgError:
        _refuse_infinite()
        raise


def _refuse_infinite() -> None:
    raise MeasureError(
        "something tells the outcome perfectly, so its coefficient runs off to infinity",
        remedy="leave out the control or period that does, or take more rows",
    )


def _fitted(x: Floats, y: Floats, w: Floats, coefficients: Floats, family: GlmFamily) -> GlmFit:
    eta = x @ coefficients
    mean, slope = family.mean(eta), family.slope(eta)
    variance = family.variance(mean)
    pearson = float(w @ ((y - mean) ** 2 / variance)) / (len(y) - x.shape[1])
    pull = w * (y - mean) / variance
    curvature = w * slope**2 / variance - pull * (
        family.bend(eta) - slope**2 * family.variance_slope(mean) / variance
    )
    return GlmFit(coefficients, eta, mean, pull * slope, curvature, pearson)
