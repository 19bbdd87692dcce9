"""The parameter files follow the data they read, and the committed ones equal the generated ones."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from ruamel.yaml import YAML

from cxlab.demo.company import MARKETS, SPAIN
from cxlab.demo.parameters import parameter_files

COMMITTED = Path(__file__).parents[2] / "params"


def _source(folder: Path, market: str) -> dict:
    text = (folder / "params" / f"{market}.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)["sources"]["pulse"]


def _mapped(source: dict) -> list[str]:
    """Source columns that a mapping reads."""
    responses = source["tables"]["responses"].values()
    columns = [entry if isinstance(entry, str) else entry["from"] for entry in responses]
    for kind in source["tables"]["response_items"].values():
        columns += kind["attributes"].values()
    return columns


@pytest.mark.parametrize("name", parameter_files(""))
def test_committed_files_equal_the_generated(name: str) -> None:
    """Write them anew from `parameter_files("../outputs/demo/exports")` after a change of the demo."""
    text = (COMMITTED / name).read_bytes().decode()
    assert text == parameter_files("../outputs/demo/exports")[name]


@pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)
def test_files_are_strict_yaml_named_after_their_market(plan) -> None:
    parsed = YAML(typ="safe").load(parameter_files("../exports")[f"{plan.name}.yaml"])
    assert parsed["market"] == plan.name
    assert parsed["wave"] == "2026-1"
    names = {attribute.name for attribute in plan.attributes}
    assert names < parsed["labels"].keys()
    assert all(texts.keys() == {"en", "es", "it", "pl"} for texts in parsed["labels"].values())
    for texts in parsed["sources"]["pulse"]["tables"]["response_items"].values():
        assert texts["attributes"].keys() == names


def test_every_qualtrics_column_is_mapped_dropped_or_ignored_once(demo: Path) -> None:
    source = _source(demo, "demo-es")
    named = _mapped(source) + source["drop"] + source["ignore"]
    for path in source["path"]:
        columns = pd.read_csv(demo / "params" / path, nrows=0).columns
        assert sorted(named) == sorted(columns)


def test_every_mapped_spss_variable_exists(demo: Path) -> None:
    source = _source(demo, "demo-pl")
    _, meta = pyreadstat.read_sav(demo / "params" / source["path"], metadataonly=True)
    mapped = _mapped(source)
    assert len(set(mapped)) == len(mapped)
    assert set(meta.column_names) - set(mapped) == {"ANKIETER"}


def test_labels_in_the_mapping_are_those_of_the_spss_file(demo: Path) -> None:
    source = _source(demo, "demo-pl")
    _, meta = pyreadstat.read_sav(demo / "params" / source["path"], metadataonly=True)
    responses = source["tables"]["responses"]
    for column in ("wave", "channel", "segment.region", "segment.age_band", "segment.customer_type"):
        assert responses[column]["labels"] == meta.variable_value_labels[responses[column]["from"]]


def test_nps_codes_are_shifted_onto_the_scale(demo: Path) -> None:
    source = _source(demo, "demo-es")
    entry = source["tables"]["responses"]["nps"]
    answers = pd.concat([pd.read_csv(demo / "params" / path, skiprows=[1, 2]) for path in source["path"]])
    scores = answers[entry["from"]] + entry["shift"]
    assert answers[entry["from"]].min() >= 1 and set(range(11)) - set(scores) <= {0}  # a 0 is rare
    assert int((scores > 10).sum()) == SPAIN.dirt.impossible_nps
