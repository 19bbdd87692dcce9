"""The mapping from a source file to the canonical tables, as a parameter file states it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from cxlab.model.strict import Strict, code_text

Format = Literal["csv", "qualtrics", "spss", "excel", "parquet"]


# Names of branches that pydantic puts among the steps to a fault, and that stand in no file.
_ITEMS, _COLUMN, _REST, _LIST = "<items>", "<column>", "<rest>", "<list>"
NOT_WRITTEN = (_ITEMS, _COLUMN, _REST, _LIST, "[key]")


def _by_code(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    coded: dict[str, Any] = {}
    for key, entry in value.items():
        code = code_text(key)
        if code in coded:
            raise ValueError(f"the code {code} stands twice; keep one of the two")
        coded[code] = entry
    return coded


def _as_text(value: Any) -> Any:
    return code_text(value) if isinstance(value, int | float) else value


def _as_texts(value: Any) -> Any:
    return [_as_text(entry) for entry in value] if isinstance(value, list) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_texts)]
Labels = Annotated[dict[str, Text], BeforeValidator(_by_code)]


class Reading(Strict):
    """How raw values become canonical ones, in this order: missing, codes, shift, reverse, range.

    Parameters
    ----------
    scale
        Lowest and highest score, as the canonical table is to hold it.
    missing
        Source code → reason why there is no answer.
    codes
        Source text → score.
    shift
        Added to every score (some exports write 1–11 for 0–10: `shift: -1`).
    reverse
        Whether the scale runs the other way in the source.
    decimal
        Decimal mark of numbers written as text.
    """

    scale: tuple[float, float] | None = None
    missing: Labels = Field(default_factory=dict)
    codes: Annotated[dict[str, float], BeforeValidator(_by_code)] = Field(default_factory=dict)
    shift: float = 0
    reverse: bool = False
    decimal: Literal[".", ","] = "."

    @field_validator("scale")
    @classmethod
    def _ascending(cls, scale: tuple[float, float] | None) -> tuple[float, float] | None:
        if scale is not None and not scale[0] < scale[1]:
            raise ValueError("a scale is [lowest, highest]")
        return scale


def _is_date_format(form: str) -> bool:
    try:
        datetime.strptime("", form)
    except ValueError as error:
        return "%" in form and str(error).startswith("time data")  # the format is sound, the text is not
    except re.error:  # the same sign twice
        return False
    return False


class ColumnMapping(Reading):
    """Where one canonical column comes from.

    Parameters
    ----------
    from_
        Source column (`from:`).
    value
        A constant instead of a source column.
    format
        One or several date formats, in the signs of `strptime`; without it dates are ISO 8601.
    tz
        Time zone the source's clock ran in; the canonical moment is then UTC.
    labels
        Source code → name.
    hash
        Whether to pseudonymise with the salt in the environment variable CXLAB_SALT.
    """

    from_: Text | None = Field(None, alias="from")
    value: Text | None = None
    format: Texts | None = None
    tz: str | None = None
    labels: Labels = Field(default_factory=dict)
    hash: bool = False

    @field_validator("format", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("format")
    @classmethod
    def _known_signs(cls, formats: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for form in formats or ():
            if not _is_date_format(form):
                raise ValueError(f"'{form}' is no date format; write one such as %d/%m/%Y %H:%M:%S")
        return formats

    @field_validator("tz")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"'{zone}' is no time zone; write one such as Europe/Madrid")
        return zone

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMapping:
        if (self.from_ is None) == (self.value is None):
            raise ValueError("a column has either `from` (a source column) or `value` (a constant)")
        return self


def _named(value: Any) -> Any:
    return value if isinstance(value, dict | ColumnMapping) else {"from": value}


def _all_named(value: Any) -> Any:
    return {str(key): _named(entry) for key, entry in value.items()} if isinstance(value, dict) else value


class ItemsMapping(Reading):
    """Columns of a matrix question, melted to one row per attribute.

    Parameters
    ----------
    attributes
        Attribute → its source column, or a mapping of its own where it differs from its neighbours.
    """

    attributes: Annotated[dict[str, ColumnMapping], BeforeValidator(_all_named)] = Field(min_length=1)

    def column(self, attribute: str) -> ColumnMapping:
        """Return the mapping of one attribute: its own settings over those of the question."""
        shared = self.model_dump(exclude={"attributes"}, exclude_unset=True, by_alias=True)
        own = self.attributes[attribute].model_dump(exclude_unset=True, by_alias=True)
        return ColumnMapping.model_validate({**shared, **own})


def _mapping_kind(value: Any) -> str:
    is_items = isinstance(value, ItemsMapping) or (isinstance(value, dict) and "attributes" in value)
    return _ITEMS if is_items else _COLUMN


AnyMapping = Annotated[
    Annotated[ItemsMapping, Tag(_ITEMS)] | Annotated[ColumnMapping, BeforeValidator(_named), Tag(_COLUMN)],
    Discriminator(_mapping_kind),
]


def _ignore_kind(value: Any) -> str:
    return _REST if isinstance(value, str) else _LIST


Ignored = Annotated[
    Annotated[Literal["rest"], Tag(_REST)] | Annotated[Texts, Tag(_LIST)], Discriminator(_ignore_kind)
]

# Settings that only some formats know.
_FORMATS = {"encoding": ("csv", "qualtrics"), "delimiter": ("csv", "qualtrics"), "sheet": ("excel",)}


class Source(Strict):
    """One source: a file, or several of one layout, and the canonical tables it fills.

    Parameters
    ----------
    path
        One path or several; relative ones start at the folder of the parameter file.
    format
        The tool or file type that wrote it.
    encoding, delimiter
        Of text files; UTF-8 and a comma unless named.
    sheet
        Sheet of a workbook; the only one unless named.
    tables
        Canonical table → canonical column → mapping.
    ignore
        Source columns that are left out on purpose, or `rest` for all that are not mapped.
    drop
        Source columns that must not enter memory beyond the reader (personal data).
    """

    path: Annotated[tuple[str, ...], Field(min_length=1)]
    format: Format
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    tables: dict[str, dict[str, AnyMapping]] = Field(min_length=1)
    ignore: Ignored = ()
    drop: Texts = ()

    @field_validator("path", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("delimiter")
    @classmethod
    def _one_sign(cls, delimiter: str) -> str:
        if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
            raise ValueError('a delimiter is one sign, such as ";" or "\\t" (a tab), in double quotes')
        return delimiter

    @model_validator(mode="after")
    def _known_to_the_format(self) -> Source:
        for setting, formats in _FORMATS.items():
            if setting in self.model_fields_set and self.format not in formats:
                raise ValueError(f"`{setting}` means nothing with format: {self.format}; take it away")
        return self
