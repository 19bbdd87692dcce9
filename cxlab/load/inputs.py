"""The files a market is read from; importing this reads nothing and loads no library of tables."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cxlab.load.environment import source_path
from cxlab.model.errors import SourceError
from cxlab.model.mapping import Source
from cxlab.model.parameters import MarketParameters


def market_inputs(parameters: MarketParameters, path: Path) -> list[tuple[str, Path]]:
    """Return every source file of a market with the name of its source.

    Parameters
    ----------
    parameters
        The market's parameters.
    path
        Their file; relative source paths start at its folder.

    Raises
    ------
    SourceError
        Where a file does not exist.
    """
    return [
        (name, file)
        for name, source in parameters.sources.items()
        for file in _source_files(source, path.parent, where=f"{path}: sources.{name}")
    ]


def sha256_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _source_files(source: Source, folder: Path, *, where: str) -> list[Path]:
    files = [source_path(text, folder, where=where) for text in source.path]
    for file, text in zip(files, source.path, strict=True):
        if not file.is_file():
            raise SourceError(
                f"'{text}' is a folder" if file.is_dir() else f"there is no file '{text}'",
                where=where,
                remedy="check the path; a relative one starts at the folder of the parameter file",
            )
    return files
