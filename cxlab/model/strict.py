"""The strict model every parameter model is made of, and the spelling of a code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from cxlab.model.errors import nearest

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?", re.ASCII)
_EXACT = 2**53  # from here on not every whole number is a float


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and names the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_unknown(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        known = {field.alias or name for name, field in cls.model_fields.items()}
        unknown = [key for key in data if key not in known] if isinstance(data, Mapping) else []
        if not unknown:
            return handler(data)
        faults = [
            InitErrorDetails(type=unknown_key(key, known), loc=(str(key),), input=None) for key in unknown
        ]
        try:
            handler({key: value for key, value in data.items() if key in known})
        except ValidationError as error:  # the faults of the other keys are to be heard too
            faults += [_same_fault(fault) for fault in error.errors()]
        raise ValidationError.from_exception_data(cls.__name__, faults)


def unknown_key(key: object, known: set[str]) -> PydanticCustomError:
    """Return the validation error for a key nobody knows."""
    context = {"key": str(key), "remedy": nearest(str(key), known)}
    return PydanticCustomError("unknown_key", "unknown key '{key}'; {remedy}", context)


def _same_fault(fault: Any) -> InitErrorDetails:
    custom = PydanticCustomError(fault["type"], "{text}", {"text": fault["msg"]})
    return InitErrorDetails(type=custom, loc=fault["loc"], input=None)


def code_text(value: object) -> str:
    """Return the one spelling of a source code: `1`, `1.0` and ` 1 ` are all `1`.

    Parameters
    ----------
    value
        A number or a text, as a parameter file or a source holds it.

    Returns
    -------
    str
        Text without white space at its ends; a number without idle decimals, noughts or signs.
    """
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip()
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    if abs(number) >= _EXACT:
        return text
    return str(int(number)) if number.is_integer() else repr(number)
