"""The rows of any engine as Arrow batches of bounded size, with the columns asked for and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import pyarrow as pa

from cxlab.tally.entry import known_frame

BATCH_ROWS = 65_536


def record_batches(frame: Any, columns: Sequence[str], *, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a frame, in its own order.

    Parameters
    ----------
    frame
        A pyarrow `RecordBatchReader` (which is used up), or any frame narwhals knows. DuckDB and lazy polars
        frames are read as a stream and never stand in memory whole.
    columns
        Columns to ask the engine for.
    rows
        Rows of a batch, at most.

    Raises
    ------
    MeasureError
        Where `frame` is no frame.
    """
    for piece in _pieces(frame, list(dict.fromkeys(columns)), rows):
        for batch in piece.to_batches() if isinstance(piece, pa.Table) else [piece]:
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows)


def _pieces(frame: Any, columns: list[str], rows: int) -> Iterator[pa.RecordBatch | pa.Table]:
    if isinstance(frame, pa.RecordBatchReader):
        for batch in frame:
            yield batch.select(columns)
        return
    asked = known_frame(frame).select(*columns)
    if isinstance(asked, nw.DataFrame):
        for start in range(0, len(asked), rows):
            yield asked[start : start + rows].to_arrow()
    elif asked.implementation.is_duckdb():
        yield from asked.to_native().to_arrow_reader(rows)
    elif asked.implementation.is_polars():
        for piece in asked.to_native().collect_batches(chunk_size=rows, maintain_order=True):
            yield piece.to_arrow()
    else:
        yield asked.collect(backend="pyarrow").to_arrow()
