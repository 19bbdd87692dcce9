"""Response rates: the share of a flag, with the interval tested in test_intervals."""

import pandas as pd
import polars as pl
import pytest

from cxlab.estimate.intervals import wilson
from cxlab.measure.response_rate import response_rate
from cxlab.measure.share import share
from cxlab.model.errors import MeasureError

PEOPLE = pd.DataFrame(
    {
        "answered": [True, False, False, True, False, True, False, False],
        "segment": ["a", "a", "a", "b", "b", "b", None, None],
    }
)


def test_by_hand():
    result = response_rate(PEOPLE)
    assert (result.metric, result.outcome, result.unit, result.method) == (
        "response_rate", "answered", "share", "wilson",
    )  # fmt: skip
    row = result.rows.iloc[0]
    low, high = wilson(pd.Series([0.375]).to_numpy(), pd.Series([8.0]).to_numpy(), 0.95)
    assert (row["estimate"], row["n"]) == (0.375, 8)
    assert (row["conf_low"], row["conf_high"]) == (low[0], high[0])


def test_segments_with_nobody_answering_are_kept():
    result = response_rate(PEOPLE, by="segment").rows.set_index("level")
    assert result["estimate"].to_dict() == pytest.approx({"a": 1 / 3, "b": 2 / 3, "(missing)": 0.0})
    assert result["n"].to_dict() == {"a": 3, "b": 3, "(missing)": 2}


def test_it_is_a_share_on_every_engine():
    expected = share(PEOPLE, "answered", values=True, by="segment").rows
    for frame in (PEOPLE, pl.from_pandas(PEOPLE)):
        found = response_rate(frame, by="segment").rows
        pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("flag", [True, False])
def test_everybody_and_nobody(flag):
    assert response_rate(PEOPLE.assign(answered=flag)).rows["estimate"].tolist() == [float(flag)]


def test_a_column_that_is_no_flag_is_refused():
    with pytest.raises(MeasureError, match="'answered' is no flag"):
        response_rate(PEOPLE.assign(answered="maybe"))
    with pytest.raises(MeasureError, match="no column 'answered'"):
        response_rate(PEOPLE[["segment"]])
