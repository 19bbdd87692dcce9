"""Share of answers with given values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.estimate.sample import sample_of
from cxlab.measure.averaged import answers_of, averaged, sums_of
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.shares import (
    ShareMethod,
    design_share_rows,
    interval_name,
    require_share_method,
    share_rows,
)
from cxlab.model.weights import WeightKind, Weights


def share(
    frame: Any,
    column: str,
    *,
    values: object | Sequence[object],
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: ShareMethod = "wilson",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the share of answers that hold one of some values.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    column
        Column of names, codes or flags. Missing answers are left out of the base.
    values
        The value, or the values, that count.
    by
        Segment column or columns.
    weight
        Column of sampling weights ≥ 0; the interval stands on Kish's effective base. Or the result of a
        calibration, such as `cxlab.rake`, row for row (pandas and polars): the variance is then that of its
        residuals.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`. The interval then stands on n over the
        design effect and on clusters less strata degrees of freedom.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    method
        `wilson`; `agresti_coull`, a little wider; `clopper_pearson`, which never covers less than its level;
        or `logit`, R survey's default for a design, which has no ends where the share is 0 or 1.
    conf_level
        Confidence level.

    Returns
    -------
    Estimates
        Shares, 0–1, of an outcome called `column=value`.

    Raises
    ------
    MeasureError
        Where the column is absent, a value never occurs in it (the nearest is named; of a flag both values
        are known), a weight is missing or negative, the method is unknown, or the design contradicts itself
        or the rows.

    References
    ----------
    Wilson (1927), JASA 22, 209–212. Korn, Graubard (1998), Survey Methodology 24, 193–201.
    """
    require_share_method(method)
    what, segments = averaged("share", column, values=values), segment_names(by)
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample = sample_of(frame, weight, design, weight_kind)
    answers = answers_of(sample, what, segments)
    table, inside = answers.table, answers.numbers == 1
    if sample.plain and method != "logit":
        rows = share_rows(table, inside, conf_level, method=method)
    else:
        sums = sums_of(sample, what, segments)
        rows = design_share_rows(sample, sums, table, inside, method=method, conf_level=conf_level)
    interval, weighting = interval_name(sample, method), weighting_of(sample.weight)
    return Estimates("share", what.outcome, tuple(segments), "share", interval, conf_level, weighting, rows)
