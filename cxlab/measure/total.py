"""Total of an amount in the population."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, rows_of
from cxlab.estimate.intervals import kish_n_eff, student
from cxlab.estimate.linearised import linearised, places
from cxlab.estimate.sample import sample_of
from cxlab.measure.score_table import By, segment_names
from cxlab.model.errors import MeasureError
from cxlab.model.weights import Weights


def total(
    frame: Any,
    column: str,
    *,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the total of an amount in the population.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    column
        Numeric column. Missing amounts add nothing: the total is of the known ones.
    by
        Segment column or columns.
    weight
        Column of weights that gross the sample up to the population (one over the probability of being
        drawn), or the result of a calibration to totals, row for row (pandas and polars). Their scale
        matters, so a total without weights is refused.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`.
    conf_level
        Confidence level of the t interval, on clusters less strata degrees of freedom; without a design every
        row is its own cluster.

    Returns
    -------
    Estimates
        Σwx, in the unit of the amounts. `std_error` is that of sampling with replacement within strata, or
        without where `fpc` is named; `n_eff` is Kish's.

    Raises
    ------
    MeasureError
        Where no weight is named, the column is absent or holds no numbers, a weight is missing or negative,
        or the design contradicts itself or the rows.

    References
    ----------
    Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, section 4.3; the same as R survey's
    `svytotal`.
    """
    if weight is None:
        raise MeasureError(
            "a total needs weights that gross the sample up to the population",
            remedy="name weight=, such as a column of one over the probability of being drawn",
        )
    sample = sample_of(frame, weight, Design(cluster, stratum, fpc, nest=nest, lonely=lonely))
    segments = segment_names(by)
    sums = sample.sums(column, segments)
    levels = sums.levels[segments].drop_duplicates(ignore_index=True) if segments else pd.DataFrame(index=[0])
    level, k = places(sums.levels, levels), len(levels)
    n, sum_w, sum_w2, sum_wx = (
        np.bincount(level, sums.cells[name], k).astype("float64")
        for name in ("n", "sum_w", "sum_w2", "sum_wx")
    )
    amount = np.where(n > 0, sum_wx, np.nan)
    precision = linearised(sample, sums, levels, offset=np.zeros(k), total=np.ones(k))
    low, high = student(amount, precision.std_error, precision.df, conf_level)
    rows = rows_of(
        levels,
        estimate=amount,
        std_error=precision.std_error,
        conf_low=low,
        conf_high=high,
        n=n.astype("int64"),
        n_eff=kish_n_eff(sum_w, sum_w2),
    )
    return Estimates("total", column, tuple(segments), "amount", "linearised_t", conf_level, "weighted", rows)
