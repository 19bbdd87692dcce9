"""Selection on what was not measured in proportion to what was: Oster's equations. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.linkage.unit_products import swept

Floats = npt.NDArray[np.float64]
SAME = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class TwoFits:
    """A regression without and with the controls, all less what is always in it.

    Parameters
    ----------
    short, controlled
        Coefficient of the exposure without and with the controls.
    r2_short, r2_controlled
        R² of both.
    variance_y, variance_x
        Variances of outcome and exposure.
    left_x
        Variance of the exposure given the controls.
    """

    short: float
    controlled: float
    r2_short: float
    r2_controlled: float
    variance_y: float
    variance_x: float
    left_x: float

    def terms(self, r2_max: float) -> tuple[Floats, Floats]:
        """Return the polynomials in v of both sides of the equation, ascending powers.

        With v = controlled − β: cov(x, W₁) = V_x (short − controlled) + v (V_x − τ), var W₁ = (R̃ − Ṙ) V_y +
        V_x (short − controlled)² + 2v V_x (short − controlled) + v² (V_x − τ), cov(x, W₂) = vτ and
        var W₂ = (R_max − R̃) V_y + v²τ. Selection is δ · cov(x, W₁)/var W₁ = cov(x, W₂)/var W₂.
        """
        move, tau = self.short - self.controlled, self.left_x
        along = np.array([self.variance_x * move, self.variance_x - tau])
        beyond = np.array([(r2_max - self.r2_controlled) * self.variance_y, 0.0, tau])
        gained = (self.r2_controlled - self.r2_short) * self.variance_y + self.variance_x * move**2
        inside = np.array([gained, 2 * self.variance_x * move, self.variance_x - tau])
        return np.convolve(along, beyond), np.convolve([0.0, tau], inside)


def two_fits(products: Floats) -> TwoFits:
    """Return both regressions from the products of outcome, exposure and controls, shape (2 + c, 2 + c)."""
    y, x = products[0, 0], products[1, 1]
    order = [*range(2, len(products)), 0, 1]
    left = swept(products[np.ix_(order, order)], len(products) - 2)
    short, controlled = products[0, 1] / x, left[0, 1] / left[1, 1]
    unexplained = left[0, 0] - left[0, 1] ** 2 / left[1, 1]
    return TwoFits(
        float(short), float(controlled), float(short**2 * x / y), float(1 - unexplained / y), float(y),
        float(x), float(left[1, 1]),
    )  # fmt: skip


def selection_for(fits: TwoFits, r2_max: float, beta: float) -> float:
    """Return δ, how much stronger than on the measured selection must be for the coefficient to be `beta`.

    NaN where no finite δ does it.
    """
    measured, unmeasured = fits.terms(r2_max)
    v = fits.controlled - beta
    powers = v ** np.arange(4)
    below, above = float(measured @ powers), float(unmeasured @ powers)
    scale = float(np.abs(measured * powers).sum())
    return above / below if abs(below) > 1e-12 * scale > 0 else float("nan")


def coefficients_at(fits: TwoFits, r2_max: float, delta: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return every coefficient that selection of δ allows, nearest to the controlled one first.

    Returns
    -------
    tuple of arrays
        The real roots, shape (1 to 3,), and whether each keeps the sign of cov(exposure, index of the
        controls), Oster's assumption 3.
    """
    measured, unmeasured = fits.terms(r2_max)
    polynomial = delta * measured - unmeasured
    # The leading coefficient (δ − 1) τ (V_x − τ) is 0 at δ = 1 but for rounding.
    if abs(delta - 1) < SAME:
        polynomial = polynomial[:3]
    found = np.roots(polynomial[::-1])
    real = np.sort_complex(found[np.abs(found.imag) <= 1e-7 * (1 + np.abs(found.real))]).real
    real = real[np.argsort(np.abs(real), kind="stable")]
    move = fits.short - fits.controlled
    along = fits.variance_x * move + real * (fits.variance_x - fits.left_x)
    # With one control cov = 0 solves the equation too, as nothing selected on nothing: it is no answer. Where
    # cov keeps its sign, δ does not let the unmeasured bias go the other way.
    kept = (along * np.sign(move) > SAME * abs(fits.variance_x * move)) & (delta * move * real >= 0)
    return fits.controlled - real, kept


def approximate_coefficient(fits: TwoFits, r2_max: float, delta: float) -> float:
    """Return β̃ − δ (β̇ − β̃)(R_max − R̃)/(R̃ − Ṙ), the well-known approximation; NaN where R² did not rise."""
    rise = fits.r2_controlled - fits.r2_short
    if rise <= 0:
        return float("nan")
    return fits.controlled - delta * (fits.short - fits.controlled) * (r2_max - fits.r2_controlled) / rise
