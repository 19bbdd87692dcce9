"""A source of a market: a file, several of one layout, or a query, and the canonical tables it fills."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from cxlab.model.mapping import AnyMapping, Text, Texts, one_or_many
from cxlab.model.strict import Strict

Format = Literal[
    "csv",
    "qualtrics",
    "surveymonkey",
    "questionpro",
    "limesurvey",
    "spss",
    "excel",
    "parquet",
    "database",
]

# Names of branches that pydantic puts among the steps to a fault, and that stand in no file.
_REST, _LIST = "<rest>", "<list>"

_TEXTS = ("csv", "qualtrics", "surveymonkey", "questionpro", "limesurvey")
_BOOKS = ("excel", "surveymonkey", "questionpro")
# Settings that only some formats know.
_FORMATS: dict[str, tuple[str, ...]] = {"encoding": _TEXTS, "delimiter": _TEXTS, "sheet": _BOOKS}

_NO_CODE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = re.compile(r"(?:select|with)\b", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^/@]*:(?!\$\{\w+\}@)[^/@]+@|[?&]password=(?!\$\{)", re.IGNORECASE)


class Layout(Strict):
    """How a file is written.

    Parameters
    ----------
    format
        The tool or file type that wrote it.
    encoding, delimiter
        Of text files; UTF-8 and a comma unless named.
    sheet
        Sheet of a workbook; the only one unless named.
    """

    format: Format
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None

    @field_validator("delimiter")
    @classmethod
    def _one_sign(cls, delimiter: str) -> str:
        if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
            raise ValueError('a delimiter is one sign, such as ";" or "\\t" (a tab), in double quotes')
        return delimiter

    @model_validator(mode="after")
    def _known_to_the_format(self) -> Layout:
        for setting, formats in _FORMATS.items():
            if setting in self.model_fields_set and self.format not in formats:
                raise ValueError(f"`{setting}` means nothing with format: {self.format}; take it away")
        return self


def _on_same_name(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): entry for key, entry in value.items()}
    names = value if isinstance(value, list) else [value]
    return (
        {str(name): name for name in names} if all(isinstance(name, str | int) for name in names) else value
    )


class Join(Strict):
    """A further file whose columns are put beside the rows of a source, by a key.

    Parameters
    ----------
    path
        The file; a relative path starts at the folder of the parameter file.
    on
        The key: a column that both have or several, or column of the source → column of this file. Each key
        occurs once in this file.
    format, encoding, delimiter, sheet
        As in a source. What is not named is as in the source, where both are of one format.
    """

    path: str
    on: Annotated[dict[str, Text], BeforeValidator(_on_same_name), Field(min_length=1)]
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def layout(self, source: Layout) -> Layout:
        """Return how the file is written: as it says, else as the source's own files are."""
        own = self.model_dump(include={"format", "encoding", "delimiter", "sheet"}, exclude_none=True)
        if own.get("format", source.format) != source.format:
            return Layout.model_validate(own)
        shared = source.model_dump(include={"format", "encoding", "delimiter"} & source.model_fields_set)
        return Layout.model_validate({**shared, **own})


def _ignore_kind(value: Any) -> str:
    return _REST if isinstance(value, str) else _LIST


Ignored = Annotated[
    Annotated[Literal["rest"], Tag(_REST)] | Annotated[Texts, Tag(_LIST)], Discriminator(_ignore_kind)
]


class Source(Layout):
    """One source and the canonical tables it fills.

    Parameters
    ----------
    path
        One path or several of one layout; relative ones start at the folder of the parameter file.
    url, query
        Of a database: its address, as SQLAlchemy spells it, and one SELECT. A password stands in the
        environment: `url: ${CRM_URL}`.
    join
        Further files whose columns are put beside the rows, one after the other.
    tables
        Canonical table → canonical column → mapping.
    ignore
        Source columns that are left out on purpose, or `rest` for all that are not mapped.
    drop
        Source columns that must not enter memory beyond the reader (personal data).
    """

    path: Annotated[tuple[str, ...], BeforeValidator(one_or_many), Field(min_length=1)] = ()
    url: str | None = None
    query: str | None = None
    join: Annotated[tuple[Join, ...], BeforeValidator(one_or_many)] = ()
    tables: dict[str, dict[str, AnyMapping]] = Field(min_length=1)
    ignore: Ignored = ()
    drop: Texts = ()

    @field_validator("url")
    @classmethod
    def _no_password(cls, url: str | None) -> str | None:
        if url is not None and _PASSWORD.search(url):
            raise ValueError(
                "a password has no place in this file; put the address in the environment: ${CRM_URL}"
            )
        return url

    @field_validator("query")
    @classmethod
    def _one_select(cls, query: str | None) -> str | None:
        code = "" if query is None else _NO_CODE.sub(" ", query).strip().rstrip("; \n")
        if query is not None and (not _READS.match(code.lstrip("( \n")) or ";" in code):
            raise ValueError("a query is one SELECT, without a second statement behind it")
        return query

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        needed = ("url", "query") if self.format == "database" else ("path",)
        for setting in needed:
            if not getattr(self, setting):
                raise ValueError(f"'{setting}' is missing")
        for setting in ("path",) if self.format == "database" else ("url", "query"):
            if setting in self.model_fields_set:
                raise ValueError(f"`{setting}` means nothing with format: {self.format}; take it away")
        return self

    @model_validator(mode="after")
    def _joins_of_files(self) -> Source:
        for place, join in enumerate(self.join, start=1):
            if (join.format or self.format) == "database":
                raise ValueError(
                    f"join {place}: name the format of its file; tables of a database join in the query"
                )
            try:
                join.layout(self)
            except ValidationError as error:
                what = error.errors()[0]["msg"].removeprefix("Value error, ")
                raise ValueError(f"join {place}: {what}") from None
        return self
