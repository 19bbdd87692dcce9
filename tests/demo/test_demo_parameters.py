"""The parameter files follow the data they read, and the committed ones equal the generated ones."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
from ruamel.yaml import YAML

from cxlab.demo.company import WAVES
from cxlab.demo.company_files import company_columns
from cxlab.demo.markets import MARKETS
from cxlab.demo.parameters import parameter_files
from cxlab.demo.yaml_text import scalar
from tests.demo.in_turn import IN_TURN

COMMITTED = Path(__file__).parents[2] / "params"
by_market = pytest.mark.parametrize("plan", MARKETS, ids=lambda plan: plan.name)


def _sources(folder: Path, market: str) -> dict:
    text = (folder / "params" / f"{market}.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)["sources"]


@pytest.mark.parametrize("name", parameter_files(""))
def test_committed_files_equal_the_generated(name: str) -> None:
    """Write them anew from `parameter_files("../outputs/demo/exports")` after a change of the demo."""
    text = (COMMITTED / name).read_bytes().decode()
    assert text == parameter_files("../outputs/demo/exports")[name]


@by_market
def test_files_are_strict_yaml_named_after_their_market(plan) -> None:
    parsed = YAML(typ="safe").load(parameter_files("../exports")[f"{plan.name}.yaml"])
    assert parsed["market"] == plan.name
    assert parsed["wave"] == "2026-2"
    names = {attribute.name for attribute in plan.attributes}
    assert names < parsed["labels"].keys()
    assert all(texts.keys() == {"en", "es", "it", "pl"} for texts in parsed["labels"].values())
    for texts in parsed["sources"]["pulse"]["tables"]["response_items"].values():
        assert texts["attributes"].keys() == names


@by_market
def test_the_company_files_hold_the_columns_the_mapping_names(demo: Path, plan) -> None:
    sources = _sources(demo, plan.name)
    assert sources.keys() == {"pulse", *company_columns()}
    for name, columns in company_columns().items():
        path = demo / "params" / sources[name]["path"]
        if path.suffix == ".parquet":
            found = pq.read_schema(path).names
        else:
            found = list(pd.read_csv(path, sep=sources[name].get("delimiter", ","), nrows=0).columns)
        assert tuple(found) == columns
        assert tuple(sources[name]["tables"][name]) == columns


def test_labels_in_the_mapping_are_those_of_the_spss_file(demo: Path) -> None:
    source = _sources(demo, "demo-pl")["pulse"]
    _, meta = pyreadstat.read_sav(demo / "params" / source["path"], metadataonly=True)
    responses = source["tables"]["responses"]
    assert [*responses["wave"]["labels"].values()] == [wave.name for wave in WAVES]
    for column in ("wave", "stage", "channel", "segment.region", "segment.age_band", "segment.customer_type"):
        assert responses[column]["labels"] == meta.variable_value_labels[responses[column]["from"]]


@pytest.mark.parametrize("name", IN_TURN)
def test_personal_columns_never_pass_the_reader(loaded, name: str) -> None:
    """Nothing that looks like an address is in a loaded table, comments included."""
    market = loaded(name)
    for table in ("responses", "customers"):
        for column in market.table(table).select_dtypes("str"):
            assert not market.table(table)[column].str.contains(r"@|192\.0\.2|Sample", na=False).any()


@pytest.mark.parametrize(
    "text", ["yes", "No", "n", "none", "18-29", "60+", "a: b", "¿Qué?", " x", "x ", "#2", ""]
)
def test_texts_that_yaml_may_misread_are_quoted(text: str) -> None:
    assert scalar(text).startswith('"')
    assert YAML(typ="safe").load(f"{{key: {scalar(text)}}}")["key"] == text


@pytest.mark.parametrize("text", ["Norte", "Isole minori", "Seq. Number", "N/A", "Relación calidad-precio"])
def test_plain_texts_stay_plain(text: str) -> None:
    assert scalar(text) == text
    assert YAML(typ="safe").load(f"{{key: {text}}}")["key"] == text
