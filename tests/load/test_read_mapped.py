"""A key or a text from several source columns."""

import hashlib
import hmac

import pytest

from cxlab.load.open_market import open_market
from cxlab.model.errors import ParameterError

TRANSACTIONS = {"customer_id": "c", "date": {"value": "2026-01-01"}, "amount": {"value": "1"}}


def test_parts_are_joined_by_a_stroke_and_a_missing_part_keeps_its_reason(desk, accounted):
    columns = {
        "segment.place": {"from": ["city", "zone"], "missing": {"?": "unknown", "-": "none"}},
        "nps": "q",
    }
    content = "id,city,zone,q\na, Łódź ,1,9\nb,?,2,9\nc,Rome,,9\nd,-,?,9\ne,Rome,7.50,9\nf,,,11\n"
    market = desk.responses(content, columns)
    assert market.responses["segment.place"].fillna("").tolist() == ["Łódź/1", "", "", "", "Rome/7.50"]
    reasons = dict(zip(market.missing["reason"], market.missing["n"], strict=True))
    assert reasons == {"unknown": 1, "empty": 1, "none": 1}
    assert market.codebook.set_index("column").loc["segment.place", "source_column"] == "city; zone"
    accounted(market)


def test_a_key_of_two_columns_and_what_the_quarantine_says_of_it(desk, accounted):
    desk.write("orders.csv", "order,item,c\n17,1,x\n17,2,x\n17,1,y\n18,,z\n")
    columns = {"transaction_id": {"from": ["order", "item"]}, **TRANSACTIONS}
    market = desk.open({"transactions": columns}, path="orders.csv")
    assert market.transactions["transaction_id"].tolist() == ["17/1", "17/2"]
    assert market.quarantine[["row", "value", "rule"]].to_numpy().tolist() == [
        [5, "order = 18", "transaction_id is missing"],
        [4, "order = 17; item = 1", "duplicate transaction_id"],
    ]
    accounted(market)


def test_the_whole_key_is_pseudonymised(desk, monkeypatch):
    monkeypatch.setenv("CXLAB_SALT", "pepper")
    desk.write("orders.csv", "order,item,c\n17,1,x\n17,2,x\n17,1,y\n,1,z\n")
    columns = {"transaction_id": {"from": ["order", "item"], "hash": True}, **TRANSACTIONS}
    market = desk.open({"transactions": columns}, path="orders.csv")
    expected = [hmac.new(b"pepper", key, hashlib.sha256).hexdigest()[:20] for key in (b"17/1", b"17/2")]
    assert market.transactions["transaction_id"].tolist() == expected
    assert set(market.quarantine["value"]) == {"(pseudonymised)"}


@pytest.mark.parametrize(
    ("column", "mapping", "what"),
    [
        ("nps", {"from": ["a", "b"]}, "'nps' is a score, which cannot be joined from several columns"),
        ("responded_at", {"from": ["a", "b"]}, "'responded_at' is a date, which cannot be joined"),
        ("q3", {"from": ["a", "a"]}, "the source column 'a' stands twice"),
        ("q3", {"from": []}, "at least 1 item"),
        ("q3", {"from": ["a", "b"], "labels": {1: "x"}}, "`labels` means nothing with several columns"),
        ("q3", {"from": ["a", "b"], "split": ","}, "`split` means nothing with several columns"),
    ],
)
def test_refused(desk, column, mapping, what):
    source = {
        "path": "s.csv", "format": "csv", "tables": {"responses": {"response_id": "id", column: mapping}}
    }  # fmt: skip
    with pytest.raises(ParameterError) as raised:
        open_market(desk.parameters({"survey": source}))
    assert what in str(raised.value)
