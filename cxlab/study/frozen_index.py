"""Which forecasts a folder holds, each line sealed by the one before it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from cxlab.model.errors import StudyError

INDEX, HEAD = "index.csv", "made_on,sha256,chain"
NAME = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)_(?P<digest>[0-9a-f]{64})\.json")


def frozen_names(folder: Path) -> list[str]:
    """Return the names of all forecasts of a folder, as they were frozen; other files do not count.

    Parameters
    ----------
    folder
        Where they are.

    Raises
    ------
    StudyError
        Where the index was changed, a forecast of the index is missing or one of the folder is not in it.
    """
    names, there = indexed_names(folder), found_names(folder)
    for name in names:
        if name not in there:
            raise StudyError("a frozen forecast is missing", where=name, remedy="bring back the file")
    for name in there:
        if name not in names:
            raise StudyError(
                "this forecast is not in the index of those that were frozen",
                where=name,
                remedy=f"bring back {INDEX}; a file that was put there or renamed is no forecast",
            )
    return names


def found_names(folder: Path) -> list[str]:
    """Return the files of a folder that are named like a forecast."""
    return sorted(path.name for path in folder.glob("*.json") if NAME.fullmatch(path.name))


def indexed_names(folder: Path) -> list[str]:
    """Return the names in the index, which need not be there; none where there is no index.

    Raises
    ------
    StudyError
        Where a line was changed, or taken out from between others.
    """
    path = folder / INDEX
    if not path.exists():
        return []
    head, *lines = path.read_text("utf-8").splitlines() or [""]
    names, chain = [], ""
    for place, line in enumerate(lines):
        day, _, rest = line.partition(",")
        name = f"{day}_{rest.partition(',')[0]}.json"
        if line != (sealed := _sealed(name, chain)):
            head = f"line {place + 2}"
            break
        chain = sealed.rpartition(",")[2]
        names.append(name)
    if head != HEAD:
        raise StudyError(
            "the index of frozen forecasts was changed",
            where=f"{path.name}, {head}",
            remedy="bring back the file as it was written",
        )
    return names


def add_to_index(folder: Path, name: str) -> None:
    """Add a forecast to the index of its folder, unless it is there already."""
    names = indexed_names(folder)
    if name in names:
        return
    chain, lines = "", [HEAD]
    for one in [*names, name]:
        lines.append(_sealed(one, chain))
        chain = lines[-1].rpartition(",")[2]
    written = write_part(folder, "\n".join([*lines, ""]))
    written.replace(folder / INDEX)


def write_part(folder: Path, text: str) -> Path:
    """Write a text whole beside its place, for its owner only, and return where."""
    handle, path = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(path)


def _sealed(name: str, chain: str) -> str:
    """Return the line of a forecast: its day, its digest, and the digest of both and of the line before."""
    line = name.removesuffix(".json").replace("_", ",")
    return f"{line},{hashlib.sha256(f'{chain},{line}'.encode()).hexdigest()}"
