"""A real Dask cluster gives what a loop gives: `pytest -m engines`, with the extra `dask`."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxlab.measure.nps import nps
from cxlab.model.errors import MeasureError
from cxlab.tally.cluster_sums import cluster_sums
from cxlab.tally.cross_products import MAX_BLOCKS
from cxlab.tally.moments import moments
from cxlab.tally.score_counts import score_counts
from tests.tally.engines import NULLABLE, awkward_frame
from tests.tally.loops import assert_counts_of_a_loop, assert_moments_of_a_loop, assert_same_moments
from tests.tally.test_moments import FRAME

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("dask_cluster")]
pytest.importorskip("distributed")
TABLE = awkward_frame()
SCORES = ["y", "a", "b", "c"]


@pytest.fixture(params=["parquet", "pandas"])
def answers(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The awkward frame, a partition for each row group of a Parquet file, or in five parts."""
    import dask.dataframe as dd

    if request.param == "pandas":
        return dd.from_pandas(TABLE.to_pandas(types_mapper=NULLABLE.get), npartitions=5)
    path = tmp_path / "answers.parquet"
    pq.write_table(TABLE, path, row_group_size=64, write_statistics=True)
    return dd.read_parquet(path, split_row_groups=True)


def in_parts(frame: pd.DataFrame, parts: int = 20) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(frame, npartitions=parts)


def test_counts_are_those_of_a_loop(answers: Any):
    assert_counts_of_a_loop(answers)


def test_moments_are_those_of_a_loop(answers: Any):
    assert_moments_of_a_loop(answers)


def test_nps_is_that_of_pandas(answers: Any):
    for options in ({}, {"by": "region", "weight": "w", "method": "score"}, {"by": ["store", "flag"]}):
        found, expected = nps(answers, **options).tidy(), nps(TABLE.to_pandas(), **options).tidy()
        for column in expected.columns:
            if expected[column].dtype == "float64":
                np.testing.assert_allclose(found[column], expected[column], rtol=1e-12, err_msg=column)
            else:
                assert found[column].tolist() == expected[column].tolist(), column


def test_moments_by_block_are_those_of_pandas():
    survey = in_parts(FRAME)
    for options in (
        {"weight": "w", "blocks": "block"},
        {"missing": "complete", "blocks": "block"},
        {"weight": "w"},
    ):
        found, expected = (
            moments(survey, "y", SCORES[1:], **options),
            moments(FRAME, "y", SCORES[1:], **options),
        )
        assert_same_moments(found, expected)


def test_weights_with_many_digits_agree_to_1e_12_and_with_themselves_to_the_last_digit():
    frame = FRAME.assign(w=np.random.default_rng(2).gamma(2, 1, len(FRAME)), year=2016.3 + FRAME["y"] * 1e-4)
    found, again = (moments(in_parts(frame), "year", SCORES, weight="w", blocks="block") for _ in range(2))
    expected = moments(frame, "year", SCORES, weight="w", blocks="block")
    assert_same_moments(found, expected, rtol=1e-12)
    assert_same_moments(found, again)
    counts, same = (score_counts(each, "y", by=["block"], weight="w") for each in (in_parts(frame), frame))
    assert counts["n"].tolist() == same["n"].tolist()
    np.testing.assert_allclose(counts["sum_w2"], same["sum_w2"], rtol=1e-12)


def test_without_a_cluster_the_threads_of_this_process_do_the_work():
    import dask

    with dask.config.set(scheduler="threads"):
        found = moments(in_parts(FRAME), "y", SCORES[1:], weight="w", blocks="block")
    assert_same_moments(found, moments(FRAME, "y", SCORES[1:], weight="w", blocks="block"))


def test_a_frame_without_rows():
    rows = in_parts(TABLE.to_pandas(types_mapper=NULLABLE.get), 3)
    empty = rows[rows["store"] == 77]
    assert moments(empty, "nps", ["csat"], weight="w", blocks="panel").n.shape == (0, 2, 2)
    assert score_counts(empty, "nps", by=["region"], weight="w").empty


def test_what_will_not_do_is_refused(answers: Any):
    with pytest.raises(MeasureError, match="the column 'region' holds String, not numbers"):
        moments(answers, "nps", "region")
    with pytest.raises(MeasureError, match=r"column 'ratio': \d+ answers have no weight or a negative one"):
        moments(answers, "nps", "csat", weight="ratio")
    with pytest.raises(MeasureError, match=r"column 'region': \d+ rows have no block"):
        moments(answers, "nps", "csat", blocks="region")


def test_an_error_of_a_worker_reaches_the_one_who_asked():
    many = in_parts(FRAME.assign(block=np.arange(len(FRAME))), 1)
    assert len(FRAME) > MAX_BLOCKS
    with pytest.raises(MeasureError, match="there are more than 10,000 blocks; name a column"):
        moments(many, "y", SCORES[1:], blocks="block")


def test_cluster_sums_are_those_of_pandas(answers: Any):
    # The weights stand in for clusters, for no other column is without gaps.
    options = {"by": ["region"], "weight": "w", "cluster": "w", "stratum": "w", "fpc": "w", "centre": 6.5}
    found, expected = (cluster_sums(frame, "nps", **options) for frame in (answers, TABLE.to_pandas()))
    pd.testing.assert_frame_equal(found.levels, expected.levels)
    pd.testing.assert_frame_equal(found.cells, expected.cells, check_exact=True)
