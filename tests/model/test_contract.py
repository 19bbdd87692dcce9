"""The schemas derived from the dictionary: what a canonical table promises."""

import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from cxlab.demo import write_demo
from cxlab.load.open_market import open_market
from cxlab.model.contract import table_schema
from cxlab.model.tables import TABLES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, customers=1600)
    return folder


SCALED = ("responses", "response_items", "interactions")  # scores whose scale the mapping names
SCALES = {
    "csat_overall": (1, 5),
    "renew_q1": (1, 10),
    "renew_q2": (1, 10),
    "buy_more": (1, 5),
    "reluctance_to_switch": (1, 5),
    "recommend_intent": (1, 5),
    "score": (1, 10),
    "csat": (1, 5),
}


@pytest.mark.parametrize("market", ["demo-it", "demo-pl"])
def test_what_the_loader_accepts_keeps_the_contract(folder, market):
    loaded = open_market(folder / "params" / f"{market}.yaml")
    assert loaded.tables.keys() == TABLES.keys()
    for name, table in TABLES.items():
        own = {column: SCALES[column] for column in table.columns if column in SCALES and name in SCALED}
        table_schema(table, own).validate(loaded.table(name), lazy=True)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_a_schema_that_asks_for_its_required_columns(name):
    table = TABLES[name]
    required = [column.name for column in table.columns.values() if column.required]
    assert set(table.key) <= set(required)
    with pytest.raises((SchemaError, SchemaErrors), match=required[0]):
        table_schema(table).validate(pd.DataFrame(index=[0]), lazy=True)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("nps", 11, "outside 0–10"),
        ("nps", 6.5, "not a whole number"),
        ("ces", 0, "outside 1–7"),
        ("weight", 0, "not above 0"),
        ("kind", "other", "none of relationship, transactional"),
        ("duration_s", -1, "below 0"),
        ("loyalty_change", 2, "outside -1–1"),
    ],
)
def test_a_value_that_breaks_its_rule_is_found(column, value, rule):
    frame = pd.DataFrame({"response_id": ["1", "2"], column: [None, value]})
    with pytest.raises(SchemaErrors) as caught:
        table_schema(TABLES["responses"]).validate(frame, lazy=True)
    assert caught.value.failure_cases["check"].tolist() == [rule]


def test_a_doubled_key_is_found():
    frame = pd.DataFrame({"response_id": ["1", "1"]})
    with pytest.raises(SchemaErrors):
        table_schema(TABLES["responses"]).validate(frame, lazy=True)
