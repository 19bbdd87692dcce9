"""The guide to the mapping: the loader accepts each of its examples, and no format or setting is left out."""

import re
from pathlib import Path
from typing import get_args

import pytest

from cxlab.load.read_parameters import read_parameters
from cxlab.model.mapping import ColumnMapping
from cxlab.model.source import Format, Source

GUIDE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
HEAD = 'market: xx\nname: Example\nwave: "2026-1"\n'
SOURCES = [
    block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("sources:")
]
COLUMNS = re.findall(r"^(q3: .*?)(?: +#.*)?$", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("block", SOURCES, ids=["formats", "joins"])
def test_an_example_of_sources_is_accepted(desk, block):
    read_parameters(desk.write("xx.yaml", HEAD + block))


@pytest.mark.parametrize("line", COLUMNS, ids=["options", "split"])
def test_an_example_of_a_column_is_accepted(desk, line):
    table = f"responses:\n        response_id: id\n        {line}\n"
    source = f"sources:\n  s:\n    path: s.csv\n    format: csv\n    tables:\n      {table}"
    read_parameters(desk.write("xx.yaml", HEAD + source))


def test_there_is_an_example_of_every_format(desk):
    parameters = read_parameters(desk.write("xx.yaml", HEAD + SOURCES[0]))
    assert {source.format for source in parameters.sources.values()} == set(get_args(Format))


def test_every_setting_is_in_the_tables():
    cells = " ".join(re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE))
    named = set(re.findall(r"`(\w+)`", cells))
    settings = {
        field.alias or name for model in (Source, ColumnMapping) for name, field in model.model_fields.items()
    }
    assert settings - {"value"} <= named  # a constant stands in the text above the table
