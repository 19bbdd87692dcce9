"""One spelling for one code, and no key that nobody knows."""

# ruff: noqa: E501 (one case a line)

from decimal import Decimal

import numpy as np
import pytest
from pydantic import Field, ValidationError, model_validator

from cxlab.model.strict import Strict, code_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"), (1.0, "1"), ("1", "1"), (" 1.0 ", "1"), ("01", "1"), ("+1", "1"), ("1.", "1"), (np.int8(1), "1"),
        (np.float64(1), "1"), (Decimal("1.00"), "1"), (-0.0, "0"), (1.5, "1.5"), ("1.50", "1.5"), ("-99", "-99"),
        (True, "true"), ("True", "True"), ("1e3", "1e3"), ("1_0", "1_0"), ("١", "١"), ("nan", "nan"), ("", ""),
        (" a b ", "a b"), ("1-2", "1-2"), (2**53 + 1, str(2**53 + 1)), ("12345678901234567890", "12345678901234567890"),
    ],
)  # fmt: skip
def test_code_text(value, text):
    assert code_text(value) == text


class Inner(Strict):
    size: int
    colour: str = "red"


class Outer(Strict):
    inner: Inner
    named: int = Field(0, alias="01_named")

    @model_validator(mode="after")
    def _not_thirteen(self):
        if self.named == 13:
            raise ValueError("thirteen")
        return self


def _faults(data) -> set[tuple[str, str]]:
    with pytest.raises(ValidationError) as raised:
        Outer.model_validate(data)
    return {(".".join(map(str, fault["loc"])), fault["msg"]) for fault in raised.value.errors()}


def test_every_unknown_key_and_every_other_fault_is_told():
    assert _faults({"innr": 1, "inner": {"size": "many", "color": "x", "shape": 2}}) == {
        ("innr", "unknown key 'innr'; did you mean 'inner'?"),
        ("inner.color", "unknown key 'color'; did you mean 'colour'?"),
        ("inner.shape", "unknown key 'shape'; known are: colour, size"),
        ("inner.size", "Input should be a valid integer, unable to parse string as an integer"),
    }


def test_a_field_is_known_by_its_alias_only():
    assert Outer.model_validate({"inner": {"size": 1}, "01_named": 2}).named == 2
    assert {place for place, _ in _faults({"inner": {"size": 1}, "named": 2})} == {"named"}


def test_other_validators_still_speak():
    assert {text for _, text in _faults({"inner": {"size": 1}, "01_named": 13})} == {"Value error, thirteen"}


def test_a_model_is_frozen():
    with pytest.raises(ValidationError):
        Inner(size=1).size = 2
