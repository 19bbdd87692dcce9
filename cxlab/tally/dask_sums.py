"""Cross-products of a Dask frame: each partition is summed where it stands, then the sums are."""

from __future__ import annotations

from typing import Any

from cxlab.tally.block_sums import BlockSums, added
from cxlab.tally.cross_products import Asked, cross_products
from cxlab.tally.record_batches import record_batches

# Sums that one task adds: what a worker holds at once stays small, however many partitions there are.
FAN_IN = 8


def dask_sums(frame: Any, asked: Asked) -> BlockSums:
    """Sum the cross-products of a Dask frame on its own scheduler, or on the client that is active.

    The partial sums are added in the order of the partitions, so the result does not depend on which
    worker was quicker.

    Parameters
    ----------
    frame
        A Dask frame.
    asked
        Columns, weight, blocks and what to do about missing values.
    """
    from dask.delayed import delayed

    partial, add = delayed(_partition_sums), delayed(added)
    parts = [partial(partition, asked) for partition in frame[asked.names].to_delayed()]
    while len(parts) > 1:
        parts = [add(parts[start : start + FAN_IN]) for start in range(0, len(parts), FAN_IN)]
    return parts[0].compute()


def _partition_sums(partition: Any, asked: Asked) -> BlockSums:
    return cross_products(record_batches(partition, asked.names), asked)
