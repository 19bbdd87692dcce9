"""Cross-products of a Spark frame: each partition is summed where it stands, then the sums are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from cxlab.model.errors import MeasureError
from cxlab.tally.block_sums import BlockSums, about, first_known, label_array, total
from cxlab.tally.cross_products import MAX_BLOCKS, Asked, cross_products, refuse_many_blocks

COUNTS = ("rows", "used", "bad")
SUMS = ("sum_w", "sum_wx", "sum_wxx")


def spark_sums(frame: Any, asked: Asked, *, texts: bool) -> BlockSums:
    """Sum the cross-products of a Spark frame on its executors, which need cxlab installed.

    Each partition becomes one row per block; a second stage adds the rows of a block, in the order of the
    partitions. The driver receives one row per block.

    Parameters
    ----------
    frame
        A Spark frame with the columns asked for.
    asked
        Columns, weight, blocks and what to do about missing values.
    texts
        Whether the labels of the blocks are texts.

    Raises
    ------
    MeasureError
        Where there are too many blocks (they are counted first, in a pass over their column), or cxlab is not
        installed where the executors run.
    """
    if asked.block is not None:
        labels = frame.select(f"`{asked.block.replace('`', '``')}`").distinct()
        if labels.limit(MAX_BLOCKS + 1).count() > MAX_BLOCKS:
            refuse_many_blocks()

    def summed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        yield _as_batch(cross_products(batches, asked), context.partitionId() if context else 0, texts)

    def merged(table: pa.Table) -> pa.Table:
        in_order = table.sort_by("part")
        return pa.Table.from_batches([_as_batch(_only(_from_table(in_order, p)), 0, texts)])

    p = len(asked.columns)
    schema = (
        f"label {'string' if texts else 'bigint'}, part int, shift array<double>, "
        "counts array<bigint>, n array<bigint>, sums array<double>"
    )
    rows = frame.mapInArrow(summed, schema).groupBy("label").applyInArrow(merged, schema)
    return _from_table(_collected(rows).sort_by("label"), p)


def _collected(rows: Any) -> pa.Table:
    from pyspark.errors import PythonException

    try:
        return rows.toArrow()
    except PythonException as error:
        if "ModuleNotFoundError" not in str(error):
            raise
        raise MeasureError(
            "Spark's workers run a Python in which cxlab is not installed",
            remedy="install it there, or set PYSPARK_PYTHON to one that has it before the session starts",
        ) from error


def _only(sums: BlockSums) -> BlockSums:
    """Return the sums of blocks that are one."""
    return replace(total(sums), labels=sums.labels[:1])


def _as_batch(sums: BlockSums, part: int, texts: bool) -> pa.RecordBatch:
    k = len(sums.labels)

    def rows_of(array: Any, kind: pa.DataType) -> pa.Array:
        return pa.array(list(array.reshape(k, -1)) if k else [], pa.list_(kind))

    counts = np.stack([getattr(sums, name) for name in COUNTS], axis=1)
    floats = np.stack([getattr(sums, name) for name in SUMS], axis=1)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(sums.labels.tolist(), pa.string() if texts else pa.int64()),
            pa.array([part] * k, pa.int32()),
            rows_of(np.broadcast_to(sums.shift, (k, len(sums.shift))), pa.float64()),
            rows_of(counts, pa.int64()),
            rows_of(sums.n, pa.int64()),
            rows_of(floats, pa.float64()),
        ],
        names=["label", "part", "shift", "counts", "n", "sums"],
    )


def _from_table(table: pa.Table, p: int) -> BlockSums:
    def array_of(name: str, shape: tuple[int, ...], kind: str) -> Any:
        return np.array(table[name].to_pylist(), dtype=kind).reshape(-1, *shape)

    old = array_of("shift", (p,), "float64")
    shift = first_known(old) if len(old) else np.full(p, np.nan)
    counts = array_of("counts", (3,), "int64")
    floats = array_of("sums", (3, p, p), "float64")
    sums = BlockSums(
        labels=label_array(table["label"].to_pylist()),
        shift=shift,
        **{name: counts[:, number] for number, name in enumerate(COUNTS)},
        n=array_of("n", (p, p), "int64"),
        **{name: floats[:, number] for number, name in enumerate(SUMS)},
    )
    return about(sums, shift, old=old)
