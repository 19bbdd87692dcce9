"""Moments equal a loop over exact fractions, numpy, pandas and R, on every engine."""

import json
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cxlab.model.errors import MeasureError
from cxlab.tally import cross_products
from cxlab.tally.cross_products import TILE, Asked
from cxlab.tally.moments import Moments, moments
from cxlab.tally.record_batches import record_batches
from tests.tally.engines import ENGINES, INF, NAN, awkward_frame, in_parquet
from tests.tally.loops import assert_moments_of_a_loop, assert_same_moments

TABLE = awkward_frame()
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "moments.json").read_text("utf-8"))
AIR = pd.DataFrame(REFERENCE["data"], dtype="float64")
X = ["Ozone", "Solar.R", "Wind", "Temp"]


def survey(rows: int = 3 * TILE + 77, seed: int = 20261122) -> pd.DataFrame:
    """Whole scores, a tenth of them missing, whole weights, and blocks that stand in no order."""
    draw = np.random.default_rng(seed)
    scores = draw.integers(0, 11, size=(rows, 4)).astype("float64")
    scores[draw.random(scores.shape) < 0.1] = np.nan
    frame = pd.DataFrame(scores, columns=["y", "a", "b", "c"])
    return frame.assign(w=draw.integers(0, 4, size=rows), block=draw.integers(0, 60, size=rows))


FRAME = survey()


def of(frame: object, **options: object) -> Moments:
    return moments(frame, "y", ["a", "b", "c"], **options)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_what_a_loop_gives(engine: str, tmp_path: Path):
    assert_moments_of_a_loop(ENGINES[engine](TABLE, tmp_path))


def test_r_gives_the_same_weighted_moments_of_complete_rows():
    found = moments(AIR, X[0], X[1:], weight="w", missing="complete")
    expected = REFERENCE["complete_weighted"]
    assert found.n[0].tolist() == [[expected["n"]] * 4] * 4
    assert found.kept == expected["n"] / len(AIR)
    np.testing.assert_allclose(found.mean(), expected["mean"], rtol=1e-13)
    np.testing.assert_allclose(found.covariance(), expected["covariance"], rtol=1e-12)
    np.testing.assert_allclose(found.correlation(), expected["correlation"], rtol=1e-12)


def test_r_gives_the_same_pairwise_moments():
    found, expected = moments(AIR, X[0], X[1:]), REFERENCE["pairwise"]
    n = found.n[0]
    assert n.tolist() == expected["n"]
    np.testing.assert_allclose(found.covariance() * n / (n - 1), expected["covariance"], rtol=1e-12)
    np.testing.assert_allclose(found.correlation(), expected["correlation"], rtol=1e-12)


def test_numpy_and_pandas_give_the_same_over_many_tiles():
    found = of(FRAME, weight="w", missing="complete")
    kept = FRAME[FRAME[["y", "a", "b", "c"]].notna().all(axis=1) & (FRAME["w"] > 0)]
    expected = np.cov(kept[["y", "a", "b", "c"]].T, aweights=kept["w"], ddof=0)
    np.testing.assert_allclose(found.covariance(), expected, rtol=1e-12, atol=1e-13)
    pairwise = of(FRAME)
    scores = FRAME[["y", "a", "b", "c"]]
    np.testing.assert_allclose(pairwise.mean(), scores.mean(), rtol=1e-13)
    n = pairwise.n[0]
    np.testing.assert_allclose(pairwise.covariance() * n / (n - 1), scores.cov(), rtol=1e-12, atol=1e-13)


def exact_covariance(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """Rational arithmetic on the very floats, rounded once."""
    x, y, w = ([Fraction(float(value)) for value in values] for values in (x, y, w))
    mean_x, mean_y = (sum(map(Fraction.__mul__, w, values)) / sum(w) for values in (x, y))
    products = (c * (a - mean_x) * (b - mean_y) for a, b, c in zip(x, y, w, strict=True))
    return float(sum(products) / sum(w))


@pytest.mark.parametrize("first_rows_missing", [0, 150])
def test_a_small_spread_beside_a_large_mean_keeps_its_digits(first_rows_missing: int):
    draw = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "year": 2016 + (draw.random(400) < 0.01),
            "stamp": 1.7e9 + draw.normal(0, 0.05, 400),
            "share": 0.73 + draw.normal(0, 1e-7, 400),
            "w": draw.gamma(2, 1, 400),
        }
    )
    frame.loc[: first_rows_missing - 1, ["year", "stamp", "share"]] = np.nan
    known = frame[first_rows_missing:]
    # Batches of 100 rows: the shift is that of the first rows which hold a value.
    batches = record_batches(frame, frame.columns, rows=100)
    reader = pa.RecordBatchReader.from_batches(pa.Schema.from_pandas(frame, preserve_index=False), batches)
    found = moments(reader, "year", ["stamp", "share"], weight="w").covariance()
    for x in found.columns:
        for y in found.columns:
            expected = exact_covariance(known[x], known[y], known["w"])
            bound = np.sqrt(found.loc[x, x] * found.loc[y, y])
            assert abs(found.loc[x, y] - expected) <= 1e-12 * bound
    # The textbook formula about 0 keeps no digit of the variance of `stamp`.
    raw = (
        np.average(known["stamp"] ** 2, weights=known["w"])
        - np.average(known["stamp"], weights=known["w"]) ** 2
    )
    assert abs(raw / exact_covariance(known["stamp"], known["stamp"], known["w"]) - 1) > 0.5


def test_a_constant_column_has_no_variance_and_no_correlation():
    found = moments(pd.DataFrame({"y": [1.0, 2.0, 4.0], "a": [0.1] * 3}), "y", "a")
    assert found.covariance().loc["a", "a"] == 0.0
    assert found.correlation()["a"].isna().all()
    assert found.mean()["a"] == 0.1


def test_weight_2_is_the_row_twice():
    twice = FRAME.loc[FRAME.index.repeat(FRAME["w"])]
    weighted, repeated = of(FRAME, weight="w", blocks="block"), of(twice, blocks="block")
    for found, expected in (
        (weighted.mean(), repeated.mean()),
        (weighted.covariance(), repeated.covariance()),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(weighted.sum_w, repeated.sum_w)
    assert (weighted.n < repeated.n).all()


def test_equal_weights_are_no_weights_and_their_scale_never_matters():
    plain, equal = of(FRAME), of(FRAME.assign(w=3.0), weight="w")
    np.testing.assert_allclose(equal.covariance(), plain.covariance(), rtol=1e-12, atol=1e-13)
    weighted, scaled = of(FRAME, weight="w"), of(FRAME.assign(w=FRAME["w"] / 7), weight="w")
    np.testing.assert_allclose(scaled.mean(), weighted.mean(), rtol=1e-12)
    np.testing.assert_allclose(scaled.correlation(), weighted.correlation(), rtol=1e-12, atol=1e-13)


def test_the_order_of_the_rows_and_of_the_blocks_changes_nothing():
    expected = of(FRAME, weight="w", blocks="block")
    assert_same_moments(of(FRAME.sort_values("block", kind="stable"), weight="w", blocks="block"), expected)
    assert_same_moments(of(FRAME.sample(frac=1, random_state=3), weight="w", blocks="block"), expected)
    assert expected.blocks.tolist() == list(range(60))


def test_moments_of_parts_add_up_to_those_of_the_whole():
    whole = of(FRAME, weight="w", blocks="block")
    parts = [FRAME[:5], FRAME[5:6000], FRAME[6000:6000], FRAME[6000:]]
    added = of(parts[0], weight="w", blocks="block")
    for part in parts[1:]:
        added = added + of(part, weight="w", blocks="block")
    assert_same_moments(added, whole)
    assert_same_moments(whole.total(), of(FRAME, weight="w"))
    for found, expected in ((whole.mean(), whole.total().mean()), (added.covariance(), whole.covariance())):
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_a_resample_of_blocks_has_the_sums_of_the_blocks_drawn():
    by_block = of(FRAME, weight="w", blocks="block")
    drawn = np.random.default_rng(1).integers(0, 60, size=60)
    times = np.bincount(drawn, minlength=60)
    rows = pd.concat([FRAME[FRAME["block"] == block] for block in drawn])
    expected = of(rows, weight="w").sums
    for name in ("n", "sum_w"):
        np.testing.assert_array_equal(
            np.tensordot(times, getattr(by_block, name), 1), getattr(expected, name)[0]
        )
    # The scores are whole, and so are both shifts: Σw(x - s) is moved without rounding.
    moved = (
        np.tensordot(times, by_block.sum_wx, 1)
        + (by_block.shift - expected.shift)[:, None] * expected.sum_w[0]
    )
    np.testing.assert_array_equal(moved, expected.sum_wx[0])


def test_moments_that_differ_in_kind_cannot_be_added():
    with pytest.raises(MeasureError, match="differ in their missing cannot be added: pairwise, complete"):
        of(FRAME[:9]) + of(FRAME[:9], missing="complete")
    with pytest.raises(MeasureError, match="differ in their columns"):
        of(FRAME[:9]) + moments(FRAME[:9], "y", ["b", "a", "c"])


def test_a_subset_has_the_moments_of_its_columns():
    found = of(FRAME, weight="w", blocks="block").subset(["c", "y"])
    assert found.columns == ("c", "y")
    expected = moments(FRAME, "c", "y", weight="w", blocks="block")
    for name in ("shift", "n", "sum_w", "sum_wx", "sum_wxx"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    full = of(FRAME, weight="w")
    np.testing.assert_array_equal(found.covariance(), full.covariance().loc[["c", "y"], ["c", "y"]])
    with pytest.raises(MeasureError, match="no column 'cc'; did you mean 'c'"):
        full.subset(["cc"])


def test_what_is_kept():
    frame = pd.DataFrame({"y": [1, 2, NAN, NAN, 5.0], "a": [1, INF, 3, NAN, 5.0], "w": [1, 1, 1, 1, 0]})
    assert moments(frame, "y", "a", weight="w").kept == 3 / 4
    complete = moments(frame, "y", "a", weight="w", missing="complete")
    assert complete.kept == 1 / 4
    assert complete.rows == 4
    assert complete.n[0].tolist() == [[1, 1], [1, 1]]


def test_int8_does_not_wrap_around_and_flags_count():
    frame = pd.DataFrame({"y": np.array([100, 127, -128], dtype="int8"), "a": [True, False, True]})
    for each in (frame, pl.from_pandas(frame), duckdb.connect().from_df(frame), pa.Table.from_pandas(frame)):
        found = moments(each, "y", "a")
        assert found.mean().tolist() == [33.0, 2 / 3]
        np.testing.assert_allclose(found.covariance(), np.cov(frame.astype(float).T, ddof=0), rtol=1e-13)


def test_decimals_and_columns_without_a_value():
    found = moments(duckdb.connect().sql("select 1.50 as y, null as a union all select 2.50, null"), "y", "a")
    assert found.mean()["y"] == 2.0
    assert found.n[0].tolist() == [[2, 0], [0, 0]]
    assert found.covariance().loc["a"].isna().all()
    assert moments(pd.DataFrame({"y": [1.0], "a": pd.Series([None], dtype=object)}), "y", "a").n[0, 1, 1] == 0


def test_a_reader_is_read_batch_by_batch():
    batches = list(record_batches(FRAME, FRAME.columns, rows=1000))
    assert [batch.num_rows for batch in batches] == [1000] * 12 + [365]
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    assert_same_moments(of(reader, weight="w", blocks="block"), of(FRAME, weight="w", blocks="block"))
    texts = pa.table({"y": ["1"], "a": [1.0]})
    with pytest.raises(MeasureError, match="the column 'y' holds string, not numbers"):
        moments(texts.to_reader(), "y", "a")


def test_batches_are_joined_where_their_columns_are_of_one_type(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cross_products, "ORDERED", 2500)
    frame = FRAME.assign(block="b" + FRAME["block"].astype("str"))
    batches = []
    for number, batch in enumerate(record_batches(frame, frame.columns, rows=1000)):
        # Each batch with a dictionary of its own, and every fourth with weights of another type.
        texts = batch.column("block").dictionary_encode()
        found = batch.set_column(batch.schema.get_field_index("block"), "block", texts)
        if number % 4 == 3:
            found = found.set_column(
                found.schema.get_field_index("w"), "w", found.column("w").cast(pa.float64())
            )
        batches.append(found)
    asked = Asked(("y", "a", "b", "c"), "w", "block", "pairwise")
    found = Moments(asked.columns, "weighted", "pairwise", cross_products.cross_products(batches, asked))
    assert_same_moments(found, of(frame, weight="w", blocks="block"))


def test_names_that_sql_would_misread(tmp_path: Path):
    table = pa.table({"a b": [1.0, 2.0], 'q"1': [2.0, 5.0], "segment.x": [1, 2], "select": [1.0, 1.0]})
    found = moments(in_parquet(table, tmp_path), "a b", ['q"1', "select"], blocks="segment.x")
    assert found.blocks.tolist() == [1, 2]
    assert found.covariance().loc["a b", 'q"1'] == 0.75


def test_a_column_may_be_named_as_column_weight_and_block():
    frame = pd.DataFrame({"y": [1, 2, 2], "a": [1.0, 2.0, 4.0]})
    found = moments(frame, "y", "a", weight="y", blocks="y")
    assert found.sum_w[:, 0, 0].tolist() == [1.0, 4.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_frame_without_rows_has_moments_of_nothing(engine: str, tmp_path: Path):
    found = moments(ENGINES[engine](TABLE[:0], tmp_path), "nps", ["csat"], weight="w", blocks="panel")
    assert found.n.shape == (0, 2, 2)
    assert found.total().n.tolist() == [[[0, 0], [0, 0]]]
    assert found.mean().isna().all()
    assert found.summary() == "Moments of nps and 1 driver: no rows."


@pytest.mark.parametrize("bad", [NAN, INF, -1.0, None])
def test_a_row_that_enters_a_sum_needs_a_weight(bad: float | None, tmp_path: Path):
    table = pa.table(
        {"y": [1.0, 2.0, None], "a": [1.0, None, None], "w": pa.array([1.0, bad, bad], pa.float64())}
    )
    for frame in (table.to_pandas(), in_parquet(table, tmp_path)):
        with pytest.raises(MeasureError, match=r"column 'w': 1 answers have no weight or a negative one"):
            moments(frame, "y", "a", weight="w")
        assert moments(frame, "y", "a", weight="w", missing="complete").n[0, 0, 0] == 1


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"missing": "listwise"}, "unknown missing 'listwise'; take one of pairwise, complete"),
        ({"weight": "ww"}, "no column 'ww'; did you mean 'w'"),
        ({"blocks": "y"}, "the column 'y' holds Float64, neither whole numbers nor texts"),
        ({"weight": "name"}, "the column 'name' holds String, not numbers"),
    ],
)
def test_options_that_will_not_do_are_refused(options: dict[str, str], match: str):
    with pytest.raises(MeasureError, match=match):
        of(FRAME.assign(name="x"), **options)


def test_columns_that_will_not_do_are_refused():
    with pytest.raises(MeasureError, match="'a' is named twice"):
        moments(FRAME, "y", ["a", "b", "a"])
    with pytest.raises(MeasureError, match="there is no column 'z'; known are"):
        moments(FRAME, "y", "z")
    with pytest.raises(MeasureError, match="a list is no frame"):
        moments([1], "y", "a")
    with pytest.raises(MeasureError, match="the values of a are too large to be multiplied; divide"):
        moments(pd.DataFrame({"y": [1.0, 2.0], "a": [1e200, -1e200]}), "y", "a")


def test_a_row_without_a_block_is_refused():
    frame = pd.DataFrame({"y": [1.0, 2.0], "a": [1.0, 2.0], "block": pd.array([3, None], dtype="Int64")})
    with pytest.raises(MeasureError, match="column 'block': 1 rows have no block; name the block"):
        moments(frame, "y", "a", blocks="block")


def test_a_column_of_too_many_blocks_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cross_products, "MAX_BLOCKS", 60)
    assert len(of(FRAME, blocks="block").blocks) == 60
    with pytest.raises(MeasureError, match="there are more than 60 blocks; name a column"):
        of(FRAME.assign(block=np.arange(len(FRAME)) % 61), blocks="block")


def test_no_column_is_asked_for_that_is_not_needed():
    asked = Asked(("y", "a"), "w", "block", "pairwise")
    (batch,) = record_batches(duckdb.connect().from_df(FRAME[:10]), asked.names)
    assert batch.schema.names == ["y", "a", "w", "block"]


def test_the_input_is_left_alone():
    before = FRAME.copy()
    of(FRAME, weight="w", blocks="block")
    pd.testing.assert_frame_equal(FRAME, before)


def test_the_result_speaks_for_itself():
    found = moments(AIR, X[0], X[1:], weight="w")
    assert found.summary() == (
        "Weighted pairwise moments of Ozone and 3 drivers: 153 rows in 1 block, 100.0% of them used; "
        "the smallest pair stands on 111."
    )
    tidy = found.tidy()
    assert tidy.columns.tolist() == ["x", "y", "n", "sum_w", "covariance", "correlation"]
    assert len(tidy) == 10
    assert tidy.loc[(tidy["x"] == "Ozone") & (tidy["y"] == "Temp"), "n"].tolist() == [116]
    assert found._repr_html_() == found._repr_html_()
    assert "<p>Weighted pairwise moments of Ozone" in found._repr_html_()
