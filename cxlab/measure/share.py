"""Share of answers with given values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.estimate.sample import Sample, sample_of
from cxlab.measure.score_table import By, segment_names, table_of
from cxlab.measure.shares import (
    ShareMethod,
    design_share_rows,
    interval_name,
    require_share_method,
    share_rows,
)
from cxlab.model.errors import MeasureError, nearest
from cxlab.model.strict import code_text
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.cluster_sums import ClusterSums
from cxlab.tally.value_counts import value_counts


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
        `wilson`, or `logit`, R survey's default for a design, which has no ends where the share is 0 or 1.
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
    wanted = [code_text(value) for value in _several(values)]
    segments = segment_names(by)
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample = sample_of(frame, weight, design, weight_kind)
    counts = value_counts(sample.frame, column, by=segments, weight=sample.weight, weight_kind=weight_kind)
    table = table_of(counts, "value", segments)
    known = [str(value) for value in table.scores]
    _require_known(wanted, known, column)
    inside = np.array([value in wanted for value in known], dtype=bool)
    outcome = f"{column}={'|'.join(wanted)}"
    if sample.plain and method == "wilson":
        rows = share_rows(table, inside, conf_level)
    else:
        sums = _sums(sample, column, wanted, segments)
        rows = design_share_rows(sample, sums, table, inside, method=method, conf_level=conf_level)
    interval, weighting = interval_name(sample, method), weighting_of(sample.weight)
    return Estimates("share", outcome, tuple(segments), "share", interval, conf_level, weighting, rows)


def _sums(sample: Sample, column: str, wanted: list[str], segments: list[str]) -> ClusterSums:
    """Count the answers by value, and give each the number 1 or 0."""
    sums = sample.sums(None, list(dict.fromkeys([*segments, column])))
    value, cells = sums.levels[column], sums.cells.copy()
    counted = ["n", "sum_w", "sum_w2"]
    cells[counted] = cells[counted].where(value.notna(), 0)
    for with_x, without in (("sum_wx", "sum_w"), ("sum_w2x", "sum_w2"), ("sum_w2x2", "sum_w2")):
        cells[with_x] = cells[without].where(value.isin(wanted), 0.0)
    return ClusterSums(sums.levels, cells)


def _several(values: object) -> list[object]:
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]


def _require_known(wanted: list[str], known: list[str], column: str) -> None:
    if not wanted:
        raise MeasureError(f"no value of '{column}' is named", remedy="name at least one: values=")
    # Of a flag both values are known, though one may never occur; of a column without answers, none is.
    flags = {"true", "false"} if {"true", "false"}.issuperset(known) else set()
    for value in wanted:
        if known and value not in {*known, *flags}:
            raise MeasureError(f"no answer in '{column}' is '{value}'", remedy=nearest(value, known))
