"""The E-value: how strong a confounder must be, as a risk ratio with both sides, to explain a ratio away."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from numbers import Real
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError

EffectKind = Literal["risk_ratio", "odds_ratio", "hazard_ratio", "difference"]
PER_STANDARD_DEVIATION = 0.91
"""Log risk ratio per standardised difference of 1 (VanderWeele and Ding 2017, after Chinn 2000)."""
MOST_DEVIATIONS = 100.0
"""A larger difference was not standardised."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EValue:
    """The least strength of a confounder that could account for a ratio.

    Parameters
    ----------
    kind, rare
        What was given, and whether the outcome is rare, where that matters.
    true
        What would be left, on the scale of `kind`.
    rows
        `part` (estimate, or the interval's end nearest to `true`), `given` (on the scale of `kind`; of a
        difference the end is that of the ratio), `risk_ratio` (as approximated) and `e_value`: the risk
        ratio the confounder needs with exposure and outcome alike. 1 where the interval holds `true`.
    conf_level
        Confidence level of the interval.
    n
        Base, or None where it was not named.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    """

    kind: EffectKind
    rare: bool | None
    true: float
    rows: pd.DataFrame
    conf_level: float
    n: int | None
    suppressed: bool = False
    min_base: int = 0

    @property
    def e_value(self) -> float:
        """E-value of the estimate."""
        return float(self.rows["e_value"].iloc[0])

    @property
    def e_value_interval(self) -> float:
        """E-value of the interval's end nearest to `true`; NaN without an interval."""
        return float(self.rows["e_value"].iloc[1])

    def tidy(self) -> pd.DataFrame:
        """Return one row for the estimate and one for the end of its interval."""
        return self.rows.assign(
            kind=self.kind, rare=self.rare, true=self.true, conf_level=self.conf_level, n=self.n,
            suppressed=self.suppressed,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "E-value: too few answers to say."
        named = self.kind.replace("_", " ")
        approximated = self.rows["risk_ratio"].iloc[0]
        about = "" if self.kind == "risk_ratio" else f", a risk ratio of about {approximated:.2f},"
        base = "" if self.n is None else f" (n = {self.n})"
        end = self.e_value_interval
        interval = (
            "" if np.isnan(end) else f", and with {end:.2f} for the {100 * self.conf_level:g}% interval"
        )
        return (
            f"{named.capitalize()} {self.rows['given'].iloc[0]:.2f}{about}{base} could be accounted for by "
            "something unmeasured that goes with exposure and outcome with a risk ratio of "
            f"{self.e_value:.2f} each"
            f"{interval}, beyond what was controlled for."
        )

    def suppress(self, min_base: int) -> EValue:
        """Return the result, blanked where n is named and below `min_base`."""
        if min_base <= self.min_base or self.n is None or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(given=np.nan, risk_ratio=np.nan, e_value=np.nan)
        return replace(self, rows=rows, n=0, suppressed=True, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def e_value(
    estimate: float,
    *,
    kind: EffectKind,
    conf_low: float | None = None,
    conf_high: float | None = None,
    std_error: float | None = None,
    rare: bool | None = None,
    true: float | None = None,
    conf_level: float = 0.95,
    n: int | None = None,
) -> EValue:
    """Say how strong a confounder must be to explain a ratio away: `cx.e_value(3.9, kind="risk_ratio")`.

    Parameters
    ----------
    estimate
        A ratio above 0, or a difference in standard deviations of the outcome.
    kind
        `risk_ratio`, `odds_ratio`, `hazard_ratio`, or `difference` (standardised, between two groups).
    conf_low, conf_high
        Ends of the interval of a ratio, both or none.
    std_error
        Standard error of a standardised difference, from which its interval follows.
    rare
        Whether at most 15 % have the outcome (by the end of follow-up): needed of odds and hazard ratios. If
        so they count as risk ratios; if not, √odds ratio and (1 − .5^√h)/(1 − .5^√(1/h)) do.
    true
        What would be left, on the scale of `kind`; None takes no association.
    conf_level
        Confidence level of the interval.
    n
        Base of the estimate, for `suppress`.

    Returns
    -------
    EValue
        RR + √(RR (RR − 1)), with RR (or 1/RR) above 1 and relative to `true`.

    Raises
    ------
    MeasureError
        Where a ratio is not above 0, a difference is of more than 100 standard deviations, an interval does
        not hold its estimate, only one end is given, `rare` is lacking, or what was given is no number or
        does not go with `kind`.

    References
    ----------
    VanderWeele, Ding (2017), Annals of Internal Medicine 167, 268–274, tables 1 and 2. Ding, VanderWeele
    (2016), Epidemiology 27, 368–377 (the bound).
    """
    quantile = normal_quantile(conf_level)
    _require_kind(kind, rare, (conf_low, conf_high), std_error)
    _require_numbers(estimate, conf_low, conf_high, std_error, true)
    target = (0.0 if kind == "difference" else 1.0) if true is None else float(true)
    if kind == "difference":
        _require_differences(estimate, target, std_error)
        ends = _difference_ends(estimate, std_error, quantile)
        ratio, reference = np.exp(PER_STANDARD_DEVIATION * estimate), np.exp(PER_STANDARD_DEVIATION * target)
    else:
        _require_ratio(estimate, conf_low, conf_high, target)
        ends = None if conf_low is None or conf_high is None else (
            _ratio(conf_low, kind, rare), _ratio(conf_high, kind, rare)
        )  # fmt: skip
        ratio, reference = _ratio(estimate, kind, rare), _ratio(target, kind, rare)
    value = e_of(ratio / reference)
    given, near, of_end = np.nan, np.nan, np.nan
    if ends is not None:
        near = ends[0] if ratio >= reference else ends[1]
        reached = near <= reference if ratio >= reference else near >= reference
        of_end = 1.0 if reached else e_of(near / reference)
        if kind == "difference" or conf_low is None or conf_high is None:
            given = near
        else:
            given = conf_low if ratio >= reference else conf_high
    figures = {"given": [estimate, given], "risk_ratio": [ratio, near], "e_value": [value, of_end]}
    rows = pd.DataFrame(figures, dtype="float64")
    rows.insert(0, "part", pd.Series(["estimate", "interval"], dtype="str"))
    return EValue(kind, rare, target, rows, conf_level, n)


def e_of(risk_ratio: float) -> float:
    """Return the E-value of a risk ratio above 0."""
    above = max(risk_ratio, 1 / risk_ratio)
    return float(above + np.sqrt(above) * np.sqrt(above - 1))


def _ratio(value: float, kind: EffectKind, rare: bool | None) -> float:
    if kind == "risk_ratio" or rare:
        return float(value)
    if kind == "odds_ratio":
        return float(np.sqrt(value))
    if value in (0.0, np.inf):  # where the fraction below ends
        return float(value)
    root = np.sqrt(value)
    return float(np.expm1(-np.log(2) * root) / np.expm1(-np.log(2) / root))


def _difference_ends(estimate: float, std_error: float | None, quantile: float) -> tuple[float, float] | None:
    if std_error is None:
        return None
    reach = quantile * PER_STANDARD_DEVIATION * std_error
    centre = PER_STANDARD_DEVIATION * estimate
    # An end too far out for a float is 0 or infinite, as the interval is.
    with np.errstate(over="ignore"):
        return float(np.exp(centre - reach)), float(np.exp(centre + reach))


def _require_kind(
    kind: str, rare: bool | None, ends: tuple[float | None, float | None], std_error: float | None
) -> None:
    require_option("kind", kind, get_args(EffectKind))
    if kind in ("odds_ratio", "hazard_ratio") and rare is None:
        raise MeasureError(
            f"a {kind.replace('_', ' ')} is near a risk ratio only where the outcome is rare",
            remedy="say rare=True (15 % or fewer have it) or rare=False",
        )
    if kind == "difference" and ends != (None, None):
        raise MeasureError("the interval of a difference is made of its error", remedy="give std_error=")
    if kind != "difference" and std_error is not None:
        raise MeasureError("the interval of a ratio is not symmetric", remedy="give conf_low= and conf_high=")


def _require_numbers(*values: object) -> None:
    for value in values:
        if value is not None and not isinstance(value, Real):
            raise MeasureError(f"{value!r} is no number", remedy="give estimate and interval as numbers")


def _require_differences(estimate: float, target: float, std_error: float | None) -> None:
    if not all(finite_number(value) for value in (estimate, target, std_error or 0.0)) or (
        std_error is not None and std_error < 0
    ):
        raise MeasureError(
            "a difference or its error is no number, or the error is below 0", remedy="give finite numbers"
        )
    if max(abs(estimate), abs(target)) > MOST_DEVIATIONS:
        raise MeasureError(
            f"a difference of {max(estimate, target, key=abs):g} standard deviations is none",
            remedy="divide it by the standard deviation of the outcome",
        )


def _require_ratio(estimate: float, low: float | None, high: float | None, target: float) -> None:
    if not (np.isfinite(estimate) and estimate > 0 and np.isfinite(target) and target > 0):
        raise MeasureError(
            f"a ratio of {min(estimate, target):g} is none", remedy="give a ratio above 0, not its logarithm"
        )
    if (low is None) != (high is None):
        raise MeasureError("one end of the interval was given", remedy="give both, or none")
    if low is not None and high is not None and not 0 <= low <= estimate <= high:
        raise MeasureError(
            f"the interval {low:g} to {high:g} does not hold the estimate {estimate:g}",
            remedy="give the ends of the ratio, not of its logarithm",
        )
