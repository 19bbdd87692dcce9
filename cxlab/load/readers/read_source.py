"""The reader of each format, and the account of what was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cxlab.load.check_mapping import source_columns
from cxlab.load.readers.csv_file import read_csv
from cxlab.load.readers.excel import read_excel
from cxlab.load.readers.parquet import read_parquet
from cxlab.load.readers.qualtrics import read_qualtrics
from cxlab.load.readers.raw_table import RawTable, Wanted
from cxlab.load.readers.spss import read_spss
from cxlab.model.errors import SourceError
from cxlab.model.mapping import Format, Source

_READERS: dict[Format, Callable[[Path, Source, Wanted], RawTable]] = {
    "csv": read_csv,
    "qualtrics": read_qualtrics,
    "spss": read_spss,
    "excel": read_excel,
    "parquet": read_parquet,
}


def read_source(path: Path, source: Source) -> RawTable:
    """Read one file of a source with the reader of its format."""
    try:
        return _READERS[source.format](path, source, wanted_columns(source))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(
            f"cannot be read ({reason})", where=path.name, remedy="check its permissions"
        ) from None


def wanted_columns(source: Source) -> Wanted:
    """Return what a source's mapping says of each column of its files."""
    rest = source.ignore == "rest"
    ignored = () if source.ignore == "rest" else source.ignore
    return Wanted(source_columns(source), tuple(ignored), source.drop, ignore_rest=rest)
