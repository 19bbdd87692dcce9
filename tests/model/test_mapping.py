"""The mapping's models: shorthand, and settings an attribute shares with its question."""

import pytest
from pydantic import ValidationError

from cxlab.model.mapping import ColumnMapping, ItemsMapping
from cxlab.model.source import Source


def _source(**more):
    return Source.model_validate(
        {"path": "s.csv", "format": "csv", "tables": {"responses": {"response_id": "id"}}, **more}
    )


def test_a_bare_name_is_a_source_column():
    mapping = _source().tables["responses"]["response_id"]
    assert isinstance(mapping, ColumnMapping) and mapping.from_ == ("id",)
    assert _source(tables={"responses": {"response_id": 7}}).tables["responses"]["response_id"].from_ == (
        "7",
    )


def test_one_path_or_several():
    assert _source().path == ("s.csv",)
    assert _source(path=["a", "b"]).path == ("a", "b")
    with pytest.raises(ValidationError):
        _source(path=[])


def test_an_attribute_keeps_what_it_says_and_shares_the_rest():
    matrix = ItemsMapping.model_validate(
        {
            "scale": [1, 5],
            "missing": {0: "blank"},
            "reverse": True,
            "attributes": {"art": "a", "food": {"from": "f", "scale": [0, 10], "reverse": False}},
        }
    )
    art, food = matrix.column("art"), matrix.column("food")
    assert (art.from_, art.scale, art.reverse, art.missing) == (("a",), (1, 5), True, {"0": "blank"})
    assert (food.from_, food.scale, food.reverse, food.missing) == (("f",), (0, 10), False, {"0": "blank"})


def test_ignore():
    assert _source(ignore="rest").ignore == "rest"
    assert _source(ignore=["a", 2]).ignore == ("a", "2")
    assert _source().ignore == () and _source().drop == ()
    with pytest.raises(ValidationError):
        _source(ignore="everything")
