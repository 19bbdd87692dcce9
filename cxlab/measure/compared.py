"""Sides compared: the test and the interval of each difference, independent or by design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.contrasts import Contrasts, contrast_rows
from cxlab.estimate.difference import (
    EDGE,
    Ends,
    Side,
    Tested,
    pooled_z,
    recovered,
    student_ends,
    student_t,
    wald_ends,
    wald_z,
    welch_df,
)
from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import normal_quantile, wilson
from cxlab.estimate.linearised import Precision, effective_base
from cxlab.estimate.multiplicity import Family, adjusted, each_level
from cxlab.estimate.require_option import require_option
from cxlab.estimate.sample import Sample
from cxlab.estimate.taylor import taylor
from cxlab.measure.averaged import Answers, Averaged, sums_of
from cxlab.measure.nps import nps_interval
from cxlab.measure.sides import Moments, Sides, moments_of
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TestName = Literal["pooled_z", "adjusted_wald", "wald"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the sides.

    Parameters
    ----------
    by, group, against
        As in `Contrasts`.
    method
        Test of independent shares or NPS; None for the default.
    family, conf_level
        As in `Contrasts`.
    """

    by: tuple[str, ...]
    group: str
    against: str
    method: TestName | None
    family: Family
    conf_level: float


def name_of_test(sample: Sample, what: Averaged, method: TestName | None) -> str:
    """Return the name of the test that a measure and a sample call for.

    Raises
    ------
    MeasureError
        Where the method is unknown, or is not one of this measure or sample.
    """
    if method is not None:
        require_option("method", method, get_args(TestName))
    natural = "linearised_t" if not sample.plain else "pooled_z" if what.classes else "welch_t"
    if method is None or method == natural:
        return natural
    if natural != "pooled_z" or (method == "adjusted_wald" and what.unit != "points"):
        kind = "a design" if not sample.plain else f"'{what.metric}'"
        raise MeasureError(f"method '{method}' is not one for {kind}", remedy="leave method= away")
    return method


def compared(sample: Sample, what: Averaged, answers: Answers, sides: Sides, asked: Question) -> Contrasts:
    """Compare sides of a sample.

    Parameters
    ----------
    sample
        The rows and their design.
    what
        The measure.
    answers
        Its counted answers in each segment.
    sides
        What is compared with what.
    asked
        How it is tested and told.
    """
    method = name_of_test(sample, what, asked.method)
    moments = moments_of(sides, answers)
    a, b = sides.a, sides.b
    difference = moments.mean[a] - moments.mean[b]
    if sample.plain:
        test, n_eff = _independent(moments, a, b, method), moments.n_eff
    else:
        names = (*asked.by, asked.group)
        test, n_eff = _by_design(sample, what, answers, sides, moments, names)
    each = each_level(asked.conf_level, int(np.isfinite(test.p_value).sum()), asked.family)
    low, high = _ends(what, moments, a, b, test, method, each)
    base = moments.table.base
    rows = contrast_rows(
        sides.names,
        estimate_a=what.factor * moments.mean[a],
        estimate_b=what.factor * moments.mean[b],
        difference=what.factor * difference,
        std_error=what.factor * test.std_error,
        statistic=test.statistic,
        df=test.df,
        p_value=test.p_value,
        p_adjusted=adjusted(test.p_value, asked.family),
        conf_low=what.factor * low,
        conf_high=what.factor * high,
        n_a=base[a],
        n_b=base[b],
        n_eff_a=n_eff[a],
        n_eff_b=n_eff[b],
    )
    return Contrasts(
        what.metric,
        what.outcome,
        asked.by,
        asked.group,
        asked.against,
        what.unit,
        method,
        asked.family,
        asked.conf_level,
        weighting_of(sample.weight),
        rows,
        what.scale,
    )


def _independent(moments: Moments, a: Ints, b: Ints, method: str) -> Tested:
    if method == "welch_t":
        n = moments.table.base.astype("float64")
        correction = np.divide(n, n - 1, out=np.full_like(n, np.nan), where=n > 1)
        error = np.sqrt(correction * moments.squares) / moments.total
        df = welch_df(error[a], error[b], n[a] - 1, n[b] - 1)
        return student_t(moments.mean[a] - moments.mean[b], np.hypot(error[a], error[b]), df)
    if method == "pooled_z":
        return pooled_z(_side(moments, a), _side(moments, b))
    return wald_z(_side(moments, a), _side(moments, b), **_added(method))


def _by_design(
    sample: Sample, what: Averaged, answers: Answers, sides: Sides, moments: Moments, by: tuple[str, ...]
) -> tuple[Tested, Floats]:
    """Test by Student's t on linearised standard errors; also return the effective base of each side."""
    table = answers.table
    everyone = table.sum_w.sum()
    centre = float((table.sum_w @ answers.numbers).sum() / everyone) if everyone > 0 else 0.0
    slope_x = (sides.members / moments.total[:, None]).T
    slope_w = (-sides.members * ((moments.mean - centre) / moments.total)[:, None]).T
    a, b = sides.a, sides.b
    precision = taylor(
        sample,
        sums_of(sample, what, by, centre=centre),
        table.levels,
        slope_x=np.hstack([slope_x, slope_x[:, a] - slope_x[:, b]]),
        slope_w=np.hstack([slope_w, slope_w[:, a] - slope_w[:, b]]),
    )
    d = len(sides.members)
    own = Precision(precision.std_error[:d], precision.df[:d], precision.psus[:d])
    known = (own.df[a] > 0) & (own.df[b] > 0)
    std_error = np.where(known, precision.std_error[d:], np.nan)
    # What rounding leaves of a difference between equals is no standard error.
    std_error[std_error < 1e-7 * np.fmax(own.std_error[a], own.std_error[b])] = 0.0
    test = student_t(moments.mean[a] - moments.mean[b], std_error, np.where(known, precision.df[d:], 0.0))
    n = moments.table.base.astype("float64")
    inner = (moments.variance > EDGE) & (n > 1)
    spread = np.divide(n * moments.variance, n - 1, out=np.zeros_like(n), where=inner)
    return test, effective_base(spread, own, moments.n_eff)


def _ends(
    what: Averaged, moments: Moments, a: Ints, b: Ints, test: Tested, method: str, conf_level: float
) -> Ends:
    if method.endswith("_t"):
        return student_ends(moments.mean[a] - moments.mean[b], test, conf_level)
    if method != "pooled_z":
        return wald_ends(_side(moments, a), _side(moments, b), conf_level, **_added(method))
    low, high = _ends_of_each(what, moments, conf_level)
    return recovered(moments.mean[a], (low[a], high[a]), moments.mean[b], (low[b], high[b]))


def _ends_of_each(what: Averaged, moments: Moments, conf_level: float) -> Ends:
    """Return the interval of each side: adjusted Wald of NPS, Wilson of a share."""
    base = np.where(moments.n_eff > 0, moments.n_eff, np.nan)
    if what.unit == "share":
        return wilson(np.clip(moments.mean, 0, 1), base, conf_level)
    scores, table = moments.table.scores, moments.table
    return nps_interval(
        table.share_of(scores >= 9),
        table.share_of(scores < 7),
        base,
        method="adjusted_wald",
        quantile=normal_quantile(conf_level),
    )


def _side(moments: Moments, which: Ints) -> Side:
    base = np.where(moments.n_eff > 0, moments.n_eff, np.nan)
    return Side(moments.mean[which], moments.variance[which], base[which])


def _added(method: str) -> dict[str, float]:
    """Return what a test adds: ¾ promoter, 1½ passives and ¾ detractor to each side, or nothing."""
    return {"added": 3.0, "spread": 1.5} if method == "adjusted_wald" else {}
