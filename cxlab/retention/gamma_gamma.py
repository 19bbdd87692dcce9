"""The Gamma–Gamma model: what customers without a contract spend per purchase."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile, tails
from cxlab.estimate.resampling import drawn_counts, generator_of, require_resamples
from cxlab.model.errors import MeasureError
from cxlab.retention.gamma_gamma_terms import gamma_gamma_expected, gamma_gamma_terms
from cxlab.retention.maximum import Terms, information, maximum
from cxlab.retention.number_vector import number_vector
from cxlab.retention.purchase_rows import require_weights
from cxlab.tally.one_blas_thread import one_blas_thread

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class GammaGamma:
    """A fitted model of spend per purchase.

    Parameters
    ----------
    rows
        One row per parameter p, q, v, then `mean_spend` = pv/(q − 1), infinite where q ≤ 1: `term`,
        `estimate`, `std_error` (by the information), `conf_low`, `conf_high`, `method`.
    theta, covariance
        Parameters, shape (3,), and the covariance of their logarithms, shape (3, 3).
    frequency, mean_value
        Of all customers as given, shape (n,).
    correlation
        Of frequency and mean value among those fitted: the model takes them as independent.
    loglik
        Log-likelihood.
    n
        Customers fitted: those with a repeat purchase.
    weighting, conf_level
        Whether customers were weighted, and the confidence level.
    draws, no_maximum
        Parameters of each resample, shape (resamples, 3), and how many have no maximum.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    """

    rows: pd.DataFrame
    theta: Floats
    covariance: Floats
    frequency: Floats
    mean_value: Floats
    correlation: float
    loglik: float
    n: int
    weighting: Weighting
    conf_level: float
    draws: Floats
    no_maximum: int
    suppressed: bool = False
    min_base: int = 0

    def expected(self) -> Floats:
        """Return the mean spend per purchase expected of each customer as given, shape (n,).

        A customer without repeat purchases has the mean of all; one of whom something is missing has NaN.
        """
        return gamma_gamma_expected(self.theta, self.frequency, self.mean_value)

    def tidy(self) -> pd.DataFrame:
        """Return one row per parameter and the mean spend."""
        return self.rows.assign(
            n=self.n, loglik=self.loglik, correlation=self.correlation, weighting=self.weighting,
            conf_level=self.conf_level, suppressed=self.suppressed,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "Gamma–Gamma: too few customers to say."
        mean = self.rows.iloc[-1]
        return (
            f"Gamma–Gamma on {self.n:,} customers who bought again: a purchase is worth "
            f"{mean['estimate']:.2f} on average ({100 * self.conf_level:g}% {mean['conf_low']:.2f} to "
            f"{mean['conf_high']:.2f}), if what a purchase is worth does not go with how often they buy "
            f"(here their correlation is {self.correlation:.2f})."
        )

    def suppress(self, min_base: int) -> GammaGamma:
        """Return the result, blanked where fewer than `min_base` customers were fitted."""
        if min_base <= self.min_base or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        blank = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
        nothing = np.full(len(self.frequency), np.nan)
        return replace(
            self, rows=self.rows.assign(**blank), theta=np.full(3, np.nan),
            covariance=np.full((3, 3), np.nan),
            frequency=nothing, mean_value=nothing, correlation=np.nan, loglik=np.nan, n=0,
            draws=np.empty((0, 3)), suppressed=True, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def gamma_gamma(
    frequency: Any,
    mean_value: Any,
    *,
    weight: Any = None,
    n_boot: int = 0,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> GammaGamma:
    """Fit Gamma–Gamma by maximum likelihood: `cx.gamma_gamma(history["frequency"], history["mean_value"])`.

    Parameters
    ----------
    frequency
        Repeat purchases of each customer, shape (n,). Those with none are left out of the fit.
    mean_value
        Mean value of a repeat purchase, shape (n,); above 0 where there is one, else it is not read.
    weight
        Sampling weights ≥ 0, shape (n,): only ratios matter, and errors are robust.
    n_boot, seed
        Resamples of customers for the intervals, and their seed; 0: by the information.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    GammaGamma
        p, q, v and the mean pv/(q − 1). Without resamples intervals are symmetric in the logarithm.

    Raises
    ------
    MeasureError
        Where a value is not above 0, nobody bought again, or the likelihood has no maximum.

    References
    ----------
    Fader, Hardie (2013), The Gamma–Gamma model of monetary value, equations 1a and 5. Fader, Hardie, Lee
    (2005), RFM and CLV, Journal of Marketing Research 42, 415–430.
    """
    quantile = normal_quantile(conf_level)
    require_resamples(n_boot)
    rng = generator_of(seed)
    x = number_vector(frequency, "frequency")
    z = number_vector(mean_value, "mean_value", len(x))
    w = np.ones(len(x)) if weight is None else number_vector(weight, "weight", len(x))
    used = _used(x, z, w)
    w = w / w[used].mean()
    # Nothing may hang on the currency: the mean value is 1, and v is taken back to it.
    unit = float(np.average(z[used], weights=w[used]))
    back = np.array([1.0, 1.0, unit])
    terms: Terms = partial(gamma_gamma_terms, x=x[used], mean_value=z[used] / unit)
    with one_blas_thread():
        theta, covariance, loglik, inverse = _fitted(terms, w[used], back)
        draws, lost = np.empty((n_boot, 3)), 0
        for place in range(n_boot):
            count = drawn_counts(rng, int(used.sum()))
            top = maximum(terms, count * w[used], theta, inverse)
            draws[place], lost = top.theta, lost + (not top.found)
    theta, draws = theta * back, draws * back
    return GammaGamma(
        _rows(theta, covariance, draws, quantile, conf_level), theta, covariance, x, z,
        _correlation(x[used], z[used], w[used]), loglik - float(w[used].sum()) * np.log(unit),
        int(used.sum()), weighting_of(None if weight is None else "weight"), conf_level, draws, lost,
    )  # fmt: skip


def _used(x: Floats, z: Floats, w: Floats) -> npt.NDArray[np.bool_]:
    again = (x > 0) & np.isfinite(z)
    require_weights(w, again, "sampling")
    for wrong, name, what in (
        ((x < 0) | (x % 1 > 0), "frequency", "are no whole number from 0"),
        (again & (z <= 0), "mean_value", "of repeat purchases are not above 0"),
    ):
        if wrong.any():
            raise MeasureError(
                f"{int(wrong.sum()):,} values {what} (rows {', '.join(map(str, np.flatnonzero(wrong)[:3]))})",
                where=name,
                remedy="give repeat purchases and the mean of what they were worth; leave out returns",
            )
    used = again & (w > 0)
    if used.sum() < 3:
        raise MeasureError(
            f"{int(used.sum())} customers bought again",
            remedy="give at least 3, and many more for an interval",
        )
    return np.asarray(used)


def _fitted(terms: Terms, w: Floats, back: Floats) -> tuple[Floats, Floats, float, Floats]:
    """Return parameters, covariance of their logarithms, log-likelihood, and inverse curvature per row.

    Values have a mean of 1; `back` takes the parameters to the unit as given.
    """
    top = maximum(terms, w, np.array([2.0, 3.0, 1.0]))
    curve = information(terms, w, top.theta)
    if not top.found or np.linalg.eigvalsh(curve).min() <= 0:
        shown = ", ".join(f"{name} {value:.3g}" for name, value in zip("pqv", top.theta * back, strict=True))
        raise MeasureError(
            f"the likelihood of Gamma–Gamma has no maximum: it still rises at {shown}",
            remedy="they spend too much alike, within or between them, to tell both apart: give more",
        )
    inverse: Floats = np.linalg.inv(curve).astype("float64")
    slopes = terms(top.theta)[1] * top.theta[:, None]
    alike = bool((w == w[0]).all())
    covariance: Floats = inverse if alike else np.asarray(inverse @ ((slopes * w**2) @ slopes.T) @ inverse)
    return top.theta, covariance, top.loglik, inverse * w.sum()


def _correlation(x: Floats, z: Floats, w: Floats) -> float:
    if np.ptp(x) == 0 or np.ptp(z) == 0:
        return np.nan
    covariance = np.cov(x, z, aweights=w)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def mean_spend(theta: Floats) -> Floats:
    """Return pv/(q − 1) of parameters in the last dimension; infinite where q ≤ 1."""
    p, q, v = np.moveaxis(theta, -1, 0)
    return np.where(q > 1, p * v / np.where(q > 1, q - 1, 1.0), np.inf)


def _rows(
    theta: Floats, covariance: Floats, draws: Floats, quantile: float, conf_level: float
) -> pd.DataFrame:
    estimate = np.append(theta, mean_spend(theta))
    slope = np.array([1.0, -theta[1] / (theta[1] - 1) if theta[1] > 1 else np.nan, 1.0])
    error = np.sqrt(np.append(np.diag(covariance), slope @ covariance @ slope))
    if len(draws):
        every = np.column_stack([draws, mean_spend(draws)])
        low, high = np.quantile(every, tails(conf_level), axis=0, method="closest_observation")
    else:
        reach = np.exp(quantile * error)
        low, high = estimate / reach, estimate * reach
    return pd.DataFrame({
        "term": pd.Series(["p", "q", "v", "mean_spend"], dtype="str"), "estimate": estimate,
        "std_error": estimate * error, "conf_low": low, "conf_high": high,
        "method": "bootstrap" if len(draws) else "information",
    })  # fmt: skip
