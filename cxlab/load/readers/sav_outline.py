"""The outline of an SPSS file, walked before a library is trusted with it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cxlab.model.errors import SourceError

_HEADER = 176
_CELL = 8
_VARIABLE, _LABELS, _LABELLED, _DOCUMENT, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_INTEGERS, _CASES, _ENCODING = 3, 16, 20
_UTF_8 = 65001
# Beyond both, what a file unfolds to is a bomb and no survey.
_MOST_BYTES, _MOST_UNFOLDING = 1 << 30, 1000


class _Broken(Exception):
    """The walk came upon something no SPSS file holds."""


@dataclass(frozen=True, slots=True)
class SavOutline:
    """What an SPSS file says of its size.

    Parameters
    ----------
    n_cases
        Cases it promises; None where it promises no number.
    n_cells
        Cells of eight bytes that a case takes.
    """

    n_cases: int | None
    n_cells: int


def sav_outline(path: Path) -> SavOutline:
    """Return the outline of an SPSS file, every count of which fits the bytes that are there.

    Raises
    ------
    SourceError
        Where a count, a width or a kind of record cannot be, a value that bears a label is no text, or the
        file promises more or fewer cases than it can hold.

    Notes
    -----
    The library that reads the values trusts the file: a damaged count makes it take as much memory as the
    count says, and a labelled value that is no text ends the process. The layout is that of the PSPP
    developers' guide, "System File Format".
    """
    try:
        with path.open("rb") as stream:
            return _Walk(stream, path.stat().st_size).outline()
    except (_Broken, UnicodeError, struct.error):
        raise SourceError(
            "is no readable SPSS file, or it is damaged or cut off",
            where=path.name,
            remedy="save it again as .sav",
        ) from None


class _Walk:
    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream = stream
        self.size = self.left = size
        self.order = "<"
        self.widths: list[int] = []
        self.labelled_texts: list[bytes] = []
        self.codec = ""
        self.cases_again: int | None = None

    def outline(self) -> SavOutline:
        header = self._take(_HEADER)
        _require(header[:4] in (b"$FL2", b"$FL3"))
        self.order = "<" if header[64] in (2, 3) else ">"
        layout, _, compression, weight, n_cases = struct.unpack_from(f"{self.order}5i", header, 64)
        _require(layout in (2, 3) and compression in (0, 1, 2) and n_cases >= -1)
        _require((compression == 2) == (header[:4] == b"$FL3"))
        self._records()
        _require(bool(self.widths) and 0 <= weight <= len(self.widths) and _is_whole(self.widths))
        _require(self.cases_again in (None, -1, n_cases) or n_cases == -1)
        self._decode_labelled_texts()
        stated = n_cases if n_cases >= 0 else None
        self._refuse_impossible(stated, compression)
        return SavOutline(stated, len(self.widths))

    def _refuse_impossible(self, n_cases: int | None, compression: int) -> None:
        """Refuse more or fewer cases than the bytes behind the dictionary can hold."""
        n_bytes = self._unfolded() if compression == 2 else self.left
        # A compressed cell takes one byte, or one and eight of its own.
        most, least = (n_bytes // _CELL, n_bytes // _CELL) if not compression else (n_bytes, n_bytes // 9)
        case = len(self.widths)
        cells = most if n_cases is None else n_cases * case
        _require(cells <= most)
        _require(n_cases is None or cells + case + 16 > least)
        _require(cells * _CELL <= max(_MOST_BYTES, self.size * _MOST_UNFOLDING))

    def _unfolded(self) -> int:
        """Return how many bytes the blocks of a .zsav file unfold to, as its last part says."""
        _, trailer, length = struct.unpack(f"{self.order}3q", self._take(24))
        _require(length >= 24 and trailer + length == self.size and trailer <= self.size)
        self.stream.seek(trailer + 20)
        (count,) = struct.unpack(f"{self.order}i", self.stream.read(4))
        _require(count >= 0 and 24 + count * 24 == length)
        blocks = struct.iter_unpack(f"{self.order}2q2i", self.stream.read(count * 24))
        sizes = [(unfolded, folded) for _, _, unfolded, folded in blocks]
        _require(all(unfolded >= 0 and folded >= 0 for unfolded, folded in sizes))
        return sum(unfolded for unfolded, _ in sizes)

    def _records(self) -> None:
        walks = {
            _VARIABLE: self._variable,
            _LABELS: self._labels,
            _DOCUMENT: lambda: self._take(self._count(80) * 80),
            _EXTENSION: self._extension,
        }
        while (kind := self._ints(1)[0]) != _END:
            _require(kind in walks)
            walks[kind]()
        self._take(4)

    def _variable(self) -> None:
        width, has_label, n_missing, _, _ = self._ints(5)
        _require(-1 <= width <= 255 and has_label in (0, 1) and n_missing in (-3, -2, 0, 1, 2, 3))
        self._take(8)
        if has_label:
            self._take(-(-self._count() // 4) * 4)
        self._take(abs(n_missing) * 8)
        self.widths.append(width)

    def _labels(self) -> None:
        values = []
        for _ in range(self._count(16)):
            values.append(self._take(8))
            self._take(-(-(self._take(1)[0] + 1) // 8) * 8 - 1)
        _require(self._ints(1)[0] == _LABELLED)
        places = self._ints(self._count(4))
        _require(all(1 <= place <= len(self.widths) for place in places))
        widths = {self.widths[place - 1] for place in places}
        _require(-1 not in widths)
        self.labelled_texts += values if widths - {0} else []

    def _extension(self) -> None:
        kind, size, count = self._ints(3)
        _require(size >= 0 and count >= 0)
        content = self._take(size * count)
        if kind == _ENCODING:
            self.codec = content.strip(b" \0").decode("ascii")
            _require("\0" not in self.codec)
        elif kind == _INTEGERS and size * count == 32 and not self.codec:
            page = struct.unpack(f"{self.order}8i", content)[7]
            self.codec = "utf-8" if page == _UTF_8 else f"cp{page}"
        elif kind == _CASES and size * count == 16:
            self.cases_again = struct.unpack(f"{self.order}2q", content)[1]

    def _decode_labelled_texts(self) -> None:
        try:
            for text in self.labelled_texts:
                text.decode(self.codec)
        except LookupError:  # an old code page by a number of its own: every byte is a sign there
            return

    def _count(self, each: int = 1) -> int:
        """Take a count of things of some bytes each; refuse more than the rest of the file can hold."""
        count = self._ints(1)[0]
        _require(0 <= count * each <= self.left)
        return count

    def _ints(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"{self.order}{count}i", self._take(4 * count))

    def _take(self, size: int) -> bytes:
        _require(size <= self.left)
        self.left -= size
        return self.stream.read(size)


def _is_whole(widths: list[int]) -> bool:
    """Whether each text has as many cells behind it as its width asks for."""
    owed = 0
    for width in widths:
        if (width == -1) != (owed > 0):
            return False
        owed = owed - 1 if width == -1 else max(0, -(-width // 8) - 1)
    return owed == 0


def _require(holds: bool) -> None:
    if not holds:
        raise _Broken
