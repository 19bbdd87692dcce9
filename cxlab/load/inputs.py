"""The files and queries a market is read from; importing this loads no library of tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxlab.load.environment import expand, source_path
from cxlab.model.errors import SourceError
from cxlab.model.parameters import MarketParameters
from cxlab.model.source import Source


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that a source is read from.

    Parameters
    ----------
    path
        The file.
    """

    path: Path

    @property
    def label(self) -> str:
        """The file's name, without its folders."""
        return self.path.name

    def digest(self) -> str:
        """Return the digest of the file's bytes."""
        return sha256_of(self.path)


@dataclass(frozen=True, slots=True, repr=False)
class SourceQuery:
    """One query that a source is read from.

    Parameters
    ----------
    url
        Address of the database, with the secrets of the environment: it is shown nowhere.
    query
        One SELECT.
    folder
        Folder that a relative path of a database file starts at.
    """

    url: str
    query: str
    folder: Path

    @property
    def label(self) -> str:
        """Kind, host and name of the database, without user and password."""
        from cxlab.load.readers.database import database_label

        return database_label(self)

    def digest(self) -> str:
        """Return the digest of the query's result: column names and rows, in their order."""
        from cxlab.load.readers.database import query_digest

        return query_digest(self)


@dataclass(frozen=True, slots=True)
class Input:
    """One file or query that fills tables, with the files that are joined onto its rows.

    Parameters
    ----------
    source
        Name of the source in the parameter file.
    place
        The file or the query.
    joined
        The files of its `join`, in their order.
    """

    source: str
    place: SourceFile | SourceQuery
    joined: tuple[SourceFile, ...] = ()


def market_inputs(parameters: MarketParameters, path: Path) -> list[Input]:
    """Return everything a market is read from, in the order of the parameters.

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
        Input(name, place, joined)
        for name, source in parameters.sources.items()
        for where in [f"{path}: sources.{name}"]
        for joined in [tuple(_file(join.path, path.parent, f"{where}.join") for join in source.join)]
        for place in _places(source, path.parent, where)
    ]


def input_digests(inputs: Sequence[Input]) -> list[str]:
    """Return the digest of each file and query result once, in their order."""
    places = dict.fromkeys(place for entry in inputs for place in (entry.place, *entry.joined))
    return [place.digest() for place in places]


def sha256_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _places(source: Source, folder: Path, where: str) -> list[SourceFile] | list[SourceQuery]:
    if source.url is None or source.query is None:
        return [_file(text, folder, where) for text in source.path]
    url = expand(source.url, where=where, example="sqlite:///crm.db")
    return [SourceQuery(url, source.query, folder)]


def _file(text: str, folder: Path, where: str) -> SourceFile:
    file = source_path(text, folder, where=where)
    if not file.is_file():
        raise SourceError(
            f"'{text}' is a folder" if file.is_dir() else f"there is no file '{text}'",
            where=where,
            remedy="check the path; a relative one starts at the folder of the parameter file",
        )
    return SourceFile(file)
