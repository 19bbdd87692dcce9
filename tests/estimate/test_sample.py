"""Which weights go with which rows."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.estimate.design import Design
from cxlab.estimate.sample import ROW, WEIGHT, sample_of
from cxlab.model.errors import MeasureError
from cxlab.model.weights import Weights

FRAME = pd.DataFrame({"s": [1.0, 2, 3]}, index=[5, 3, 9])


def _weights(values: list[float], index: list[int] | None = None) -> Weights:
    one = pd.Series(values, index=index or FRAME.index[: len(values)])
    return Weights(one, one, "raking", pd.DataFrame())


def test_weights_join_the_rows_in_their_order():
    for frame in (FRAME, pl.from_pandas(FRAME)):
        sample = sample_of(frame, _weights([0.5, 2.0, 7.0]), Design())
        assert type(sample.frame) is type(frame)
        assert np.array(sample.frame[WEIGHT]).tolist() == [0.5, 2.0, 7.0]
        assert np.array(sample.frame[ROW]).tolist() == [0, 1, 2]
        assert not sample.plain
    assert list(FRAME.columns) == ["s"]


def test_a_column_of_weights_leaves_the_frame_as_it_is():
    sample = sample_of(FRAME, "s", Design())
    assert sample.frame is FRAME
    assert sample.plain
    assert not sample_of(FRAME, "s", Design("s")).plain
    assert not sample_of(FRAME, None, Design(fpc="s")).plain


def test_other_weights_than_those_of_the_rows_are_refused():
    with pytest.raises(
        MeasureError, match="there are 2 weights for 3 rows; weight the frame that is measured"
    ):
        sample_of(FRAME, _weights([1.0, 2.0]), Design())
    for frame in (FRAME.sort_index(), FRAME.reset_index(drop=True)):
        with pytest.raises(MeasureError, match="the weights have another index than the rows"):
            sample_of(frame, _weights([1.0, 2.0, 3.0]), Design())


@pytest.mark.parametrize("frame", [duckdb.from_df(FRAME), pl.from_pandas(FRAME).lazy(), [1, 2, 3]])
def test_rows_without_an_order_have_no_calibrated_weights(frame: object):
    with pytest.raises(
        MeasureError, match=r"calibrated weights go with rows in an order, which a .* does not"
    ):
        sample_of(frame, _weights([1.0, 2.0, 3.0]), Design())
