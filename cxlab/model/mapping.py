"""The mapping from source columns to canonical ones, as a parameter file states it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from cxlab.model.date_format import is_date_format
from cxlab.model.strict import Strict, code_text

# Names of branches that pydantic puts among the steps to a fault, and that stand in no file.
_ITEMS, _COLUMN = "<items>", "<column>"

# Stands between the names that a question with several answers gives.
AND = "; "
TRUE_WORDS = ("true", "1", "yes", "y")
FALSE_WORDS = ("false", "0", "no", "n")
UNCHOSEN = ("0", "n", "no", "false", "not selected", "unselected", "unchecked")


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


def one_or_many(value: Any) -> Any:
    """Return a bare entry as a list of one."""
    return value if isinstance(value, list | tuple | None) else [value]


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_texts)]
OneOrMany = Annotated[Texts, BeforeValidator(one_or_many)]
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
    thousands
        Sign between the thousands of numbers written as text; a blank stands for every kind of blank.
    """

    scale: tuple[float, float] | None = None
    missing: Labels = Field(default_factory=dict)
    codes: Annotated[dict[str, float], BeforeValidator(_by_code)] = Field(default_factory=dict)
    shift: float = 0
    reverse: bool = False
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None

    @field_validator("scale")
    @classmethod
    def _ascending(cls, scale: tuple[float, float] | None) -> tuple[float, float] | None:
        if scale is not None and not scale[0] < scale[1]:
            raise ValueError("a scale is [lowest, highest]")
        return scale

    @model_validator(mode="after")
    def _two_marks(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError(f"`thousands` and `decimal` are both '{self.decimal}'; name two different signs")
        return self


def _is_said(name: str) -> bool:
    return bool(name.strip()) and AND.strip() not in name


class ColumnMapping(Reading):
    """Where one canonical column comes from.

    Parameters
    ----------
    from_
        Source column (`from:`); several columns of a key or a text are joined by a stroke.
    value
        A constant instead of a source column.
    options
        Answer → its source column, for a question with one column per answer. An answer counts as chosen
        where its cell is not blank and holds none of the codes for "not chosen".
    unchosen
        Codes for "not chosen", in any case; 0, N, No, false and the like unless named.
    split
        Sign between the answers where one column holds several.
    format
        One or several date formats, in the signs of `strptime` and `%o` for `23rd`; without it dates are
        ISO 8601.
    tz
        Time zone the source's clock ran in; the canonical moment is then UTC.
    labels
        Source code → name.
    hash
        Whether to pseudonymise with the salt in the environment variable CXLAB_SALT.
    """

    from_: OneOrMany = Field((), alias="from", min_length=1)
    value: Text | None = None
    options: Annotated[dict[str, Text], BeforeValidator(_by_code), Field(min_length=1)] | None = None
    unchosen: Texts = ()
    split: str | None = Field(None, min_length=1)
    format: OneOrMany | None = None
    tz: str | None = None
    labels: Labels = Field(default_factory=dict)
    hash: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns it comes from; none for a constant."""
        return self.from_ or tuple((self.options or {}).values())

    @field_validator("from_", "options")
    @classmethod
    def _each_once(cls, named: Any) -> Any:
        columns = list(named.values()) if isinstance(named, dict) else list(named or ())
        doubled = next((name for name in columns if columns.count(name) > 1), None)
        if doubled is not None:
            raise ValueError(f"the source column '{doubled}' stands twice; name each once")
        return named

    @field_validator("options")
    @classmethod
    def _tellable(cls, options: dict[str, str] | None) -> dict[str, str] | None:
        for name in options or ():
            if not _is_said(name):
                raise ValueError(f"'{name}' can name no answer: chosen ones are joined by '{AND.strip()}'")
        return options

    @field_validator("format")
    @classmethod
    def _known_signs(cls, formats: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for form in formats or ():
            if not is_date_format(form):
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
        if [bool(self.from_), self.value is not None, self.options is not None].count(True) != 1:
            raise ValueError(
                "a column has either `from` (a source column), `value` (a constant) or `options` (one source "
                "column per answer)"
            )
        return self

    @model_validator(mode="after")
    def _goes_together(self) -> ColumnMapping:
        several = len(self.from_) > 1
        senseless = {
            "unchosen": self.options is None,
            "split": len(self.from_) != 1,
            "labels": self.options is not None or several,
        }
        for setting, is_so in senseless.items():
            if setting in self.model_fields_set and is_so:
                origin = "`options`" if self.options else "several columns" if several else "this"
                raise ValueError(f"`{setting}` means nothing with {origin}; take it away")
        if self.split is not None and not all(map(_is_said, self.labels.values())):
            raise ValueError(f"a label of an answer may not hold '{AND.strip()}', which joins the answers")
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

    @model_validator(mode="after")
    def _fits_the_question(self) -> ItemsMapping:
        for attribute in self.attributes:
            try:
                self.column(attribute)
            except ValidationError as error:
                what = error.errors()[0]["msg"].removeprefix("Value error, ")
                raise ValueError(f"'{attribute}': {what}") from None
        return self

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
