"""What damages a binary file in ways its reader may trip over: absurd counts, broken members, bombs."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from tests.load.bases import NAMES

Mutation = Callable[[bytes, random.Random], bytes]

ABSURD = (-1, -2, 0, 1, 255, 256, 65_535, 1 << 20, 1 << 28, (1 << 31) - 1, -(1 << 31))
PIECE = 16 << 20


def _absurd_number(content: bytes, rng: random.Random) -> bytes:
    """Put an absurd whole number where the first part of the file may hold a count."""
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(0, min(len(damaged), rng.choice((200, 4000))) - 8) & ~3
        form = rng.choice(("<i", "<i", ">i", "<q"))
        struct.pack_into(form, damaged, place, rng.choice(ABSURD))
    return bytes(damaged)


# SPSS: the header holds the counts that a reader may trust.

SAV_COUNTS = {"layout": 64, "values a case": 68, "compression": 72, "weight": 76, "cases": 80}


def _sav_header(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    struct.pack_into("<i", damaged, rng.choice(tuple(SAV_COUNTS.values())), rng.choice(ABSURD))
    return bytes(damaged)


def _sav_dictionary(content: bytes, rng: random.Random) -> bytes:
    """Change a whole number of one record of the dictionary: a type, a width, a count."""
    kinds = [struct.pack("<i", kind) for kind in (2, 3, 4, 6, 7, 999)]
    places = [found.start() for kind in kinds for found in re.finditer(re.escape(kind), content[176:])]
    place = 176 + rng.choice(places) + 4 * rng.randrange(6)
    damaged = bytearray(content)
    if place + 4 <= len(damaged):
        struct.pack_into("<i", damaged, place, rng.choice((*ABSURD, 2, 3, 4, 6, 7, 999)))
    return bytes(damaged)


def _sav_bomb(content: bytes, rng: random.Random) -> bytes:
    """Promise very many cases and deliver some megabytes of nothing."""
    damaged = bytearray(content)
    struct.pack_into("<i", damaged, SAV_COUNTS["cases"], rng.choice(((1 << 31) - 1, -1, 1 << 24)))
    return bytes(damaged) + rng.choice((b"\xff", b"\xfe", b"\0", b"\x64", b" ")) * (4 << 20)


# Excel: an archive of XML.


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return stream.getvalue()


def _xlsx_member(content: bytes, rng: random.Random) -> bytes:
    """Damage one member and pack it again, so that the archive itself is sound."""
    members = _members(content)
    name = rng.choice([*members, *["xl/worksheets/sheet1.xml"] * len(members), "xl/sharedStrings.xml"])
    member = bytearray(members[name])
    how = rng.choice(("flip", "cut", "end", "lose", "empty", "double", "noughts"))
    start = rng.randrange(len(member))
    if how == "flip":
        for _ in range(rng.choice((1, 3, 30))):
            member[rng.randrange(len(member))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        del member[start : start + rng.choice((1, 10, 200))]
    elif how == "end":
        del member[start:]
    elif how == "double":
        member[start:start] = member[start : start + 300]
    elif how == "noughts":
        member[start : start + 20] = b"\0" * 20
    members[name] = b"" if how == "empty" else bytes(member)
    if how == "lose":
        del members[name]
    return _archive(members)


CELLS = (
    (rb'r="[A-H]\d+"', (b'r="XFD1048576"', b'r="A1048577"', b'r="ZZZZZZ9"', b'r="A0"', b'r=""', b'r="1A"',
                        b"", b'r="A99999999999999999999"', b'r="XFD1"', b'r="H900000"')),
    (rb't="(?:s|n)"', (b't="e"', b't="b"', b't="d"', b't="str"', b't="x"', b't="n"', b't="s"', b"")),
    (rb"<v>[^<]*</v>", (b"<v>99999999</v>", b"<v>-1</v>", b"<v>1e999</v>", b"<v></v>", b"<v>nan</v>", b"<v/>",
                        b"<v>#N/A</v>", b"<v>4294967296</v>", b"<v>" + b"9" * 5000 + b"</v>")),
    (rb'<row r="\d+"', (b'<row r="1048576"', b'<row r="0"', b'<row r="-1"', b'<row r="x"', b"<row")),
    (rb'<dimension ref="[^"]*"', (b'<dimension ref="A1:XFD1048576"', b'<dimension ref=""')),
    (rb'count="\d+"', (b'count="4294967295"', b'count="-1"', b'count="99999999999999999999"')),
    (rb'uniqueCount="\d+"', (b'uniqueCount="4294967295"', b'uniqueCount="1000000000"')),
    (rb"<si>", (b"<si><si>", b"</si>", b"<!-- ", b"<![CDATA[", b"&#0;", b"&lol;", b"")),
    (rb'encoding="[^"]*"', (b'encoding="utf-16"', b'encoding="x"')),
    (rb'<sheet [^>]*/>', (b"", b'<sheet name="" sheetId="1" r:id="rId9"/>', b"<sheet/>")),
    (rb'Target="[^"]*"', (b'Target="../../../etc/passwd"', b'Target=""', b'Target="/xl/workbook.xml"')),
)  # fmt: skip


def _xlsx_cells(content: bytes, rng: random.Random) -> bytes:
    """Write absurd references, types, values and counts into the XML."""
    members = _members(content)
    for _ in range(rng.choice((1, 1, 4))):
        pattern, others = rng.choice(CELLS)
        name = rng.choice(
            [name for name, member in members.items() if re.search(pattern, member)] or list(members)
        )
        found = list(re.finditer(pattern, members[name]))
        if found:
            start, end = rng.choice(found).span()
            members[name] = members[name][:start] + rng.choice(others) + members[name][end:]
    return _archive(members)


def _xlsx_bomb(content: bytes, rng: random.Random) -> bytes:
    """Let one member unfold to gigabytes, of blanks, of one long text, or of cells."""
    filling, times = rng.choice(
        ((b" ", 200), (b"a", 200), (b"<c><v>1</v></c>", 40), (b"<row><c/></row>", 40))
    )
    name, mark = rng.choice((("xl/worksheets/sheet1.xml", b"</row>"), ("xl/sharedStrings.xml", b"</t>")))
    members = _members(content)
    place = members[name].index(mark)
    return _with_huge_member(members, name, members[name][:place], (filling, times), members[name][place:])


@cache
def _piece(filling: bytes) -> tuple[bytes, int, int]:
    """Return sixteen megabytes as a piece of a deflate stream, with their true size and checksum."""
    plain = filling * (PIECE // len(filling))
    squeezer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return squeezer.compress(plain) + squeezer.flush(zlib.Z_FULL_FLUSH), len(plain), zlib.crc32(plain)


def _with_huge_member(
    members: dict[str, bytes], name: str, head: bytes, middle: tuple[bytes, int], tail: bytes
) -> bytes:
    filling, times = middle
    piece, size, _ = _piece(filling)
    opener = zlib.compressobj(6, zlib.DEFLATED, -15)
    squeezed = opener.compress(head) + opener.flush(zlib.Z_FULL_FLUSH) + piece * times
    closer = zlib.compressobj(6, zlib.DEFLATED, -15)
    squeezed += closer.compress(tail) + closer.flush()
    # The true size, so that a reader can see it; the checksum is never reached.
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, member in members.items():
            if other != name:
                archive.writestr(other, member)
        entry = zipfile.ZipInfo(name)
        entry.compress_type, entry.CRC = zipfile.ZIP_DEFLATED, 0
        entry.header_offset = stream.tell()
        entry.compress_size, entry.file_size = (
            len(squeezed),
            (len(head) + size * times + len(tail)) % (1 << 32),
        )
        stream.write(entry.FileHeader(zip64=False) + squeezed)
        archive.filelist.append(entry)
        archive.NameToInfo[name] = entry
        archive.start_dir = stream.tell()
        archive._didModify = True
    return stream.getvalue()


# Parquet: a footer that says where everything is.


def _footer(content: bytes) -> int:
    return len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]


def _parquet_footer(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    start = _footer(content)
    if rng.random() < 0.2:
        struct.pack_into("<i", damaged, len(damaged) - 8, rng.choice(ABSURD))
        return bytes(damaged)
    for _ in range(rng.choice((1, 1, 3))):
        place = rng.randrange(start, len(damaged) - 8)
        filling = rng.choice(
            (b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\0", rng.randbytes(1))
        )
        damaged[place : place + len(filling)] = filling
    return bytes(damaged[: len(content) - 8]) + content[-8:]


def _parquet_pages(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 2, 10))):
        damaged[rng.randrange(4, _footer(content))] = rng.choice((0, 0xFF, 0x7F, rng.randrange(256)))
    return bytes(damaged)


@cache
def _many_rows() -> bytes:
    rows = 1 << 20
    table = pa.table(dict.fromkeys(NAMES, pa.nulls(rows, pa.float64())))
    stream = io.BytesIO()
    with pq.ParquetWriter(stream, table.schema) as writer:
        for _ in range(64):
            writer.write_table(table)
    return stream.getvalue()


def _parquet_bomb(content: bytes, rng: random.Random) -> bytes:
    """Promise 64 million rows of nothing in a megabyte."""
    return _many_rows() if rng.random() < 0.5 else _parquet_footer(_many_rows(), rng)


def _database_pages(content: bytes, rng: random.Random) -> bytes:
    """Change pointers, types and sizes of the b-trees, which stand at the start of a page."""
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 2, 10))):
        page = rng.randrange(0, len(damaged), 4096)
        damaged[page + rng.randrange(120)] = rng.choice((0, 0xFF, 0x7F, rng.randrange(256)))
    return bytes(damaged)


# Kind of file → the rare and costly mutations, and the frequent ones.
BINARY: dict[str, tuple[tuple[Mutation, ...], tuple[Mutation, ...]]] = {
    "sav": ((_sav_bomb,), (_absurd_number, _absurd_number, _sav_header, _sav_dictionary, _sav_dictionary)),
    "xlsx": ((_xlsx_bomb,), (_xlsx_member, _xlsx_member, _xlsx_cells, _xlsx_cells, _absurd_number)),
    "db": ((_absurd_number,), (_absurd_number, _database_pages)),
    "parquet": ((_parquet_bomb,), (_parquet_footer, _parquet_footer, _parquet_pages, _absurd_number)),
}
