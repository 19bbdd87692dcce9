"""A market gives its tables by name and says what it has."""

import pickle
from dataclasses import replace

import pandas as pd
import pytest

from cxlab.measure.nps import nps
from cxlab.model.errors import ContractError
from cxlab.model.market import Market
from cxlab.model.parameters import MarketParameters

RESPONSES = pd.DataFrame({"response_id": ["a", "b"], "wave": ["2026-1", "2025-2"]})


@pytest.fixture
def market() -> Market:
    column = {"response_id": {"from": "id"}, "wave": {"from": "w"}}
    source = {"path": "s.csv", "format": "csv", "tables": {"responses": column}}
    parameters = MarketParameters.model_validate(
        {"market": "xx", "name": "Example", "wave": 2026, "sources": {"s": source}}
    )
    nothing = pd.DataFrame()
    return Market(parameters, {"responses": RESPONSES}, nothing, nothing, nothing, ())


def test_tables_are_attributes(market):
    assert market.responses is RESPONSES and market.table("responses") is RESPONSES
    assert "responses" in dir(market) and "customers" not in dir(market)


def test_an_unmapped_table_says_what_to_do(market):
    with pytest.raises(ContractError, match=r"market xx: no source maps the table 'customers'; add it under"):
        _ = market.customers
    with pytest.raises(AttributeError, match=r"no table or attribute 'respnses'; did you mean 'responses'"):
        _ = market.respnses


def test_what_it_says_of_itself(market):
    assert repr(market) == "Market(xx: responses 2; 0 quarantined)"
    assert market.waves == ("2025-2", "2026-1")
    assert market.notes == ()
    assert market.parameters.wave == "2026"


def test_without_responses_there_are_no_waves(market):
    assert replace(market, tables={"complaints": RESPONSES}).waves == ()


def test_it_travels_between_processes(market):
    copy = pickle.loads(pickle.dumps(market))
    assert copy.responses.equals(RESPONSES) and copy.parameters == market.parameters


def test_it_cannot_be_changed(market):
    with pytest.raises(AttributeError):
        market.notes = ("x",)


def test_a_table_can_be_scanned_instead_of_held(market):
    relation = market.scan("responses")
    assert relation.columns == ["response_id", "wave"]
    assert relation.fetchall() == [("a", "2026-1"), ("b", "2025-2")]


def test_a_scan_outlives_the_market_and_is_a_frame_to_every_measure(market):
    scored = RESPONSES.assign(nps=pd.array([10, None], dtype="Int64"))
    relation = replace(market, tables={"responses": scored}).scan("responses")
    assert nps(relation).tidy()["estimate"].tolist() == [100.0]


def test_an_unmapped_table_cannot_be_scanned(market):
    with pytest.raises(ContractError, match=r"no source maps the table 'customers'; add it under"):
        market.scan("customers")
