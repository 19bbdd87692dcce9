"""The ways in which a file arrives damaged, each of them from a seed."""

from __future__ import annotations

import random

from tests.load.bases import FORMATS, Base, base_of
from tests.load.binary_mutations import BINARY, Mutation

LONG = 10 << 20

# What a fault of transport, a disk or an editor does to any file.


def _truncated(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _flipped(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _overwritten(content: bytes, rng: random.Random) -> bytes:
    start, size = rng.randrange(len(content)), rng.choice((1, 2, 4, 8, 64))
    filling = rng.choice((b"\0" * size, b"\xff" * size, b"\x7f" * size, rng.randbytes(size)))
    return content[:start] + filling + content[start + size :]


def _inserted(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    size = rng.choice((1, 3, 16, 4096))
    filling = rng.choice((b"\0" * size, rng.randbytes(size), b"\r" * size, b"\x1a" * size))
    return content[:start] + filling + content[start:]


def _slice(content: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(content))
    return start, min(len(content), start + rng.choice((1, 5, 40, 400)))


def _cut(content: bytes, rng: random.Random) -> bytes:
    start, end = _slice(content, rng)
    return content[:start] + content[end:]


def _doubled(content: bytes, rng: random.Random) -> bytes:
    start, end = _slice(content, rng)
    return content[:end] + content[start:]


def _moved(content: bytes, rng: random.Random) -> bytes:
    start, end = _slice(content, rng)
    rest = content[:start] + content[end:]
    place = rng.randrange(len(rest) + 1)
    return rest[:place] + content[start:end] + rest[place:]


def _framed(content: bytes, rng: random.Random) -> bytes:
    scrap = rng.choice((b"\0", b"\r\n", b"<html>", b"PK\x03\x04", b"\xef\xbb\xbf", rng.randbytes(200)))
    return scrap + content if rng.random() < 0.5 else content + scrap * rng.choice((1, 50))


def _replaced(content: bytes, rng: random.Random) -> bytes:
    others = (
        b"",
        b"\0" * 1000,
        b"\n",
        b"PAR1PAR1",
        b"PK\x05\x06" + b"\0" * 18,
        b"$FL2",
        b"SQLite format 3\0",
    )
    return rng.choice((*others, rng.randbytes(2000), *(base_of(name).content for name in FORMATS)))


ANY: tuple[Mutation, ...] = (
    _truncated, _flipped, _flipped, _overwritten, _overwritten, _inserted, _cut, _doubled, _moved, _framed,
    _replaced,
)  # fmt: skip

# What people and tools do to a text.


def _respelt(content: bytes, rng: random.Random) -> bytes:
    encoding = rng.choice(
        ("latin-1", "cp1250", "cp437", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "utf-8-sig")
    )
    text = content.decode()
    mark = rng.choice(("", "", "\ufeff", "\ufeff\ufeff", "\ufffe"))
    return (mark + text).encode(encoding, errors="replace")


def _other_line_ends(content: bytes, rng: random.Random) -> bytes:
    end = rng.choice(("\r", "\r\n", "\n\n", "\n\r", "\u2028", "\x0b", "\x0c", "\x85", "", " "))
    text = content.decode()
    return text.replace("\n", end, rng.choice((-1, -1, 1, 3))).encode()


def _other_quotes(content: bytes, rng: random.Random) -> bytes:
    text = content.decode()
    if rng.random() < 0.4:
        return text.replace('"', rng.choice(("'", "“", "", '""', '\\"')), rng.choice((-1, 1))).encode()
    place = rng.randrange(len(text))
    return (text[:place] + rng.choice(('"', '""', "'", '"""', ',"')) + text[place:]).encode()


def _other_delimiter(content: bytes, rng: random.Random) -> bytes:
    return content.replace(
        b",", rng.choice((b";", b"\t", b"|", b"", b",,", b"\0")), rng.choice((-1, -1, 1, 5))
    )


HOSTILE = (
    "1e999", "-1e999", "nan", "inf", "-0", "+7", "0x7", "7e0", "1_0", "٣", "７", "1,5", "9" * 400, "=1+1",
    "\0", "\u00a0", "\u200b7", "\u202e9", "1970-13-45", "99999-01-01", "0000-00-00",
    "2026-02-30", "NULL", "#REF!", "",
    "x" * 100_000, "{}", "%s", "\x1b[31m", "\ud7ff", "\U0001f600", "'", "true", "{'ImportId': 'x'}",
)  # fmt: skip


def _hostile_fields(content: bytes, rng: random.Random) -> bytes:
    lines = content.decode().split("\n")
    for _ in range(rng.choice((1, 3, 20))):
        number = rng.randrange(len(lines))
        fields = lines[number].split(",")
        fields[rng.randrange(len(fields))] = rng.choice(HOSTILE)
        lines[number] = ",".join(fields)
    return "\n".join(lines).encode()


def _other_columns(content: bytes, rng: random.Random) -> bytes:
    lines = [line.split(",") for line in content.decode().split("\n")]
    width = len(lines[0])
    one, other = rng.sample(range(width), 2)
    header_only = rng.random() < 0.3
    how = rng.choice(("swap", "drop", "double", "same name", "shout"))
    for line in lines[:1] if header_only else lines:
        if len(line) != width:
            continue
        if how == "swap":
            line[one], line[other] = line[other], line[one]
        elif how == "drop":
            del line[one]
        elif how == "double":
            line.insert(other, line[one])
    if how == "same name":
        lines[0][one] = lines[0][other % len(lines[0])]
    elif how == "shout":
        lines[0] = [name.upper() for name in lines[0]]
    return "\n".join(",".join(line) for line in lines).encode()


def _other_rows(content: bytes, rng: random.Random) -> bytes:
    lines = content.decode().split("\n")
    how = rng.choice(("header only", "no header", "header again", "blank", "twice", "shuffled", "one"))
    if how == "header only":
        return (lines[0] + rng.choice(("", "\n", "\r\n", "\n\n\n"))).encode()
    if how == "no header":
        lines = lines[1:]
    elif how == "header again":
        lines.insert(rng.randrange(1, len(lines)), lines[0])
    elif how == "blank":
        for _ in range(5):
            lines.insert(rng.randrange(len(lines)), rng.choice(("", ",", " ", ",,,,,,,,", "\t")))
    elif how == "twice":
        lines = lines + lines[1:]
    elif how == "shuffled":
        rng.shuffle(lines)
    else:
        lines = [lines[0], lines[-2]]
    return "\n".join(lines).encode()


def _long_line(content: bytes, rng: random.Random) -> bytes:
    """Put ten megabytes on one line: in front, behind the header, within a field, or alone."""
    sign = rng.choice((b"a", b",", b'"', b"a,", b'"a",', b"\0", b" ", b"9", b'""', b"\xff", "ñ".encode()))
    long = sign * (LONG // len(sign))
    if rng.random() < 0.3:
        return long
    if rng.random() < 0.3:
        return long + content
    place = content.index(b"\n") + 1 if rng.random() < 0.5 else rng.randrange(len(content))
    return content[:place] + long + rng.choice((b"\n", b"")) + content[place:]


TEXT: tuple[Mutation, ...] = (
    _respelt, _other_line_ends, _other_quotes, _other_quotes, _other_delimiter, _hostile_fields,
    _hostile_fields, _other_columns, _other_columns, _other_rows,
)  # fmt: skip


def mutated(base: Base, seed: int) -> tuple[str, bytes]:
    """Return the name of a mutation and the damaged file: every seed another one, one seed always the same.

    Every hundredth text holds ten megabytes on one line, every hundredth archive a bomb.
    """
    rng = random.Random(f"{base.format} {seed}")
    rare, often = BINARY.get(_kind(base), ((_long_line,), TEXT))
    usual = rng.choice((*ANY, *often, *often))
    mutation = usual if seed % 100 else rare[seed // 100 % len(rare)]
    content = mutation(base.content, rng)
    if rng.random() < 0.1 and len(content) in range(1, LONG):
        content = rng.choice(ANY)(content, rng)
    return mutation.__name__.strip("_"), content


def _kind(base: Base) -> str:
    return base.name.rpartition(".")[2]
