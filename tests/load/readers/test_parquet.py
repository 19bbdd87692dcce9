"""Parquet files: typed columns of every kind that a data warehouse writes."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlab.model.errors import SourceError


def _open(desk, columns, table=None, **source):
    if table is not None:
        pq.write_table(table, desk.folder / "s.parquet")
    tables = {"responses": {"response_id": "id", **columns}}
    return desk.open(tables, path="s.parquet", format="parquet", **source)


def test_types_of_a_warehouse(desk, accounted):
    table = pa.table(
        {
            "id": pa.array([2**53 + 1, 2**53 + 2, 3], pa.int64()),
            "customer": pa.array([2**60 + 1, None, 5], pa.int64()),
            "nps": pa.array([9, None, 0], pa.int8()),
            "csat": pa.array([4.5, float("nan"), 5.0]),
            "weight": pa.array([Decimal("1.25"), Decimal("0.75"), Decimal("1.00")]),
            "area": pa.array(["north", "south", None]).dictionary_encode(),
            "codes": pa.array([1, 2, 1], pa.int8()).dictionary_encode(),
            "at": pa.array([1772435700] * 3, pa.timestamp("s", "Europe/Madrid")),  # 08:15 there
            "problem": pa.array([True, None, False]),
            "day": pa.array([20000, None, 20001], pa.date32()),
        }
    )
    columns = {
        "customer_id": "customer", "nps": "nps", "csat_overall": {"from": "csat", "scale": [1, 5]},
        "weight": "weight", "segment.area": "area", "responded_at": "at", "had_problem": "problem",
        "segment.code": {"from": "codes", "labels": {"1": "one", "2": "two"}},
    }  # fmt: skip
    market = _open(desk, columns, table, max_quarantine=0)
    responses = market.responses
    assert responses["response_id"].tolist() == [str(2**53 + 1), str(2**53 + 2), "3"]
    assert responses["customer_id"].dropna().tolist() == [str(2**60 + 1), "5"]
    assert responses["nps"].dtype == "Int64" and responses["nps"].isna().tolist() == [False, True, False]
    assert responses["csat_overall"].dropna().tolist() == [4.5, 5]
    assert responses["weight"].tolist() == [1.25, 0.75, 1]
    assert responses["segment.area"].dropna().tolist() == ["north", "south"]
    assert responses["segment.code"].tolist() == ["one", "two", "one"]
    assert responses["had_problem"].isna().tolist() == [False, True, False]
    assert responses["responded_at"].map(str).tolist() == ["2026-03-02 07:15:00"] * 3
    accounted(market)


def test_infinite_is_quarantined_and_nan_is_empty(desk, accounted):
    table = pa.table({"id": ["a", "b", "c", "d"], "w": [np.inf, -np.inf, np.nan, 2.0]})
    market = _open(desk, {"weight": "w"}, table)
    assert market.quarantine[["row", "rule"]].to_numpy().tolist() == [[1, "not finite"], [2, "not finite"]]
    assert market.missing[["reason", "n"]].to_numpy().tolist() == [["empty", 1]]
    assert market.responses["weight"].dropna().tolist() == [2]
    accounted(market)


def test_columns_with_dots_and_blanks(desk):
    table = pa.table({" id ": ["a"], "q.1": [9], "q": [5]})
    assert _open(desk, {"nps": "q.1"}, table, ignore=["q"]).responses["nps"].tolist() == [9]


def test_an_index_that_pandas_wrote_is_a_column(desk):
    pd.DataFrame({"q": [9, 8]}, index=pd.Index(["a", "b"], name="id")).to_parquet(desk.folder / "s.parquet")
    market = _open(desk, {"nps": "q"}, ignore=[])
    assert market.responses["response_id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table([["a"], [1], [2]], names=["id", "q", "q"]), "two columns are called 'q' (columns 2 and 3)"),
        (pa.table({"id": ["a"], "Q": [1]}), "s.parquet: there is no column 'q'; did you mean 'Q'?"),
        (pa.table({"id": ["a"], "q": [[1, 2]]}), "the column 'q' holds list<"),
        (pa.table({"id": ["a"], "q": [{"x": 1}]}), "the column 'q' holds struct<"),
        (pa.table({"id": ["a"], "q": [b"1"]}), "the column 'q' holds binary"),
    ],
)
def test_refused_with_place_and_remedy(desk, table, message):
    with pytest.raises(SourceError) as raised:
        _open(desk, {"nps": "q"}, table)
    assert message in str(raised.value)


def test_header_only_is_an_empty_table(desk):
    assert _open(
        desk, {"nps": "q"}, pa.table({"id": pa.array([], pa.string()), "q": pa.array([], pa.int8())})
    ).responses.empty


@pytest.mark.parametrize("content", [b"", b"PAR1", b"id,q\n1,9\n"])
def test_no_parquet_file(desk, content):
    desk.write("s.parquet", content)
    with pytest.raises(SourceError, match=r"s.parquet: is no readable Parquet file"):
        _open(desk, {})


def test_one_value_repeated_until_no_memory_holds_it_is_refused(desk, monkeypatch):
    """A million rows in a kilobyte; the limit itself is a gigabyte."""
    monkeypatch.setattr("cxlab.load.readers.parquet._MOST_BYTES", 1 << 20)
    table = pa.table({"id": pa.nulls(1 << 20, pa.string())})
    with pytest.raises(SourceError, match=r"s.parquet: promises 1,048,576 rows in [\d,]+ bytes, as no table"):
        _open(desk, {}, table)


def test_a_page_whose_texts_are_none_is_refused(desk):
    """A byte that UTF-8 does not know, in a file that is sound otherwise."""
    pq.write_table(pa.table({"id": ["answer"]}), desk.folder / "s.parquet", compression="none")
    content = (desk.folder / "s.parquet").read_bytes()
    desk.write("s.parquet", content.replace(b"answer", b"answ\xffr"))
    with pytest.raises(SourceError, match=r"s.parquet: is no readable Parquet file"):
        _open(desk, {})


def test_a_column_name_that_is_no_text_is_refused(desk):
    pq.write_table(pa.table({"respondent": ["a"]}), desk.folder / "s.parquet", store_schema=False)
    content = (desk.folder / "s.parquet").read_bytes()
    desk.write("s.parquet", content.replace(b"respondent", b"\xffespondent"))
    with pytest.raises(SourceError, match=r"s.parquet: is no readable Parquet file"):
        _open(desk, {})
