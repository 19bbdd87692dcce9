"""The outline of an Excel workbook, looked at before a library is trusted with it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from cxlab.model.errors import SourceError

_PIECE = 4 << 20
# Bytes before and behind ` r="` that are looked at: `<c`, three letters, seven digits and what ends them.
_BEFORE, _BEHIND = 3, 16
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_UNIQUE = re.compile(rb"""\buniqueCount\s*=\s*["'](\d+)["']""")
# A member that unfolds further than both is a bomb and no table.
_MOST_BYTES, _MOST_UNFOLDING = 64 << 20, 200
# Every cell of the rectangle that the cells stand in is laid out: many may be, if enough of them are filled.
_MOST_CELLS, _MOST_EMPTY = 10_000_000, 20


def refuse_broken_workbook(path: Path) -> None:
    """Raise SourceError for an .xlsx that is damaged, unfolds without measure, or spreads few cells far.

    Notes
    -----
    The library that reads the cells trusts the file: it asks for as much memory as a damaged count says, and
    lays out every cell before a stray one at the end of the sheet. Each of them ends the process. So the
    checksums are compared, the count of texts is held against the bytes they take, and the cells against the
    rectangle they stand in.
    """
    try:
        with zipfile.ZipFile(path) as book:
            if "xl/workbook.xml" not in book.namelist():
                raise _broken(path)
            for entry in book.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _refuse_bomb(entry, path)
                    with book.open(entry) as stream:
                        _look_through(entry, stream, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise _broken(path) from None


def _broken(path: Path) -> SourceError:
    return SourceError("is no readable workbook", where=path.name, remedy="save it again as .xlsx")


def _refuse_bomb(entry: zipfile.ZipInfo, path: Path) -> None:
    if entry.file_size > max(_MOST_BYTES, entry.compress_size * _MOST_UNFOLDING):
        raise SourceError(
            f"unfolds from {entry.compress_size:,} to {entry.file_size:,} bytes, as no table does",
            where=path.name,
            remedy="copy its cells into a new workbook",
        )


def _look_through(entry: zipfile.ZipInfo, stream: IO[bytes], path: Path) -> None:
    """Read a member to its end, which compares its checksum, and judge what it says of its size."""
    if entry.filename.startswith("xl/worksheets/"):
        _refuse_scattered(stream, path)
        return
    count = _UNIQUE.search(stream.read(_PIECE))
    if count and int(count[1]) > entry.file_size:
        raise _broken(path)
    while stream.read(_PIECE):
        pass


def _refuse_scattered(stream: IO[bytes], path: Path) -> None:
    n_rows = n_columns = n_cells = 0
    for rows, columns in _references(stream):
        n_rows = max(n_rows, int(rows.max(initial=0)))
        n_columns = max(n_columns, int(columns.max(initial=0)))
        n_cells += int((columns > 0).sum())
    if n_rows > _LAST_ROW or n_columns > _LAST_COLUMN:
        raise _broken(path)
    if n_rows * n_columns > max(_MOST_CELLS, n_cells * _MOST_EMPTY):
        raise SourceError(
            f"has {n_cells:,} cells spread over {n_rows:,} rows and {n_columns:,} columns",
            where=path.name,
            remedy="delete the empty rows below the data and the empty columns beside it, or save it as CSV",
        )


def _references(stream: IO[bytes]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the row and the column that each `<c r="B7"` names; a `<row r="7"` names column 0."""
    kept = b" " * _BEFORE
    while piece := stream.read(_PIECE):
        kept += piece
        signs = np.frombuffer(kept, dtype=np.uint8)
        at = np.flatnonzero(signs[_BEFORE:-_BEHIND] == ord(" ")) + _BEFORE
        for step, sign in enumerate(b"r=", start=1):
            at = at[signs[at + step] == sign]
        at = at[_is_tag(signs, at)]
        yield _spelt(signs[at[:, None] + np.arange(4, _BEHIND)])
        kept = kept[-_BEFORE - _BEHIND :]


def _is_tag(signs: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether ` r=` stands behind `<c` or `<row`, with or without a prefix, and not within a text."""
    opens = np.isin(signs[at - 2], np.frombuffer(b"<:", dtype=np.uint8))
    is_row = (signs[at - 1] == ord("w")) & (signs[at - 2] == ord("o")) & (signs[at - 3] == ord("r"))
    return (opens & (signs[at - 1] == ord("c"))) | is_row


def _spelt(signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the row and the column of references such as `B7`, one a row of signs."""
    rows = np.zeros(len(signs), dtype=np.int64)
    columns = np.zeros(len(signs), dtype=np.int64)
    spelling = np.ones(len(signs), dtype=bool)
    for sign in np.ascontiguousarray(signs.T):
        letter, digit = (sign | 32) - ord("a"), sign - ord("0")  # whatever is none wraps around, far above
        is_letter = spelling & (letter < 26) & (rows == 0)
        is_digit = spelling & (digit < 10)
        columns = np.where(is_letter, columns * 26 + letter + 1, columns)
        rows = np.where(is_digit, rows * 10 + digit, rows)
        spelling = is_letter | is_digit
        if not spelling.any():
            break
    return rows, columns
