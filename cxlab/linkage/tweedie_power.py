"""The power of a Tweedie model by profile likelihood. Arrays in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from cxlab.linkage.glm_families import tweedie
from cxlab.linkage.glm_fit import glm_fit
from cxlab.linkage.tweedie_density import tweedie_density
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
EDGES = (1.01, 1.99)
MOST_ROUNDS = 25


@dataclass(frozen=True, slots=True)
class TweediePower:
    """The likeliest power, and the dispersion and log-likelihood that go with it."""

    power: float
    dispersion: float
    log_likelihood: float


def tweedie_power(x: Floats, y: Floats, w: Floats) -> TweediePower:
    """Estimate the power of a Tweedie model with log link.

    Parameters
    ----------
    x, y, w
        As in `glm_fit`; y ≥ 0 with zeros among it.

    Returns
    -------
    TweediePower
        At the highest likelihood over coefficients, power and dispersion: the coefficients given the power,
        then power and dispersion given the means, in turn until the power stands still to 1e-6.

    Raises
    ------
    MeasureError
        Where the likeliest power lies at an edge of 1.01 to 1.99.

    References
    ----------
    Dunn, Smyth (2005), Statistics and Computing 15, 267–280.
    """
    from scipy.optimize import minimize  # takes a second to import, and only this needs it

    w = w / w.sum()
    power = 1.5
    fit = glm_fit(x, y, w, tweedie(power))
    dispersion = fit.dispersion
    for _ in range(MOST_ROUNDS):
        at = np.array([_free(power), np.log(dispersion)])
        found = minimize(_lacking, at, (y, fit.mean, w), method="BFGS", options={"gtol": 1e-7})
        moved = abs(_bound(found.x[0]) - power)
        power, dispersion = _bound(found.x[0]), float(np.exp(found.x[1]))
        _require_inside(power)
        if moved < 1e-6:
            return TweediePower(power, dispersion, -float(found.fun) * len(y))
        fit = glm_fit(x, y, w, tweedie(power))
    raise MeasureError("the power of the Tweedie model did not settle", remedy="give power=, such as 1.5")


def _lacking(at: Floats, y: Floats, mean: Floats, w: Floats) -> float:
    return -float(w @ tweedie_density(y, mean, _bound(at[0]), float(np.exp(at[1]))))


def _bound(free: float) -> float:
    return EDGES[0] + (EDGES[1] - EDGES[0]) * float(expit(free))


def _free(power: float) -> float:
    return float(logit((power - EDGES[0]) / (EDGES[1] - EDGES[0])))


def _require_inside(power: float) -> None:
    if not EDGES[0] + 1e-3 < power < EDGES[1] - 1e-3:
        raise MeasureError(
            f"the likeliest power of the variance is {power:.2f}, an edge",
            remedy='give power=, such as 1.5, or take family="gamma" where no revenue is zero',
        )
