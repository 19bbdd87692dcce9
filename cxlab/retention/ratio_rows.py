"""Rows of a result: log ratios with their errors, tests and intervals. Arrays in, a table out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, stdtr

from cxlab.estimate.intervals import normal_quantile, student_quantile

Floats = npt.NDArray[np.float64]
FIGURES = ["coefficient", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]
RATIOS = ["ratio", "ratio_conf_low", "ratio_conf_high"]


def ratio_rows(
    terms: Sequence[str], coefficient: Floats, error: Floats, clusters: int, conf_level: float
) -> pd.DataFrame:
    """Return one row per term: `term`, FIGURES, RATIOS and `suppressed`.

    Parameters
    ----------
    terms
        Names of the p terms.
    coefficient, error
        Log ratios and their standard errors, shape (p,) each.
    clusters
        Clusters of the errors, whose number less one are the degrees of freedom of t; 0: normal.
    conf_level
        Confidence level of each interval.
    """
    df = float(clusters - 1) if clusters else np.inf
    reach = normal_quantile(conf_level)
    if clusters:
        reach = float(student_quantile(np.array([df]), conf_level)[0])
    statistic = coefficient / error
    tail = stdtr(df, -np.abs(statistic)) if clusters else ndtr(-np.abs(statistic))
    low, high = coefficient - reach * error, coefficient + reach * error
    figures = [coefficient, error, statistic, np.full(len(error), df), 2 * tail, low, high]
    ratios = [np.exp(coefficient), np.exp(low), np.exp(high)]
    table = pd.DataFrame({"term": pd.Series(list(terms), dtype="str")})
    columns = dict(zip([*FIGURES, *RATIOS], [*figures, *ratios], strict=True))
    return table.assign(**columns, suppressed=False)
