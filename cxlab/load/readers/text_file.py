"""Delimited text, read strictly: every fault has a line and a remedy."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from cxlab.model.errors import SourceError

csv.field_size_limit(2**31 - 1)

# Third header row of Qualtrics, in quotes as JSON or as Python writes a dict.
IMPORT_ID = re.compile(r"""\{\s*(?:"{1,2}|')ImportId""")
_BLANK_LINE = re.compile(r"\n\r?\n|\r\r|\A[\r\n]")


@dataclass(frozen=True, slots=True)
class TextTable:
    """The records of a delimited text, split into its first rows and the rest.

    Parameters
    ----------
    file
        Name of the file.
    head
        The first records, as lists of texts.
    body
        The text behind them.
    body_line
        Line number the body starts at.
    delimiter
        Sign between two fields.
    """

    file: str
    head: list[list[str]]
    body: str
    body_line: int
    delimiter: str

    @property
    def where(self) -> str:
        """Name of the file."""
        return self.file

    def frame(self, header: Sequence[str], chosen: Sequence[str]) -> pd.DataFrame:
        """Return the body's chosen columns as texts; an empty field is an empty text.

        Parameters
        ----------
        header
            Unique name of every field, in the order of the file.
        chosen
            Names of the columns to keep.

        Raises
        ------
        SourceError
            Where a record has more or fewer fields than the header, or a quote is never closed; it names the
            line. It does not repeat the record, which may hold personal data.
        """
        if not self.body.strip():
            return pd.DataFrame({name: pd.Series([], dtype="str") for name in chosen})
        # Arrow takes a quote that is never closed as it comes, and swallows the records behind it.
        fault = self._fault(len(header)) if '"' in self.body else None
        if fault is not None:
            raise fault
        try:
            table = pa.csv.read_csv(
                io.BytesIO(self.body.encode("utf-8")),
                read_options=pa.csv.ReadOptions(column_names=list(header), block_size=8 << 20),
                parse_options=pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                convert_options=pa.csv.ConvertOptions(
                    column_types={name: pa.string() for name in header},
                    include_columns=list(chosen) or [header[0]],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            fault = self._fault(len(header))
            if fault is not None:
                raise fault from None
            return self._slowly(header, chosen)
        return table.select(list(chosen)).to_pandas().astype("str")

    def _slowly(self, header: Sequence[str], chosen: Sequence[str]) -> pd.DataFrame:
        """Read records that are longer than Arrow's block."""
        places = [header.index(name) for name in chosen]
        records = csv.reader(io.StringIO(self.body, newline=""), delimiter=self.delimiter)
        cells = [[record[place] for place in places] for record in records if record]
        return pd.DataFrame(cells, columns=list(chosen), dtype="str")

    def blank_lines(self) -> np.ndarray | None:
        """Return how many blank lines stand above each record; None where there are none."""
        if not _BLANK_LINE.search(self.body):
            return None
        blank, above = 0, []
        for record in csv.reader(io.StringIO(self.body, newline=""), delimiter=self.delimiter):
            blank += not record
            if record:
                above.append(blank)
        return np.array(above, dtype=int)

    def _fault(self, width: int) -> SourceError | None:
        records = csv.reader(io.StringIO(self.body, newline=""), delimiter=self.delimiter, strict=True)
        start = self.body_line
        try:
            for record in records:
                if record and len(record) != width:
                    return SourceError(
                        f"this record has {len(record)} fields, the header has {width}",
                        where=f"{self.file}:{start}",
                        remedy="put quotes around a field that holds the delimiter, or mend the record",
                    )
                start = self.body_line + records.line_num
        except csv.Error:
            return SourceError(
                "a quote opens in this record that is never closed, or closes within a field",
                where=f"{self.file}:{start}",
                remedy="close it, or double a quote that is meant as a sign",
            )
        return None


def read_text(
    path: Path, *, encoding: str, delimiter: str, head_rows: int, names_first: bool = True
) -> TextTable:
    """Read a delimited text file.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding; a byte-order mark is taken off.
    delimiter
        Sign between two fields.
    head_rows
        How many records to split off at the top.
    names_first
        Whether the first of them holds the column names, as most files do.

    Returns
    -------
    TextTable
        The first records and the body.

    Raises
    ------
    SourceError
        Where the file is empty, or holds bytes its encoding does not know (with the line).
    """
    text = decode(path, encoding)
    if not text.strip():
        raise SourceError("is empty", where=path.name, remedy="export it again, or name the right file")
    stream = io.StringIO(text, newline="")
    records = csv.reader(stream, delimiter=delimiter, strict=True)
    try:
        head = [record for _, record in zip(range(head_rows), records, strict=False)]
    except csv.Error:
        _refuse_other_sign(text[: text.find("\n")], path.name, delimiter)
        what = "a quote in the column names is never closed"
        if not names_first:
            what = f"a quote in the first {head_rows} records is never closed, or closes within a field"
        raise SourceError(what, where=f"{path.name}:1", remedy="close it") from None
    if names_first and not any(field.strip() for field in head[0]):
        raise SourceError(
            "the first line is blank", where=f"{path.name}:1", remedy="let the column names come first"
        )
    if names_first:
        refuse_one_column(head[0], path.name, delimiter)
    return TextTable(path.name, head, text[stream.tell() :], records.line_num + 1, delimiter)


def decode(path: Path, encoding: str) -> str:
    """Return the text of a file; raise SourceError naming the line where the encoding is wrong."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except LookupError:
        raise SourceError(f"nobody knows the encoding '{encoding}'", where=path.name) from None
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = content[:at].count(b"\n") + 1
        is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        guess = "utf-16" if is_utf16 else "cp1252 (Western Windows), cp1250 (Central European) or latin-1"
        raise SourceError(
            f"holds bytes that are not {encoding}",
            where=f"{path.name}:{line}",
            remedy=f"name its encoding, most likely encoding: {guess}",
        ) from None
    if "\0" in text[:1000]:
        raise SourceError(
            "holds zero bytes, as no text does", where=f"{path.name}:1", remedy="write encoding: utf-16-le"
        )
    return text


def _refuse_other_sign(line: str, file: str, delimiter: str) -> None:
    """Raise SourceError where every field is in quotes and another sign stands between them."""
    for mark in ";\t|,":
        if mark != delimiter and f'"{mark}"' in line and f'"{delimiter}"' not in line:
            refuse_one_column([f"{mark}{mark}"], file, delimiter)


def refuse_one_column(header: list[str], file: str, delimiter: str, *, line: int = 1) -> None:
    """Raise SourceError where a header looks split at the wrong sign."""
    if len(header) != 1:
        return
    counts = {mark: header[0].count(mark) for mark in ";\t|," if mark != delimiter}
    likely = max(counts, key=lambda mark: counts[mark])
    if counts[likely]:
        spelt = "\\t" if likely == "\t" else likely
        raise SourceError(
            f"has one column when split at '{delimiter}'",
            where=f"{file}:{line}",
            remedy=f"the fields look separated by '{spelt}': write delimiter: \"{spelt}\"",
        )
