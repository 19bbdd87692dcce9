"""Further files put beside a source's rows: many to one, with an account of the rows without a partner."""

# ruff: noqa: E501 (one case a line)

import hashlib

import pandas as pd
import pytest

from cxlab.load.open_market import open_market
from cxlab.model.errors import CxlabError, ParameterError, SourceError

PAYMENTS = "order,amount\no1,10\no1,5\no2,7\no9,3\n,4\n"
ORDERS = (
    "order,at,customer,status\no1,2026-01-01,7,x\no2,2026-01-02,8,x\no3,2026-01-03,7,x\n,2026-01-04,9,x\n"
)
CUSTOMERS = "id,unique,city\n7,ann,Rome\n8,,Oslo\n"
COLUMNS = {"transaction_id": {"from": ["order", "amount"]}, "customer_id": "unique", "date": "at", "amount": "amount"}  # fmt: skip
JOINS = [{"path": "orders.csv", "on": "order"}, {"path": "customers.csv", "on": {"customer": "id"}}]


@pytest.fixture
def files(desk):
    desk.write("payments.csv", PAYMENTS)
    desk.write("orders.csv", ORDERS)
    desk.write("customers.csv", CUSTOMERS)
    return desk


def _open(desk, **source):
    return desk.open({"transactions": COLUMNS}, **{"path": "payments.csv", "join": JOINS, **source})


def test_chained_joins_equal_pandas(files, accounted):
    market = _open(files)
    read = [
        pd.read_csv(files.folder / f"{name}.csv", dtype=str) for name in ("payments", "orders", "customers")
    ]
    merged = read[0].merge(read[1].dropna(subset="order"), on="order", how="left")
    merged = merged.merge(read[2], left_on="customer", right_on="id", how="left")
    whole = merged.dropna(subset=["order", "unique", "at"])
    found = market.transactions[["customer_id", "amount"]].to_numpy().tolist()
    assert found == [[who, int(amount)] for who, amount in whole[["unique", "amount"]].to_numpy().tolist()]
    assert [rule for rule in market.quarantine["rule"] if "customer_id" in rule] == [
        "customer_id is missing"
    ] * 3
    accounted(market)


def test_the_reason_names_the_file_without_a_partner(files, accounted):
    """A row whose order is unknown has no customer either; a partner's own blank is plainly empty."""
    files.write("orders.csv", "order,cost,customer\no1,,7\no2,3,8\n")
    files.write("customers.csv", "id,spend\n7,1\n8,\n")
    columns = {
        "period": {"from": ["order", "amount"]}, "revenue": "amount", "ebitda": "spend",
        "programme_cost": "cost",
    }  # fmt: skip
    market = files.open({"finance": columns}, path="payments.csv", join=JOINS)
    counted = market.missing.groupby(["column", "reason"])["n"].sum().to_dict()
    assert counted == {
        ("ebitda", "empty"): 1,
        ("ebitda", "no match in customers.csv"): 1,
        ("programme_cost", "empty"): 2,
        ("programme_cost", "no match in orders.csv"): 1,
    }
    accounted(market)


def test_joined_files_are_inputs(files):
    market = _open(files)
    assert [(entry.file, entry.n_rows) for entry in market.inputs] == [
        ("payments.csv", 5), ("orders.csv", 4), ("customers.csv", 2)
    ]  # fmt: skip
    assert market.inputs[1].sha256 == hashlib.sha256(ORDERS.encode()).hexdigest()


def test_several_files_share_what_is_joined(files):
    files.write("more.csv", "order,amount\no3,8\n")
    market = _open(files, path=["payments.csv", "more.csv"])
    assert len(market.transactions) == 3
    assert [entry.file for entry in market.inputs] == [
        "payments.csv",
        "orders.csv",
        "customers.csv",
        "more.csv",
    ]


def test_quarantine_shows_the_joined_value(files):
    files.write("orders.csv", ORDERS.replace("2026-01-02", "soon"))
    market = _open(files)
    found = market.quarantine[market.quarantine["rule"] == "unparsable date"]
    assert found[["row", "column", "value"]].to_numpy().tolist() == [[4, "date", "soon"]]


def test_a_key_that_stands_twice_is_refused_by_its_rows_not_its_value(files):
    files.write("orders.csv", ORDERS + "o2,2026-02-02,8,x\n")
    with pytest.raises(SourceError) as raised:
        _open(files)
    assert "orders.csv: one key of order stands in rows 3, 6; join by a key that names one row" in str(
        raised.value
    )
    assert "o2" not in str(raised.value)


def test_keys_of_two_columns_and_of_other_types(desk, accounted):
    """A number and its text are one key; the joined file is of another format."""
    desk.write("survey.csv", "id,shop,year\na,1,2025\nb,1,2026\nc,2,2025\nd,1,\n")
    pd.DataFrame({"shop": [1, 1], "year": [2025.0, 2026.0], "area": ["north", "south"]}).to_parquet(
        desk.folder / "shops.parquet"
    )
    join = {"path": "shops.parquet", "format": "parquet", "on": ["shop", "year"]}
    columns = {"response_id": "id", "segment.area": "area"}
    market = desk.open({"responses": columns}, join=join)
    assert market.responses["segment.area"].fillna("").tolist() == ["north", "south", "", ""]
    assert market.missing["reason"].tolist() == ["no match in shops.parquet"]
    accounted(market)


def test_long_whole_numbers_stay_whole_where_rows_have_no_partner(desk):
    desk.write("survey.csv", "id\na\nb\n")
    frame = pd.DataFrame({"id": ["a"], "customer": [9007199254740993]})
    frame.to_parquet(desk.folder / "c.parquet")
    join = [{"path": "c.parquet", "format": "parquet", "on": "id"}]
    market = desk.open({"responses": {"response_id": "id", "customer_id": "customer"}}, join=join)
    assert market.responses["customer_id"].fillna("").tolist() == ["9007199254740993", ""]


def test_settings_of_the_source_hold_for_files_of_its_format(desk):
    desk.write("survey.csv", "id;c\na;1\n")
    desk.write("c.csv", "c;ciudad\n1;Málaga\n".encode("cp1252"))
    join = [{"path": "c.csv", "on": "c", "encoding": "cp1252"}]
    columns = {"response_id": "id", "segment.city": "ciudad"}
    market = desk.open({"responses": columns}, join=join, delimiter=";")
    assert market.responses["segment.city"].tolist() == ["Málaga"]


def test_a_name_of_both_files_is_refused_where_it_is_mapped_only(files):
    files.write("orders.csv", ORDERS.replace("status", "amount"))
    with pytest.raises(SourceError, match=r"orders\.csv: the column 'amount' stands in payments\.csv too"):
        _open(files)
    files.write(
        "payments.csv",
        PAYMENTS.replace("amount", "amount,status").replace("\n", ",1\n").replace("status,1", "status"),
    )
    files.write("orders.csv", ORDERS)
    assert len(_open(files).transactions) == 2


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"join": [{"path": "orders.csv", "on": "ordr"}]}, "payments.csv: there is no column 'ordr' to join by"),
        ({"join": [{"path": "orders.csv", "on": {"order": "id"}}]}, "orders.csv: there is no column 'id' to join by"),
        ({"join": JOINS[:1]}, "payments.csv, orders.csv: there is no column 'unique'; check its spelling"),
        ({"join": [{"path": "none.csv", "on": "order"}]}, "sources.survey.join: there is no file 'none.csv'"),
        ({"ignore": []}, "orders.csv: 1 source column is not mapped: 'status'"),
    ],
)  # fmt: skip
def test_refused(files, changes, what):
    with pytest.raises(CxlabError) as raised:
        _open(files, **changes)
    assert what in str(raised.value)


@pytest.mark.parametrize(
    ("join", "what"),
    [
        ({"path": "o.csv"}, "join.0.on: 'on' is missing"),
        ({"path": "o.csv", "on": {}}, "at least 1 item"),
        ({"path": "o.csv", "on": "a", "key": "b"}, "unknown key 'key'"),
        ({"path": "o.csv", "on": "a", "format": "database"}, "join 1: name the format of its file"),
        ({"path": "o.csv", "on": "a", "sheet": "x"}, "join 1: `sheet` means nothing with format: csv"),
        ({"path": "o.sav", "on": "a", "format": "spss", "delimiter": ";"}, "join 1: `delimiter` means nothing with format: spss"),
    ],
)  # fmt: skip
def test_refused_by_its_line(desk, join, what):
    source = {
        "path": "s.csv",
        "format": "csv",
        "join": [join],
        "tables": {"responses": {"response_id": "id"}},
    }
    with pytest.raises(ParameterError) as raised:
        open_market(desk.parameters({"survey": source}))
    assert what in str(raised.value) and "xx.yaml:4" in str(raised.value)
