"""What every reader hands over: raw values, the row each stood in, and what the file says about its codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from cxlab.model.errors import SourceError, nearest
from cxlab.model.market import InputFile

# A mapping takes the number of a row under this name, where no column of the source bears it.
ROW = "#row"

_NUMBER = re.compile(r"[-+\d.,:/ ]+")
_MOST_COLUMNS = 100_000
_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "bar", ",": "comma"}


@dataclass(frozen=True, slots=True)
class RawTable:
    """Raw values of one file.

    Parameters
    ----------
    file
        Name of the file, without its folders.
    frame
        Raw values under unique column names; only the columns that were asked for.
    first_row
        Row number of the first data row, as a spreadsheet counts (header rows included).
    skipped
        Number of rows without any content above each data row; None where there are none.
    unmatched
        Column → why a row has no cell in it, as a category, where the column was joined on.
    inputs
        The files, or the query, it was read from.
    user_missing
        Column → code → reason, where the file itself declares codes as missing.
    value_labels
        Column → code → label, where the file itself names its codes.
    """

    file: str
    frame: pd.DataFrame
    first_row: int
    user_missing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: np.ndarray | None = None
    unmatched: Mapping[str, pd.Series] = field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()

    @property
    def row_numbers(self) -> np.ndarray:
        """Row number of each data row, as a spreadsheet counts."""
        numbers = np.arange(len(self.frame)) + self.first_row
        return numbers if self.skipped is None else numbers + self.skipped

    def with_row_numbers(self) -> RawTable:
        """Return the table with the number of each row as a text in `#row`; a column of that name stays."""
        if ROW in self.frame:
            return self
        numbers = pd.Series(self.row_numbers, index=self.frame.index).astype("str")
        return replace(self, frame=self.frame.assign(**{ROW: numbers}))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The source columns a mapping asks for.

    Parameters
    ----------
    columns
        Columns that are mapped.
    ignored
        Columns left out by name.
    dropped
        Columns that must not enter memory.
    ignore_rest
        Whether every other column is left out too.
    partial
        Whether a mapped column may be absent, as further files are joined on.
    """

    columns: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    ignore_rest: bool = False
    partial: bool = False

    def choose(self, header: Sequence[str], file: str) -> list[str]:
        """Return the columns to read; raise SourceError for one that is missing or not accounted for."""
        if not self.partial:
            self._refuse_missing(header, file)
        spoken_for = {*self.columns, *self.ignored, *self.dropped}
        strangers = [name for name in header if name not in spoken_for]
        if strangers and not self.ignore_rest:
            shown = ", ".join(f"'{name[:60]}'" for name in strangers[:8])
            more = f" and {len(strangers) - 8} more" if len(strangers) > 8 else ""
            count = "1 source column is" if len(strangers) == 1 else f"{len(strangers)} source columns are"
            raise SourceError(
                f"{count} not mapped: {shown}{more}",
                where=file,
                remedy="map them, list them under ignore, or write ignore: rest",
            )
        return [name for name in header if name in self.columns]

    def _refuse_missing(self, header: Sequence[str], file: str) -> None:
        for name in self.columns:
            if name not in header and name != ROW:
                raise SourceError(
                    f"there is no column '{name}'",
                    where=file,
                    remedy=_delimiter_remedy(header) or self._name_remedy(name, header),
                )

    def _name_remedy(self, name: str, header: Sequence[str]) -> str:
        """Say which column was probably meant; names that may be answers are not repeated."""
        numbers = any(_NUMBER.fullmatch(column) for column in header)
        known = {column.lower() for column in header}
        if numbers or not any(column.lower() in known for column in self.columns):
            return "check whether its first row holds the column names: those mapped do not stand there"
        return nearest(name, header)


def _delimiter_remedy(header: Sequence[str]) -> str:
    for mark, word in _DELIMITERS.items():
        if sum(mark in name for name in header) * 2 >= len(header):
            spelt = "\\t" if mark == "\t" else mark
            return f'the fields look separated by a {word}: write delimiter: "{spelt}"'
    return ""


def unique_header(names: Sequence[str], file: str, *, keep_doubles: bool = False) -> list[str]:
    """Return header names without white space at their ends, each of them once.

    Parameters
    ----------
    names
        Names as the file holds them; one without a name is called `column 7` after its position.
    file
        Name of the file, for the error.
    keep_doubles
        Whether the tool allows two columns of one name; the second is then called `Q5#2`.

    Raises
    ------
    SourceError
        Where two columns bear one name and the format promises unique ones, or there are more columns than
        any table has.
    """
    if len(names) > _MOST_COLUMNS:
        raise SourceError(
            f"has {len(names):,} columns in its first row",
            where=file,
            remedy="check the delimiter and the line ends: no table is that wide",
        )
    header: list[str] = []
    seen: dict[str, int] = {}
    for position, raw in enumerate(names, start=1):
        name = str(raw).strip() or f"column {position}"
        if name in seen and not keep_doubles:
            raise SourceError(
                f"two columns are called '{name[:60]}' (columns {header.index(name) + 1} and {position})",
                where=file,
                remedy="rename one of them in the source",
            )
        seen[name] = seen.get(name, 0) + 1
        header.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return header
