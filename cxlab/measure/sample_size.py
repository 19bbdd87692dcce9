"""How many answers a wanted margin needs."""

from __future__ import annotations

import html
from dataclasses import dataclass
from math import ceil

import pandas as pd

from cxlab.estimate.intervals import normal_quantile
from cxlab.measure.answer_variance import SizedMeasure, require_positive, unit_size, variance_of_answer
from cxlab.model.errors import MeasureError


@dataclass(frozen=True, slots=True, repr=False)
class SampleSize:
    """How many answers are needed, and under which suppositions.

    Parameters
    ----------
    n
        Answers, of each group where two are compared.
    aim
        `margin` or `difference`.
    size
        The margin (half the interval) or the difference, in the unit of the measure.
    measure
        `nps` (points), `share` (0–1) or `mean_score` (on the score's own scale).
    variance
        Supposed variance of one answer; of NPS with an answer as −1, 0 or 1.
    conf_level
        Confidence level.
    power
        Probability to detect the difference; None for a margin.
    design_effect
        Supposed design effect.
    population
        Size of the population; None where it is large.
    """

    n: int
    aim: str
    size: float
    measure: SizedMeasure
    variance: float
    conf_level: float
    power: float | None = None
    design_effect: float = 1.0
    population: int | None = None

    def tidy(self) -> pd.DataFrame:
        """Return one row with all fields."""
        return pd.DataFrame([{name: getattr(self, name) for name in self.__slots__}])

    def summary(self) -> str:
        """Return one honest sentence in English."""
        unit = " points" if self.measure == "nps" else ""
        supposed = f"variance {self.variance:g}, design effect {self.design_effect:g}"
        of = "" if self.population is None else f" of a population of {self.population:,}"
        if self.power is None:
            aim = f"a {100 * self.conf_level:g}% interval of ±{self.size:g}{unit} for {self.measure}"
            return f"{self.n:,} answers{of} give {aim} (supposed: {supposed})."
        return (
            f"{self.n:,} answers in each of two groups{of} detect a difference of {self.size:g}{unit} in "
            f"{self.measure} with a probability of {100 * self.power:g}%, tested at "
            f"{100 * (1 - self.conf_level):g}% (supposed: {supposed})."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary as a paragraph."""
        return f"<p>{html.escape(self.summary())}</p>"


def sample_size(
    margin: float,
    *,
    measure: SizedMeasure = "nps",
    variance: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    share: float | None = None,
    conf_level: float = 0.95,
    design_effect: float = 1.0,
    population: int | None = None,
) -> SampleSize:
    """Return how many answers an interval of a wanted margin needs.

    Parameters
    ----------
    margin
        Half the width of the interval: points of NPS, a share 0–1, or the score's own unit.
    measure
        `nps`, `share` or `mean_score`.
    variance
        Supposed variance of one answer: of NPS P + D − (P − D)², at most 1; of a share p(1 − p), at most ¼.
        Or leave it out and name `promoters` and `detractors`, or `share`.
    promoters, detractors
        Supposed shares of both, for NPS.
    share
        Supposed share.
    conf_level
        Confidence level.
    design_effect
        How many times larger the variance is than that of independent answers: weights and clusters.
    population
        Customers there are; the sample is then drawn without replacement. None where they are many.

    Returns
    -------
    SampleSize
        n = z²V·deff/margin², and n/(1 + (n − 1)/N) in a population of N; rounded up. These are answers, not
        invitations: divide by the response rate.

    Raises
    ------
    MeasureError
        Where the variance is not named once, or a number is out of range.

    References
    ----------
    Cochran (1977), Sampling Techniques, sections 4.6 and 4.7.
    """
    wanted = require_positive(margin, "margin") / unit_size(measure)
    spread = variance_of_answer(measure, variance, promoters, detractors, share)
    effect = require_positive(design_effect, "design_effect")
    n = normal_quantile(conf_level) ** 2 * spread * effect / wanted**2
    if population is not None:
        if population < 1:
            raise MeasureError(
                f"a population of {population} is none", remedy="count the customers there are"
            )
        n = n / (1 + (n - 1) / population)
    return SampleSize(
        rounded_up(n), "margin", margin, measure, spread, conf_level, None, design_effect, population
    )


def rounded_up(n: float) -> int:
    """Return the next whole number, at least 1."""
    # An n that is whole but for rounding is not rounded up.
    return max(ceil(n - 1e-9), 1)
