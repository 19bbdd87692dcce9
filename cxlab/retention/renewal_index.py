"""The renewal indicator: how likely customers say they are to renew, on 0–100."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import Estimates, Scale, name_of, rows_of, weighting_of
from cxlab.estimate.intervals import kish_n_eff, student
from cxlab.estimate.linearised import Precision, effective_base, linearised, places
from cxlab.estimate.sample import Sample, sample_of
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind
from cxlab.retention.renewal_scores import INDEX, QUESTIONS, renewal_scores
from cxlab.tally.cluster_sums import ClusterSums
from cxlab.tally.entry import require_once

Floats = npt.NDArray[np.float64]
CENTRE = 50.0
COLUMN, SQUARE = "renewal index of this row", "its squared distance from the centre"
ROUNDING = 1e-9
"""Variance, in squared points, that rounding alone may leave."""


def renewal_index(
    frame: Any,
    *,
    questions: Sequence[str] = QUESTIONS,
    scales: Mapping[str, Scale] | Scale,
    by: str | Sequence[str] | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate the renewal indicator: the mean of the renewal questions, each brought onto 0–1, times 100.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    questions, scales
        As in `cxlab.renewal_scores`. Who left a question unanswered is not in the base.
    by
        Segment column or columns.
    weight
        Column of weights ≥ 0; only their ratios matter.
    cluster
        Column of what was drawn, or answers, together, such as the account of several contacts.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    conf_level
        Confidence level of the t interval, on n − 1 degrees of freedom; with clusters, on clusters less 1.

    Returns
    -------
    Estimates
        In points, 0 to 100. It is an index of what customers say, no share of those who will renew: that is
        what `cxlab.renewal_forecast` learns from past decisions.

    Raises
    ------
    MeasureError
        As `cxlab.renewal_scores`, and where a weight is missing or negative, or a row has no cluster.

    References
    ----------
    Särndal, Swensson, Wretman (1992), Model Assisted Survey Sampling, section 5.7 (the variance).
    """
    segments = [] if by is None else [by] if isinstance(by, str) else list(by)
    require_once(segments)
    asked = [questions] if isinstance(questions, str) else list(questions)
    scored = renewal_scores(frame, questions=asked, scales=scales, name=COLUMN)
    squared = nw.from_native(scored).with_columns(((nw.col(COLUMN) - CENTRE) ** 2).alias(SQUARE))
    sample = sample_of(squared.to_native(), weight, Design(cluster), weight_kind)
    rows = _rows(sample, segments, conf_level)
    if not rows["n"].sum():
        raise MeasureError(
            f"nobody answered all of {', '.join(asked)}", remedy="name questions that were asked together"
        )
    outcome = name_of(asked)
    return Estimates(
        INDEX, outcome, tuple(segments), "points", "linearised_t", conf_level,
        weighting_of(sample.weight), rows, (0.0, 100.0),
    )  # fmt: skip


def _rows(sample: Sample, segments: list[str], conf_level: float) -> pd.DataFrame:
    sums = sample.sums(COLUMN, segments, centre=CENTRE)
    levels = sums.levels.drop_duplicates(ignore_index=True) if segments else pd.DataFrame(index=[0])
    n, w, wx, w2 = (_by_level(sums, levels, name) for name in ("n", "sum_w", "sum_wx", "sum_w2"))
    total = np.where(w > 0, w, np.nan)
    mean, n_eff = wx / total, kish_n_eff(w, w2)
    if sample.plain:
        precision = _independent(sums, levels, mean, total, n)
    else:
        precision = linearised(sample, sums, levels, offset=mean, total=total)
        squares = _by_level(sample.sums(SQUARE, segments), levels, "sum_wx") / total - mean**2
        spread = np.divide(n * squares, n - 1, out=np.zeros_like(n), where=(n > 1) & (squares > ROUNDING))
        n_eff = effective_base(spread, precision, n_eff)
    low, high = student(mean + CENTRE, precision.std_error, precision.df, conf_level)
    return rows_of(
        levels, estimate=mean + CENTRE, std_error=precision.std_error, conf_low=np.clip(low, 0, 100),
        conf_high=np.clip(high, 0, 100), n=n.astype("int64"), n_eff=n_eff,
    )  # fmt: skip


def _independent(
    sums: ClusterSums, levels: pd.DataFrame, mean: Floats, total: Floats, n: Floats
) -> Precision:
    """Return the precision where every answer is a draw of its own."""
    second, cross, w2 = (_by_level(sums, levels, name) for name in ("sum_w2x2", "sum_w2x", "sum_w2"))
    squares = np.maximum(second - 2 * mean * cross + mean**2 * w2, 0)
    correction = np.divide(n, n - 1, out=np.full_like(n, np.nan), where=n > 1)
    return Precision(np.sqrt(correction * squares) / total, n - 1, n)


def _by_level(sums: ClusterSums, levels: pd.DataFrame, name: str) -> Floats:
    """Add up one of the sums over the clusters of each segment."""
    at = places(sums.levels, levels) if len(levels.columns) else np.zeros(len(sums.cells), dtype="int64")
    added = np.bincount(at, sums.cells[name].fillna(0.0).to_numpy(dtype="float64"), len(levels))
    return added.astype("float64")
