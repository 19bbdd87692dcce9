"""The smallest difference that a test of given bases detects."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd

from cxlab.measure.answer_variance import SizedMeasure, require_positive, unit_size, variance_of_answer
from cxlab.measure.sample_size_to_detect import reach_of_test


@dataclass(frozen=True, slots=True, repr=False)
class DetectableChange:
    """The smallest difference between two groups, or waves, that a test detects.

    Parameters
    ----------
    difference
        In the unit of the measure: points of NPS, a share 0–1, or the score's own unit.
    n, n_other
        Answers of each group.
    measure, variance, conf_level, power, design_effect
        As in `SampleSize`.
    """

    difference: float
    n: int
    n_other: int
    measure: SizedMeasure
    variance: float
    conf_level: float
    power: float
    design_effect: float

    def tidy(self) -> pd.DataFrame:
        """Return one row with all fields."""
        return pd.DataFrame([{name: getattr(self, name) for name in self.__slots__}])

    def summary(self) -> str:
        """Return one honest sentence in English."""
        digits, unit = (1, " points") if self.measure == "nps" else (3, "")
        return (
            f"With {self.n:,} and {self.n_other:,} answers a difference of "
            f"{self.difference:.{digits}f}{unit} in {self.measure} is detected with a probability of "
            f"{100 * self.power:g}%, tested at {100 * (1 - self.conf_level):g}%; a smaller one more rarely "
            f"(supposed: variance {self.variance:g}, design effect {self.design_effect:g})."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary as a paragraph."""
        return f"<p>{html.escape(self.summary())}</p>"


def detectable_change(
    n: int,
    n_other: int | None = None,
    *,
    power: float = 0.8,
    measure: SizedMeasure = "nps",
    variance: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    share: float | None = None,
    conf_level: float = 0.95,
    design_effect: float = 1.0,
) -> DetectableChange:
    """Return the smallest difference between two groups, or waves, that a test detects.

    Parameters
    ----------
    n, n_other
        Answers of either group; the same of both where one is named.
    power, measure, variance, promoters, detractors, share, conf_level, design_effect
        As in `cxlab.sample_size_to_detect`.

    Returns
    -------
    DetectableChange
        (z₁₋α⸝₂ + z_power) · √(V·deff·(1/n + 1/n_other)), in the unit of the measure.

    Raises
    ------
    MeasureError
        As `cxlab.sample_size_to_detect`.

    References
    ----------
    Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, section 4.2.
    """
    other = n if n_other is None else n_other
    inverse = 1 / require_positive(n, "n") + 1 / require_positive(other, "n_other")
    spread = variance_of_answer(measure, variance, promoters, detractors, share)
    effect = require_positive(design_effect, "design_effect")
    distance = reach_of_test(conf_level, power) * (spread * effect * inverse) ** 0.5
    return DetectableChange(
        unit_size(measure) * distance, n, other, measure, spread, conf_level, power, design_effect
    )
