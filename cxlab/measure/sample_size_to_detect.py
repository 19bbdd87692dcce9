"""How many answers it needs to detect a difference."""

from __future__ import annotations

from cxlab.estimate.intervals import normal_quantile
from cxlab.measure.answer_variance import SizedMeasure, require_positive, unit_size, variance_of_answer
from cxlab.measure.sample_size import SampleSize, rounded_up
from cxlab.model.errors import MeasureError


def sample_size_to_detect(
    difference: float,
    *,
    power: float = 0.8,
    measure: SizedMeasure = "nps",
    variance: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    share: float | None = None,
    conf_level: float = 0.95,
    design_effect: float = 1.0,
) -> SampleSize:
    """Return how many answers each of two groups, or waves, needs for a test to detect a difference.

    Parameters
    ----------
    difference
        Difference between the groups: points of NPS, a share 0–1, or the score's own unit.
    power
        Probability that the two-sided test detects it.
    measure, variance, promoters, detractors, share, design_effect
        As in `cxlab.sample_size`; both groups have this variance.
    conf_level
        1 less the size of the test.

    Returns
    -------
    SampleSize
        n = (z₁₋α⸝₂ + z_power)² · 2V·deff/difference², rounded up, of each group.

    Raises
    ------
    MeasureError
        As `cxlab.sample_size`, and where the power is not between 0.5 and 1.

    References
    ----------
    Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, section 4.2.
    """
    wanted = require_positive(difference, "difference") / unit_size(measure)
    spread = variance_of_answer(measure, variance, promoters, detractors, share)
    effect = require_positive(design_effect, "design_effect")
    n = 2 * spread * effect * (reach_of_test(conf_level, power) / wanted) ** 2
    return SampleSize(
        rounded_up(n), "difference", difference, measure, spread, conf_level, power, design_effect
    )


def reach_of_test(conf_level: float, power: float) -> float:
    """Return how many standard errors a difference must be away from 0 to be detected with this power."""
    if not 0.5 < power < 1:
        raise MeasureError(f"a power of {power} is none to plan with", remedy="take one such as 0.8")
    return normal_quantile(conf_level) + normal_quantile(2 * power - 1)
