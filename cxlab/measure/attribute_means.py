"""Means of a matrix of scores, column by column, with their precision by design."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Estimates, Scale, rows_of, weighting_of
from cxlab.estimate.intervals import student
from cxlab.measure.influence import bases, influence_base, influence_precision
from cxlab.measure.ratings import Ratings
from cxlab.tally.covariances import ratio

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COLUMN, UNIT = "column of this row", "respondent of this row"


@dataclass(frozen=True, slots=True, eq=False)
class AttributeMeans:
    """Means of J attributes.

    Parameters
    ----------
    mean, std_error, df, n, n_eff
        Weighted means, their standard errors, degrees of freedom, answers and effective bases, shape (J,)
        each; NaN where there is nothing to estimate.
    """

    mean: Floats
    std_error: Floats
    df: Floats
    n: Floats
    n_eff: Floats


def attribute_means(ratings: Ratings, x: Floats) -> AttributeMeans:
    """Return the weighted mean of each column of x, shape (n, J), over the respondents who hold it."""
    sample = ratings.sample
    units_are_rows = sample.weight_kind == "frequency" and sample.design.given and not sample.design.cluster
    if sample.calibration is None and not units_are_rows:
        return _means(ratings, x)
    # Calibrated weights, and frequencies by strata, know their rows by number: one column at a time.
    parts = [_means(ratings, column[:, None]) for column in x.T]
    names = ("mean", "std_error", "df", "n", "n_eff")
    return AttributeMeans(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _means(ratings: Ratings, x: Floats) -> AttributeMeans:
    """Stack the columns, each a segment of its own, so that one pass over the rows serves them all."""
    rows, columns = x.shape
    level = np.repeat(np.arange(columns), rows)
    levels = pd.DataFrame({COLUMN: [str(place) for place in range(columns)]})
    stacked = _stacked(ratings, columns, level)
    values = x.T.ravel()
    answered = np.isfinite(values) & (stacked.w > 0)
    w = np.where(answered, stacked.w, 0.0)
    held = w * np.where(answered, values, 0.0)
    total, sum_x = (np.bincount(level, part, columns).astype("float64") for part in (w, held))
    mean = ratio(sum_x, total)
    z = np.where(answered, (values - mean[level]) / np.where(total > 0, total, np.nan)[level], np.nan)
    n, kish = bases(stacked, answered, level, columns)
    precision = influence_precision(stacked, z, levels, level)
    n_eff = influence_base(stacked, z, precision, kish, level)
    known = n > 0
    std_error, df = (
        np.where(known, part, none) for part, none in ((precision.std_error, np.nan), (precision.df, 0))
    )
    return AttributeMeans(mean, std_error, df, n, np.where(known, n_eff, 0.0))


def _stacked(ratings: Ratings, columns: int, level: Ints) -> Ratings:
    """Return the respondents once for each column; without clusters each is one, in all of his rows."""
    sample = ratings.sample
    rows = len(ratings.w)
    if columns == 1:
        frame = sample.frame.assign(**{COLUMN: "0"})
        return replace(ratings, sample=replace(sample, frame=frame), by=(COLUMN,))
    again = np.tile(np.arange(rows), columns)
    design = sample.design
    if design.given and design.cluster is None:
        design = replace(design, cluster=UNIT)
    frame = sample.frame.iloc[again].assign(**{COLUMN: level.astype("str"), UNIT: again})
    stacked = replace(sample, frame=frame, design=design)
    return replace(ratings, sample=stacked, w=ratings.w[again], by=(COLUMN,))


def attribute_estimates(
    means: AttributeMeans,
    ratings: Ratings,
    *,
    metric: str,
    outcome: str,
    scale: Scale,
    conf_level: float,
) -> Estimates:
    """Return the means as a result by attribute, with t intervals."""
    low, high = student(means.mean, means.std_error, means.df, conf_level)
    rows = rows_of(
        pd.DataFrame({"attribute_id": list(ratings.attributes)}),
        estimate=means.mean,
        std_error=means.std_error,
        conf_low=low,
        conf_high=high,
        n=means.n.astype("int64"),
        n_eff=means.n_eff,
    )
    weighting = weighting_of(ratings.sample.weight)
    return Estimates(
        metric, outcome, ("attribute_id",), "score", "linearised_t", conf_level, weighting, rows, scale
    )
