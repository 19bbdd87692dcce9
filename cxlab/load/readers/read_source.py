"""The reader of each format, and the account of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from cxlab.load.check_mapping import source_columns
from cxlab.load.inputs import Input, SourceFile, SourceQuery
from cxlab.load.readers.csv_file import read_csv
from cxlab.load.readers.excel import read_excel
from cxlab.load.readers.join_table import join_table
from cxlab.load.readers.limesurvey import read_limesurvey
from cxlab.load.readers.parquet import read_parquet, read_parquet_batches
from cxlab.load.readers.qualtrics import read_qualtrics
from cxlab.load.readers.questionpro import read_questionpro
from cxlab.load.readers.raw_table import ROW, RawTable, Wanted
from cxlab.load.readers.spss import read_spss
from cxlab.load.readers.surveymonkey import read_surveymonkey
from cxlab.model.errors import SourceError
from cxlab.model.market import InputFile
from cxlab.model.source import Format, Layout, Source

_READERS: dict[Format, Callable[[Path, Layout, Wanted], RawTable]] = {
    "csv": read_csv,
    "qualtrics": read_qualtrics,
    "surveymonkey": read_surveymonkey,
    "questionpro": read_questionpro,
    "limesurvey": read_limesurvey,
    "spss": read_spss,
    "excel": read_excel,
    "parquet": read_parquet,
}


def read_source(entry: Input, source: Source) -> RawTable:
    """Read one file or query of a source, with the columns of the files joined onto it."""
    raw = _read(entry.source, entry.place, source, _wanted_with_keys(source))
    return _completed(raw, _read_joined(entry, source), source)


def read_batches(entry: Input, source: Source, batch_rows: int) -> Iterator[RawTable]:
    """Read one file or query of a source in batches; formats other than Parquet make one batch."""
    if source.format != "parquet" or isinstance(entry.place, SourceQuery):
        yield read_source(entry, source)
        return
    joined = _read_joined(entry, source)
    digest = entry.place.digest()
    for raw in read_parquet_batches(entry.place.path, _wanted_with_keys(source), batch_rows):
        file = InputFile(entry.source, entry.place.label, digest, len(raw.frame))
        yield _completed(replace(raw, inputs=(file,)), joined, source)


def _wanted_with_keys(source: Source) -> Wanted:
    return wanted_columns(source, chain.from_iterable(join.on for join in source.join))


def _read_joined(entry: Input, source: Source) -> list[RawTable]:
    tables = []
    for place, (join, file) in enumerate(zip(source.join, entry.joined, strict=True), start=1):
        later = chain.from_iterable(join.on for join in source.join[place:])
        wanted = wanted_columns(source, chain(join.on.values(), later))
        tables.append(_read(entry.source, file, join.layout(source), wanted))
    return tables


def _completed(raw: RawTable, joined: Sequence[RawTable], source: Source) -> RawTable:
    """Return a table with its row numbers, where they are asked for, and the columns joined onto it."""
    raw = raw.with_row_numbers() if ROW in source_columns(source) else raw
    for join, further in zip(source.join, joined, strict=True):
        raw = join_table(raw, further, join.on)
    if source.join:
        _refuse_missing(raw, source)
    return raw


def wanted_columns(source: Source, keys: Iterable[str] = ()) -> Wanted:
    """Return what a source's mapping says of each column of its files.

    Parameters
    ----------
    source
        The source.
    keys
        Columns that files are joined by.
    """
    rest = source.ignore == "rest"
    ignored = () if source.ignore == "rest" else source.ignore
    columns = tuple(dict.fromkeys([*source_columns(source), *keys]))
    return Wanted(columns, tuple(ignored), source.drop, ignore_rest=rest, partial=bool(source.join))


def _refuse_missing(raw: RawTable, source: Source) -> None:
    for name in source_columns(source):
        if name not in raw.frame:
            raise SourceError(
                f"there is no column '{name}'",
                where=", ".join(found.file for found in raw.inputs),
                remedy="check its spelling: none of the joined files has it",
            )


def _read(name: str, place: SourceFile | SourceQuery, layout: Layout, wanted: Wanted) -> RawTable:
    try:
        if isinstance(place, SourceQuery):
            from cxlab.load.readers.database import read_database  # most markets need no SQLAlchemy

            return read_database(name, place, wanted)
        raw = _READERS[layout.format](place.path, layout, wanted)
        return replace(raw, inputs=(InputFile(name, place.label, place.digest(), len(raw.frame)),))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(
            f"cannot be read ({reason})", where=place.label, remedy="check its permissions"
        ) from None
