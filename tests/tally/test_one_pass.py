"""Every engine gives what a plain loop over the rows gives."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab.model.errors import MeasureError
from cxlab.tally.score_counts import score_counts
from cxlab.tally.value_counts import value_counts
from tests.tally.engines import ENGINES, INF, NAN, awkward_frame, in_parquet
from tests.tally.loops import as_dict, assert_counts_of_a_loop, loop

TABLE = awkward_frame()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_what_a_loop_gives(engine: str, tmp_path: Path):
    assert_counts_of_a_loop(ENGINES[engine](TABLE, tmp_path))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_spells_levels_alike(engine: str, tmp_path: Path):
    frame = ENGINES[engine](TABLE, tmp_path)
    counts = score_counts(frame, "nps", by=["tier"], weight="w")
    assert list(counts.columns) == ["tier", "score", "n", "sum_w", "sum_w2"]
    assert as_dict(counts) == loop("nps", "score", ("tier",), "w")
    assert as_dict(value_counts(frame, "reason", by=["tier"])) == loop("reason", "value", ("tier",), None)


@pytest.mark.parametrize("engine", ENGINES)
def test_output_is_sorted_with_missing_last(engine: str, tmp_path: Path):
    counts = score_counts(ENGINES[engine](TABLE, tmp_path), "nps", by=["region"])
    regions = counts["region"].drop_duplicates().tolist()
    assert regions[:-1] == ["empty", "north", "south", "west"]
    assert pd.isna(regions[-1])
    north = counts.loc[counts["region"] == "north", "score"]
    assert north.tolist()[:-1] == sorted(north.tolist()[:-1])
    assert pd.isna(north.iloc[-1])


@pytest.mark.parametrize("place", [0, 1, 4])
def test_nan_in_a_row_group_whose_statistics_leave_it_out(place: int, tmp_path: Path):
    # DuckDB 2.0 folds `isnan`, `between` and `abs(x) < 1e308` away here, and then NaN >= 9 is true.
    scores = [0.0, 9.0, 5.0, 10.0]
    scores.insert(place, NAN)
    frame = in_parquet(pa.table({"nps": scores, "w": [1.0] * 5}), tmp_path)
    counts = score_counts(frame, "nps", weight="w")
    assert counts["score"].tolist()[:-1] == [0.0, 5.0, 9.0, 10.0]
    assert counts["n"].tolist() == [1] * 5
    assert pd.isna(counts["score"].iloc[-1])


@pytest.mark.parametrize("weight", [NAN, INF, -INF])
def test_a_weight_in_parquet_that_is_not_finite_is_no_weight(weight: float, tmp_path: Path):
    frame = in_parquet(pa.table({"nps": [1.0, 2.0], "w": [1.0, weight]}), tmp_path)
    with pytest.raises(MeasureError, match="1 answers have no weight"):
        score_counts(frame, "nps", weight="w")


def test_dictionary_pages_and_missing_statistics_change_nothing(tmp_path: Path):
    expected = score_counts(TABLE.to_pandas(), "nps", by=["region"], weight="w")
    for number, options in enumerate(
        [{"use_dictionary": False}, {"write_statistics": False}, {"version": "1.0"}]
    ):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(TABLE, path, row_group_size=50, **options)
        found = score_counts(duckdb.connect().read_parquet(str(path)), "nps", by=["region"], weight="w")
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_int8_scores_do_not_wrap_around():
    # As int8, 127 · 127 is 1 and 100 + 100 is −56.
    frame = pd.DataFrame(
        {"score": np.array([100, 100, 127], dtype="int8"), "w": np.array([100, 100, 2], dtype="int8")}
    )
    counts = score_counts(frame, "score", weight="w")
    assert counts["sum_w"].tolist() == [200.0, 2.0]
    assert counts["sum_w2"].tolist() == [20000.0, 4.0]
    lazy = score_counts(duckdb.connect().from_df(frame), "score", weight="w")
    pd.testing.assert_frame_equal(lazy, counts)


def test_keys_that_are_one_when_spelt_are_one_group():
    frame = pd.DataFrame({"s": [9, 9, 9, 9, 2], "g": ["1", " 1", "1.0", "01", "x"]})
    counts = score_counts(frame, "s", by=["g"])
    assert counts["g"].tolist() == ["1", "x"]
    assert counts["n"].tolist() == [4, 1]
    mixed = pd.DataFrame({"v": pd.Series([1, "1", None, 2.0], dtype=object)})
    assert value_counts(mixed, "v")["n"].tolist() == [2, 1, 1]


def test_decimals_dates_and_categories_as_levels():
    con = duckdb.connect()
    decimal = con.sql("select 9 as s, 1.50 as g union all select 8, 2.00")
    assert score_counts(decimal, "s", by=["g"])["g"].tolist() == ["1.5", "2"]
    dated = con.sql("select 9 as s, date '2026-03-01' as g")
    assert score_counts(dated, "s", by=["g"])["g"].tolist() == ["2026-03-01"]
    category = pd.DataFrame({"s": [9, 8], "g": pd.Categorical(["a", None], categories=["a", "never"])})
    for frame in (category, pl.from_pandas(category), con.from_df(category)):
        assert score_counts(frame, "s", by=["g"])["g"].fillna("?").tolist() == ["a", "?"]


def test_segment_columns_may_have_the_names_used_inside():
    frame = pd.DataFrame({"s": [9, 8], "w": ["a", "b"], "key": [1, 2], "bad": [1, 1], "by_0": [3, 3]})
    counts = score_counts(frame, "s", by=["w", "key", "bad", "by_0"])
    assert counts[["w", "key", "bad", "by_0"]].to_numpy().tolist() == [
        ["a", "1", "1", "3"],
        ["b", "2", "1", "3"],
    ]


@pytest.mark.parametrize("by", [["n"], ["score"], ["sum_w"]])
def test_a_segment_column_named_as_a_result_column_is_refused(by: list[str]):
    with pytest.raises(MeasureError, match="cannot be called"):
        score_counts(pd.DataFrame({"s": [1], "n": [1], "score": [1], "sum_w": [1]}), "s", by=by)


def test_a_segment_column_named_twice_is_refused():
    with pytest.raises(MeasureError, match="'g' twice"):
        score_counts(pd.DataFrame({"s": [1], "g": [1]}), "s", by=["g", "g"])


def test_something_else_is_no_frame():
    with pytest.raises(MeasureError, match="a list is no frame; give a pandas"):
        score_counts([1, 2], "s")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_input_is_left_alone(engine: str, tmp_path: Path):
    frame = ENGINES[engine](TABLE, tmp_path)
    before = frame.copy() if isinstance(frame, pd.DataFrame) else None
    score_counts(frame, "nps", by=["region"], weight="w")
    if before is not None:
        pd.testing.assert_frame_equal(frame, before)
    elif isinstance(frame, pl.DataFrame):
        assert frame.equals(pl.from_arrow(TABLE))
