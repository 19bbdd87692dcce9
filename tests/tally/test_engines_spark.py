"""A real Spark session gives what a loop gives: `pytest -m engines`, with Java 17 and the extra `spark`."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab.measure.nps import nps
from cxlab.model.errors import MeasureError
from cxlab.tally import spark_sums
from cxlab.tally.cluster_sums import cluster_sums
from cxlab.tally.moments import moments
from cxlab.tally.score_counts import score_counts
from tests.tally.engines import awkward_frame
from tests.tally.loops import assert_counts_of_a_loop, assert_moments_of_a_loop, assert_same_moments
from tests.tally.test_moments import FRAME

pytestmark = pytest.mark.engines
pytest.importorskip("pyspark")
TABLE = awkward_frame()
SCORES = ["y", "a", "b", "c"]


@pytest.fixture(params=["parquet", "arrow"])
def answers(spark: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The awkward frame, in row groups whose statistics leave NaN out, or spread over five partitions."""
    if request.param == "arrow":
        return spark.createDataFrame(TABLE).repartition(5)
    path = tmp_path / "answers.parquet"
    pq.write_table(TABLE, path, row_group_size=64, write_statistics=True)
    return spark.read.parquet(str(path))


@pytest.fixture(scope="module")
def survey(spark: Any) -> Any:
    return spark.createDataFrame(pa.Table.from_pandas(FRAME, preserve_index=False)).repartition(7)


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


def test_moments_by_block_are_those_of_pandas(survey: Any):
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
        np.testing.assert_array_equal(
            found.covariance(), moments(survey, "y", SCORES[1:], **options).covariance()
        )


def test_weights_with_many_digits_agree_to_1e_12(spark: Any):
    frame = FRAME.assign(w=np.random.default_rng(2).gamma(2, 1, len(FRAME)), year=2016.3 + FRAME["y"] * 1e-4)
    rows = spark.createDataFrame(pa.Table.from_pandas(frame, preserve_index=False)).repartition(7)
    found = moments(rows, "year", SCORES, weight="w", blocks="block")
    expected = moments(frame, "year", SCORES, weight="w", blocks="block")
    assert_same_moments(found, expected, rtol=1e-12)
    np.testing.assert_allclose(found.covariance(), expected.covariance(), rtol=1e-10)
    counts, same = (score_counts(each, "y", by=["block"], weight="w") for each in (rows, frame))
    assert counts["n"].tolist() == same["n"].tolist()
    np.testing.assert_allclose(counts["sum_w2"], same["sum_w2"], rtol=1e-12)


def test_a_frame_without_rows(spark: Any):
    rows = spark.createDataFrame(TABLE).filter("store = 77").repartition(3)
    found = moments(rows, "nps", ["csat"], weight="w", blocks="panel")
    assert found.n.shape == (0, 2, 2)
    assert score_counts(rows, "nps", by=["region"], weight="w").empty


def test_what_will_not_do_is_refused(spark: Any, answers: Any, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(MeasureError, match="the column 'region' holds String, not numbers"):
        moments(answers, "nps", "region")
    with pytest.raises(MeasureError, match=r"column 'ratio': \d+ answers have no weight or a negative one"):
        moments(answers, "nps", "csat", weight="ratio")
    with pytest.raises(MeasureError, match=r"column 'region': \d+ rows have no block"):
        moments(answers, "nps", "csat", blocks="region")
    monkeypatch.setattr(spark_sums, "MAX_BLOCKS", 4)
    with pytest.raises(MeasureError, match="more than 10,000 blocks"):
        moments(answers, "nps", "csat", blocks="block")


def test_cluster_sums_are_those_of_pandas(answers: Any):
    # The weights stand in for clusters, for no other column is without gaps.
    options = {"by": ["region"], "weight": "w", "cluster": "w", "stratum": "w", "fpc": "w", "centre": 6.5}
    found, expected = (cluster_sums(frame, "nps", **options) for frame in (answers, TABLE.to_pandas()))
    pd.testing.assert_frame_equal(found.levels, expected.levels)
    pd.testing.assert_frame_equal(found.cells, expected.cells, check_exact=True)
