"""Share of respondents who answered a question."""

from __future__ import annotations

from typing import Any

from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.measure.score_table import By, segment_names, table_of
from cxlab.measure.shares import share_rows
from cxlab.tally.answer_counts import answer_counts


def answered(
    frame: Any, column: str, *, by: By = None, weight: str | None = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate the share of rows that hold an answer to a question.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    column
        Column of any kind; NaN and infinite values are no answers. The base is every row.
    by
        Segment column or columns.
    weight
        Column of sampling weights ≥ 0. The interval stands on Kish's effective base.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1; one minus a share is the item non-response.

    Raises
    ------
    MeasureError
        Where the column is absent, or a row has no weight or a negative one.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    segments = segment_names(by)
    counts = answer_counts(frame, column, by=segments, weight=weight)
    table = table_of(counts, "answered", segments)
    rows = share_rows(table, table.scores == 1, conf_level)
    weighting = weighting_of(weight)
    return Estimates("answered", column, tuple(segments), "share", "wilson", conf_level, weighting, rows)
