"""A column and a table of the canonical data model, described for people and for checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["key", "text", "choice", "score", "number", "whole", "date", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name
        Its lower_snake name.
    kind
        What it holds: a `key` or `text` (strings), a `choice` from `choices`, a `score` on a scale,
        a `number`, a `whole` number, a `date` (with or without a time of day) or a `flag` (yes/no).
    meaning
        One plain sentence.
    unit
        Unit of the values, empty where there is none.
    minimum, maximum
        Range, both ends included; None where open. A score without a range takes it from the mapping.
    above
        Lower end that is not itself allowed (a weight is above 0).
    choices
        Values a `choice` may take.
    required
        Whether the column must be mapped and each row must hold a value.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in ("score", "number", "whole")


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table.

    Parameters
    ----------
    name
        Its lower_snake name.
    meaning
        One plain sentence: what one row is.
    key
        The columns that together name a row.
    columns
        Its columns by name, in their canonical order.
    free_prefix
        Prefix of columns a mapping may add (`segment.`), empty where it may add none.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    free_prefix: str = ""

    def column(self, name: str) -> Column | None:
        """Return the column called `name`, or None where the table has none of that name."""
        if name in self.columns:
            return self.columns[name]
        if self.free_prefix and name.startswith(self.free_prefix) and name != self.free_prefix:
            label = name.removeprefix(self.free_prefix).replace("_", " ")
            return Column(name, "text", f"segment of the respondent: {label}")
        return None


def table(name: str, meaning: str, key: str, *columns: Column, free_prefix: str = "") -> Table:
    """Build a table whose key columns are named in one string, separated by blanks."""
    return Table(name, meaning, tuple(key.split()), {c.name: c for c in columns}, free_prefix)


def key(name: str, meaning: str, *, required: bool = True) -> Column:
    """Build a pseudonymous key column."""
    return Column(name, "key", meaning, required=required)


def text(name: str, meaning: str, *, required: bool = False) -> Column:
    """Build a column of free names or words."""
    return Column(name, "text", meaning, required=required)


def choice(name: str, choices: str, meaning: str, *, required: bool = False) -> Column:
    """Build a column of named values, written in one string with ` | ` between them."""
    return Column(name, "choice", meaning, choices=tuple(choices.split(" | ")), required=required)


def score(
    name: str,
    meaning: str,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    required: bool = False,
) -> Column:
    """Build a score; without a range of its own it takes the `scale` of its mapping."""
    return Column(name, "score", meaning, "points", minimum, maximum, required=required)


def number(
    name: str,
    meaning: str,
    unit: str = "",
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    required: bool = False,
) -> Column:
    """Build a column of real numbers."""
    return Column(name, "number", meaning, unit, minimum, maximum, above, required=required)


def whole(
    name: str,
    meaning: str,
    unit: str = "",
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    required: bool = False,
) -> Column:
    """Build a column of whole numbers."""
    return Column(name, "whole", meaning, unit, minimum, maximum, required=required)


def date(name: str, meaning: str, *, required: bool = False) -> Column:
    """Build a column of dates or moments."""
    return Column(name, "date", meaning, required=required)


def flag(name: str, meaning: str, *, required: bool = False) -> Column:
    """Build a yes/no column."""
    return Column(name, "flag", meaning, required=required)
