"""The first batches of a stream, up to a number of rows."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa


def first_batches(batches: Iterator[pa.RecordBatch], rows: int) -> list[pa.RecordBatch]:
    """Take batches until they hold more than some rows, or there are no more.

    Batches may be of any size, so their number says nothing about the rows.
    """
    head: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        head.append(batch)
        held += batch.num_rows
        if held > rows:
            break
    return head
