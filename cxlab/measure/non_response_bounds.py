"""How different the silent would have to be to overturn a headline."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, Scale, Unit
from cxlab.model.errors import MeasureError

_DIGITS = {"points": 1, "share": 3, "score": 2}


@dataclass(frozen=True, slots=True, repr=False)
class NonResponseBounds:
    """What a headline can be, whatever the silent think.

    Parameters
    ----------
    metric, outcome, unit
        What was measured, as in `Estimates`.
    estimate
        Value among those who answered.
    n
        Their number.
    response_rate
        Share of those asked who answered.
    bound_low, bound_high
        Value among all who were asked, if all the silent gave the lowest or the highest answer.
    conf_low, conf_high
        The same from the ends of the interval, so with the error of sampling.
    threshold
        Value that would overturn the headline.
    silent_at_threshold
        Value among the silent that brings the value of all to the threshold.
    tipping
        How far that is from those who answered: below 0, the silent would have to be lower.
    possible
        Whether such a value exists on the scale.
    """

    metric: str
    outcome: str
    unit: Unit
    estimate: float
    n: int
    response_rate: float
    bound_low: float
    bound_high: float
    conf_low: float
    conf_high: float
    threshold: float
    silent_at_threshold: float
    tipping: float
    possible: bool

    def tidy(self) -> pd.DataFrame:
        """Return one row with all fields."""
        return pd.DataFrame([{name: getattr(self, name) for name in self.__slots__}])

    def summary(self) -> str:
        """Return one honest sentence in English."""
        digits, unit = _DIGITS[self.unit], " points" if self.unit == "points" else ""
        subject = f"{self.metric} of {self.outcome}"
        if np.isnan(self.estimate):
            return f"{subject}: too few answers to say what the silent could change."
        rate = f"{100 * self.response_rate:.0f}% answered"
        if not self.possible:
            return (
                f"{subject} is {self.estimate:.{digits}f}{unit} ({rate}); nothing the silent could have said "
                f"brings it to {self.threshold:.{digits}f} (bounds {self.bound_low:.{digits}f} to "
                f"{self.bound_high:.{digits}f})."
            )
        side = "lower" if self.tipping < 0 else "higher"
        bounds = f"bounds {self.bound_low:.{digits}f} to {self.bound_high:.{digits}f}"
        return (
            f"{subject} is {self.estimate:.{digits}f}{unit} ({rate}); the silent would have to be "
            f"{abs(self.tipping):.{digits}f}{unit} {side} than those who answered to bring it to "
            f"{self.threshold:.{digits}f} ({bounds})."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary as a paragraph."""
        return f"<p>{html.escape(self.summary())}</p>"


def non_response_bounds(
    result: Estimates, response_rate: float, *, threshold: float | None = None
) -> NonResponseBounds:
    """Bound a headline by what the silent could have said, and find where they would overturn it.

    Parameters
    ----------
    result
        NPS, a share or a mean with a known scale, for everyone.
    response_rate
        Share of those asked who answered, above 0 and at most 1: `cxlab.response_rate`.
    threshold
        Value that would overturn the headline; 0 points for NPS where none is named.

    Returns
    -------
    NonResponseBounds
        With rate r and estimate e, the value of all is r·e + (1 − r)·s, where s is that of the silent. The
        bounds put s at the ends of the scale; the silent reach the threshold t at e + (t − e)/(1 − r).

    Raises
    ------
    MeasureError
        Where the result is by segment, has no scale or no threshold, or the rate is out of range.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 13.2. Manski (2003), Partial Identification of Probability
    Distributions, chapter 1.
    """
    low, high = _ends(result)
    if not 0 < response_rate <= 1:
        raise MeasureError(
            f"a response rate of {response_rate:g} is none", remedy="name a share above 0 and at most 1"
        )
    if threshold is None:
        if result.unit != "points":
            raise MeasureError(
                f"nothing says what would overturn '{result.metric}'", remedy="name the value: threshold="
            )
        threshold = 0.0
    if not low <= threshold <= high:
        raise MeasureError(
            f"a threshold of {threshold:g} lies outside {low:g} to {high:g}",
            remedy="name one in the unit of the measure",
        )
    row = result.rows.iloc[0]
    names = ("estimate", "conf_low", "conf_high")
    estimate, conf_low, conf_high = (float(row[name]) if pd.notna(row[name]) else np.nan for name in names)
    silent = 1 - response_rate
    at = estimate + (threshold - estimate) / silent if silent > 0 else np.nan
    return NonResponseBounds(
        result.metric,
        result.outcome,
        result.unit,
        estimate,
        0 if pd.isna(row["n"]) else int(row["n"]),
        response_rate,
        bound_low=response_rate * estimate + silent * low,
        bound_high=response_rate * estimate + silent * high,
        conf_low=response_rate * conf_low + silent * low,
        conf_high=response_rate * conf_high + silent * high,
        threshold=threshold,
        silent_at_threshold=at,
        tipping=at - estimate,
        possible=bool(low <= at <= high),
    )


def _ends(result: Estimates) -> Scale:
    if result.by:
        raise MeasureError(
            "bounds are those of one figure, and this is by segment", remedy="measure everyone, without by="
        )
    ends = {"points": (-100.0, 100.0), "share": (0.0, 1.0)}.get(result.unit, result.scale)
    if ends is None or result.unit not in _DIGITS:
        raise MeasureError(
            f"the ends of the scale of '{result.outcome}' are not known",
            remedy="name them where it is measured: scale=(1, 5)",
        )
    return ends
