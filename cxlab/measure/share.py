"""Share of answers with given values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cxlab.estimate.estimates import Estimates, weighting_of
from cxlab.measure.score_table import By, segment_names, table_of
from cxlab.measure.shares import share_rows
from cxlab.model.errors import MeasureError, nearest
from cxlab.model.strict import code_text
from cxlab.tally.value_counts import value_counts


def share(
    frame: Any,
    column: str,
    *,
    values: object | Sequence[object],
    by: By = None,
    weight: str | None = None,
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
        Column of sampling weights ≥ 0. The interval stands on Kish's effective base.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1, of an outcome called `column=value`.

    Raises
    ------
    MeasureError
        Where the column is absent, a value never occurs in it (the nearest is named; of a flag both values
        are known), or a weight is missing or negative.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    wanted = [code_text(value) for value in _several(values)]
    segments = segment_names(by)
    counts = value_counts(frame, column, by=segments, weight=weight)
    table = table_of(counts, "value", segments)
    known = [str(value) for value in table.scores]
    _require_known(wanted, known, column)
    inside = np.array([value in wanted for value in known], dtype=bool)
    outcome = f"{column}={'|'.join(wanted)}"
    weighting = weighting_of(weight)
    rows = share_rows(table, inside, conf_level)
    return Estimates("share", outcome, tuple(segments), "share", "wilson", conf_level, weighting, rows)


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
