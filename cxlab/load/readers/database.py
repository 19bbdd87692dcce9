"""Databases: one SELECT, run to read only; what its address holds is never shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from cxlab.load.inputs import SourceQuery
from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.model.errors import SourceError
from cxlab.model.market import InputFile

_BATCH = 10_000
_INT64 = 2**63
_NO_VALUES = (bytes, bytearray, memoryview, list, tuple, dict, set)
_OF_THE_QUERY = (ProgrammingError, OperationalError, DatabaseError)


def read_database(name: str, place: SourceQuery, wanted: Wanted) -> RawTable:
    """Read the result of a query.

    Parameters
    ----------
    name
        Name of the source.
    place
        Address and query.
    wanted
        What the mapping says of each column.

    Returns
    -------
    RawTable
        Typed values as the driver gives them: whole numbers stay whole (Int64), decimals stay exact, moments
        stay moments.

    Raises
    ------
    SourceError
        Where the database cannot be reached, the query fails, or a column holds no plain values. No error
        repeats the address.
    """
    account = hashlib.sha256()
    with _result(place) as result:
        header = unique_header(list(result.keys()), place.label)
        chosen = [header.index(column) for column in wanted.choose(header, place.label)]
        values: list[list[Any]] = [[] for _ in chosen]
        n_rows = 0
        for rows in _counted(result, account):
            n_rows += len(rows)
            for column, place_in_row in zip(values, chosen, strict=True):
                column.extend(row[place_in_row] for row in rows)
    frame = pd.DataFrame(
        {
            header[at]: _typed(found, header[at], place.label)
            for at, found in zip(chosen, values, strict=True)
        },
        index=range(n_rows),
    )
    taken = InputFile(name, place.label, account.hexdigest(), n_rows)
    return RawTable(place.label, frame, first_row=1, inputs=(taken,))


def query_digest(place: SourceQuery) -> str:
    """Return the digest of a query's result: its column names and its rows, in their order."""
    account = hashlib.sha256()
    with _result(place) as result:
        for _ in _counted(result, account):
            pass
    return account.hexdigest()


def database_label(place: SourceQuery) -> str:
    """Return kind, host and name of a database."""
    url = _url(place)
    database = url.database or ""
    named = Path(database).name if url.get_backend_name() == "sqlite" else database
    where = "/".join(part for part in (url.host, named) if part)
    return f"{url.get_backend_name()} {where}".strip()


@contextmanager
def _result(place: SourceQuery) -> Iterator[sqlalchemy.CursorResult[Any]]:
    """Run the query in a transaction that is rolled back, and read only where the database can be told so."""
    url, label = _url(place), database_label(place)
    engine = _engine(url, label)
    try:
        with engine.connect() as connection:
            if url.get_backend_name() == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            elif url.get_backend_name() == "postgresql":
                connection.execution_options(postgresql_readonly=True)
            try:
                # Without parameters a percent sign or a colon in the query is one.
                yield connection.execution_options(stream_results=True, no_parameters=True).exec_driver_sql(
                    place.query
                )
            except SQLAlchemyError as error:
                raise SourceError(
                    f"refuses the query{_said(error, url)}", where=label, remedy="try the query there by hand"
                ) from None
            finally:
                connection.rollback()
    except (SQLAlchemyError, OSError, TypeError, ValueError) as error:
        raise SourceError(
            f"cannot be reached ({type(error).__name__})",
            where=label,
            remedy="check the address in the environment, and that the database is up and lets you in",
        ) from None
    finally:
        engine.dispose()


def _engine(url: sqlalchemy.URL, label: str) -> sqlalchemy.Engine:
    try:
        return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, hide_parameters=True)
    except (NoSuchModuleError, ImportError) as error:
        missing = f" ({error.name})" if isinstance(error, ImportError) and error.name else ""
        raise SourceError(
            f"there is no driver for '{url.drivername}' here{missing}",
            where=label,
            remedy="install it, or write postgresql+psycopg:// or sqlite:///",
        ) from None
    except (SQLAlchemyError, TypeError, ValueError):
        raise SourceError("cannot be addressed so", where=label, remedy="check the address") from None


def _url(place: SourceQuery) -> sqlalchemy.URL:
    try:
        url = sqlalchemy.make_url(place.url)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise SourceError(
            "the address of the database is none",
            where="url",
            remedy="write it as in postgresql+psycopg://user:password@host/name or sqlite:///crm.db",
        ) from None
    if backend != "sqlite":
        return url
    return url.set(database=str(_sqlite_file(url.database or "", place.folder)))


def _sqlite_file(name: str, folder: Path) -> Path:
    file = (folder / Path(name).expanduser()).resolve()
    if not file.is_file():
        raise SourceError(
            f"there is no database file '{file.name}'" if name else "an empty database is named",
            where="sqlite",
            remedy="write sqlite:///crm.db; a relative path starts at the folder of the parameter file",
        )
    return file


def _counted(result: sqlalchemy.CursorResult[Any], account: Any) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows in batches, each of them entered in the digest."""
    account.update(repr(list(result.keys())).encode())
    for rows in result.partitions(_BATCH):
        account.update("".join(repr(tuple(row)) for row in rows).encode("utf-8", "surrogatepass"))
        yield rows


def _typed(values: list[Any], name: str, where: str) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    nested = [kind for kind in kinds if issubclass(kind, _NO_VALUES)]
    if nested:
        raise SourceError(
            f"the column '{name}' holds {nested[0].__name__}, not one plain value a row",
            where=where,
            remedy="spread it over plain columns in the query",
        )
    if kinds == {int} and all(value is None or abs(value) < _INT64 for value in values):
        return pd.Series(values, dtype="Int64")
    if kinds == {datetime} and len({value.tzinfo is None for value in values if value is not None}) == 1:
        return pd.Series(pd.to_datetime(values, utc=_is_aware(values)))
    plain = "str" if kinds == {str} else "float64" if kinds == {float} else "object"
    return pd.Series(values, dtype=plain)


def _is_aware(values: list[Any]) -> bool:
    return next(value for value in values if value is not None).tzinfo is not None


def _said(error: SQLAlchemyError, url: sqlalchemy.URL) -> str:
    """Return what the database says of the query: not of a value, which may be personal, nor a secret."""
    if not isinstance(error, DBAPIError) or type(error) not in _OF_THE_QUERY:
        return f" ({type(error).__name__})"
    said = str(error.orig).strip().partition("\n")[0].partition(" with text ")[0][:200]
    secrets = [part for part in (url.password, url.username) if part]
    return "" if any(str(secret) in said for secret in secrets) else f": {said}"
