"""The dictionary of columns is whole: keys exist and are required, names are unique, choices are stated."""

# ruff: noqa: E501 (one case a line)

import re

import pytest

from cxlab.model.tables import TABLES

# The keys of the data model, as its table states them.
KEYS = {
    "customers": "customer_id", "responses": "response_id", "response_items": "response_id attribute_id kind",
    "invitations": "invite_id", "interactions": "interaction_id", "complaints": "complaint_id",
    "causes": "cause_id", "loop_cases": "case_id", "contracts": "contract_id", "transactions": "transaction_id",
    "goodwill": "goodwill_id", "finance": "period", "competitors": "wave brand category area",
    "brand_ratings": "response_id brand area", "loyalty_events": "event_id", "ideas": "idea_id",
    "touchpoints": "touchpoint", "programme_steps": "wave step", "maturity": "wave criterion_id",
    "opportunities": "opportunity_id", "self_assessment": "wave rater item_id",
    "executives": "leader_code wave", "employees": "wave team respondent", "actions": "action_id",
}  # fmt: skip


def test_tables_and_keys_are_those_of_the_data_model():
    assert {name: " ".join(table.key) for name, table in TABLES.items()} == KEYS


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_each_table_is_whole(table):
    assert set(table.key) <= set(table.columns)
    assert all(table.columns[name].required for name in table.key)
    for name, column in table.columns.items():
        assert name == column.name and re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert column.meaning and not column.meaning.endswith(".")
        assert bool(column.choices) == (column.kind == "choice")
        bounded = column.minimum is not None and column.maximum is not None
        assert not bounded or column.minimum < column.maximum


@pytest.mark.parametrize(
    ("table", "column", "lowest", "highest"),
    [
        ("responses", "nps", 0, 10),
        ("responses", "ces", 1, 7),
        ("responses", "loyalty_change", -1, 1),
        ("responses", "csat_overall", None, None),
        ("complaints", "severity", 1, 5),
        ("maturity", "stage", 1, 6),
        ("self_assessment", "score", 1, 3),
        ("employees", "enps", 0, 10),
        ("brand_ratings", "score", 0, 10),
    ],
)
def test_ranges_of_the_data_model(table, column, lowest, highest):
    found = TABLES[table].columns[column]
    assert (found.minimum, found.maximum) == (lowest, highest)


def test_segments_are_free_and_nothing_else_is():
    responses = TABLES["responses"]
    assert responses.column("segment.home_region").meaning == "segment of the respondent: home region"
    assert responses.column("segment.") is None and responses.column("region") is None
    assert TABLES["customers"].column("segment.region") is None
