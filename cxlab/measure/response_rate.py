"""Share of the invited who answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxlab.estimate.estimates import Estimates
from cxlab.measure.score_table import By, segment_names, table_of
from cxlab.measure.shares import share_rows
from cxlab.model.errors import MeasureError
from cxlab.tally.value_counts import value_counts


def response_rate(invited: Any, *, by: By = None, conf_level: float = 0.95) -> Estimates:
    """Estimate the share of the people invited who answered.

    Parameters
    ----------
    invited
        One row per person invited with a flag `answered`, as `cxlab.invited` returns them; a frame of any
        engine.
    by
        Segment column or columns, such as `age_band`.
    conf_level
        Confidence level of Wilson's interval.

    Returns
    -------
    Estimates
        Shares, 0–1; `n` counts the people invited.

    Raises
    ------
    MeasureError
        Where a column is absent, or `answered` holds anything but yes and no.

    References
    ----------
    Wilson (1927), JASA 22, 209–212; AAPOR (2023), Standard Definitions: response rate 1, every person invited
    taken as eligible.
    """
    segments = segment_names(by)
    table = table_of(value_counts(invited, "answered", by=segments), "value", segments)
    known = [str(value) for value in table.scores]
    if not {"true", "false"}.issuperset(known):
        raise MeasureError("the column 'answered' is no flag", remedy="give what cx.invited(market) returns")
    inside = np.array([value == "true" for value in known], dtype=bool)
    rows = share_rows(table, inside, conf_level)
    return Estimates(
        "response_rate", "answered", tuple(segments), "share", "wilson", conf_level, "none", rows
    )
