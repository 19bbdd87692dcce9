"""Regression on a column measured with error: corrected products, and SIMEX. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.linkage.effect_leverage import effect_leverage
from cxlab.linkage.unit_products import swept
from cxlab.linkage.within import within

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ZETA = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
"""How many times the error variance SIMEX adds."""
AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedSlope:
    """A slope and what each row adds to it, shape (n,)."""

    slope: float
    added: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ErrorSpread:
    """What an error of the exposure brings to its sums of squares.

    Parameters
    ----------
    variance
        Variance of the exposure over all rows.
    spread
        What each row adds to it, shape (n,).
    whole, left
        What an error of variance 1 in a row brings to the weighted sum of squares about the mean, and to that
        less the effects: weight · (1 − leverage), shape (n,).
    """

    variance: float
    spread: Floats
    whole: Floats
    left: Floats

    def of_variance(self, variance: float) -> Floats:
        """Return what each row adds to the sum of squares that is error, of an error variance as given."""
        return variance * self.left

    def of_reliability(self, share: float) -> Floats:
        """Return the same of an error variance that is (1 − share) of the exposure's.

        That variance is estimated: each row adds what it moves it by.
        """
        error = (1 - share) * self.variance
        moved = (1 - share) * self.spread - error * self.whole / self.whole.sum()
        return error * self.left + self.left.sum() * moved


def error_spread(x: Floats, w: Floats, effects: Sequence[Ints]) -> ErrorSpread:
    """Return what an error of an exposure brings to its sums of squares.

    Parameters
    ----------
    x, w
        Exposure and weights, shape (n,) each. Only ratios of weights matter.
    effects
        Codes whose effects are taken out; none for the mean.
    """
    whole = w * (1 - effect_leverage([], w))
    spread = w * (x - np.average(x, weights=w)) ** 2 / whole.sum()
    return ErrorSpread(float(spread.sum()), spread, whole, w * (1 - effect_leverage(effects, w)))


def corrected_slope(columns: Floats, w: Floats, error: Floats) -> CorrectedSlope:
    """Regress the outcome on an exposure measured with error, and controls measured without.

    Parameters
    ----------
    columns
        Outcome, exposure and controls, less their means or effects, shape (n, 2 + c).
    w
        Weights, shape (n,).
    error
        What each row adds to the sum of squares of the exposure that is error, shape (n,); 0 for none.

    Returns
    -------
    CorrectedSlope
        First element of (XᵀWX − E)⁻¹ XᵀWy, E holding Σ error for the exposure. Each row adds
        (XᵀWX − E)⁻¹ (w x (y − xᵀb) + error · b₁ e₁), which sums to 0.

    References
    ----------
    Fuller (1987), Measurement Error Models, section 2.2. Stefanski, Boos (2002), The American Statistician
    56, 29–38 (the error of a solved equation).
    """
    y, x = columns[:, 0], columns[:, 1:]
    products = x.T @ (w[:, None] * x)
    products[0, 0] -= error.sum()
    slopes = np.linalg.solve(products, x.T @ (w * y))
    first = np.linalg.solve(products, np.eye(len(slopes))[:, 0])
    added = w * (y - x @ slopes) * (x @ first) + error * slopes[0] * first[0]
    return CorrectedSlope(float(slopes[0]), added)


def left_of_exposure(columns: Floats, w: Floats) -> float:
    """Return the sum of squares of the exposure given the controls, error included."""
    x = columns[:, [*range(2, columns.shape[1]), 1]]
    return float(swept(x.T @ (w[:, None] * x), x.shape[1] - 1)[0, 0])


def simex_slopes(
    columns: Floats,
    w: Floats,
    error_variance: float,
    effects: Sequence[Ints],
    *,
    n_sim: int,
    rng: np.random.Generator,
) -> Floats:
    """Return the mean slope with ζ times the error variance added, for each ζ, shape (5,).

    Parameters
    ----------
    columns, w
        As `corrected_slope`.
    error_variance
        Variance of the error of one row.
    effects
        Codes whose means the columns are less; none for the mean.
    n_sim
        Simulated errors.
    rng
        Generator of the errors.

    References
    ----------
    Cook, Stefanski (1994), JASA 89, 1314–1328.
    """
    c = columns.shape[1] - 2
    ordered = columns[:, [*range(2, c + 2), 0, 1]]
    total, drawn = np.zeros(len(ZETA)), 0
    while drawn < n_sim:
        size = max(1, min(n_sim - drawn, AT_ONCE // len(w)))
        noise = rng.normal(0, np.sqrt(error_variance), (len(w), size))
        noise = within(noise, effects, w) if effects else noise - np.average(noise, axis=0, weights=w)
        for one in noise.T:
            held = np.column_stack([ordered, one])
            # Outcome, exposure and noise less the controls; ζ only scales the noise.
            s = swept(held.T @ (w[:, None] * held), c)
            root = np.sqrt(ZETA)
            total += (s[0, 1] + root * s[0, 2]) / (s[1, 1] + 2 * root * s[1, 2] + ZETA * s[2, 2])
        drawn += size
    return total / n_sim


def extrapolated(slopes: Floats) -> float:
    """Return the quadratic through slopes at ζ, by least squares, at ζ = −1."""
    design = np.vander(ZETA, 3)
    fitted, *_ = np.linalg.lstsq(design, slopes, rcond=None)
    return float(fitted @ [1.0, -1.0, 1.0])
