"""Parquet files: typed columns, no header row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout

_WHOLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}

# Bytes of a cell in memory; what unfolds further than both is a bomb and no table.
_CELL = 8
_MOST_BYTES, _MOST_UNFOLDING = 1 << 30, 1000


def read_parquet(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read the wanted columns of a Parquet file."""
    [whole] = _read(path, wanted, batch_rows=None)
    return whole


def read_parquet_batches(path: Path, wanted: Wanted, batch_rows: int) -> Iterator[RawTable]:
    """Read the wanted columns of a Parquet file, at most `batch_rows` rows at once."""
    return _read(path, wanted, batch_rows)


def _read(path: Path, wanted: Wanted, batch_rows: int | None) -> Iterator[RawTable]:
    try:
        yield from _tables(path, wanted, batch_rows)
    except (pa.ArrowException, UnicodeError, OSError):
        raise SourceError("is no readable Parquet file", where=path.name, remedy="write it again") from None


def _tables(path: Path, wanted: Wanted, batch_rows: int | None) -> Iterator[RawTable]:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        header = unique_header(names, path.name)
        chosen = wanted.choose(header, path.name)
        originals = [names[header.index(name)] for name in chosen]
        for name in originals:
            _refuse_nested(file.schema_arrow.field(name), path.name)
        if batch_rows is None:
            _refuse_bomb(file.metadata.num_rows, len(originals), path)
        first_row = 1
        for batch in _batches(file, originals, batch_rows):
            table = batch.select(originals).rename_columns(chosen)
            table.validate(full=True)  # a damaged page may hold texts that are none
            # Whole numbers with gaps would become floats, and long keys lose their last digits.
            frame = table.to_pandas(types_mapper=_WHOLE.get, ignore_metadata=True)
            yield RawTable(path.name, frame, first_row=first_row)
            first_row += len(frame)


def _batches(file: pq.ParquetFile, columns: list[str], batch_rows: int | None) -> Iterator[pa.Table]:
    if batch_rows is None or file.metadata.num_rows <= batch_rows:
        yield file.read(columns=columns)
        return
    for batch in file.iter_batches(batch_rows, columns=columns):
        yield pa.Table.from_batches([batch])


def _refuse_nested(field: pa.Field, file: str) -> None:
    if (
        pa.types.is_nested(field.type)
        or pa.types.is_binary(field.type)
        or pa.types.is_large_binary(field.type)
    ):
        raise SourceError(
            f"the column '{field.name}' holds {field.type}, not one plain value a row",
            where=file,
            remedy="spread it over plain columns",
        )


def _refuse_bomb(n_rows: int, n_columns: int, path: Path) -> None:
    """Refuse a few bytes that repeat one value until no memory holds it."""
    n_bytes, size = n_rows * n_columns * _CELL, path.stat().st_size
    if n_bytes > max(_MOST_BYTES, size * _MOST_UNFOLDING):
        raise SourceError(
            f"promises {n_rows:,} rows in {size:,} bytes, as no table does",
            where=path.name,
            remedy="write it again",
        )
