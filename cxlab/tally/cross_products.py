"""Cross-products of the columns of Arrow batches: one matrix product for each block of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NoReturn

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cxlab.model.errors import MeasureError
from cxlab.tally.block_sums import BlockSums, Floats, Ints, Label, label_array, sorting_key
from cxlab.tally.entry import refuse_texts

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Missing = Literal["pairwise", "complete"]
# Rows that are multiplied at once: two operands of 2p × TILE floats stay in the processor's cache.
TILE = 4096
# Rows that are put in the order of their blocks at once: each block takes a product of its own in them.
ORDERED = 131_072
# Blocks are there to be drawn anew; each holds 5p² sums.
MAX_BLOCKS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cross-products are wanted.

    Parameters
    ----------
    columns
        The p columns, numbers or flags.
    weight
        Column of weights, or None where every row weighs 1.
    block
        Column of whole numbers or texts, or None for one block.
    missing
        `pairwise` sums a pair over the rows that hold both; `complete` over the rows that hold all columns.
    """

    columns: tuple[str, ...]
    weight: str | None
    block: str | None
    missing: Missing

    @property
    def names(self) -> list[str]:
        """Columns of the frame that are needed, each once."""
        more = (name for name in (self.weight, self.block) if name is not None)
        return list(dict.fromkeys([*self.columns, *more]))


@dataclass(slots=True)
class _Running:
    """Sums of the blocks met so far; a block's place is the order in which it was met."""

    shift: Floats
    places: dict[Label, int] = field(default_factory=dict)
    counts: list[Ints] = field(default_factory=list)  # rows, used, bad
    n: list[Floats] = field(default_factory=list)  # (p, p)
    sums: list[Floats] = field(default_factory=list)  # (2p, 2p): Σw and Σwx', below them Σwx and Σwxx'


def cross_products(batches: Iterable[pa.RecordBatch], asked: Asked) -> BlockSums:
    """Sum the weights, the values and the products of every pair of columns, by block.

    The sums are taken about a shift near the mean of each column, so that a column such as a year, whose
    spread is small beside its mean, loses no digits. The shift is the mean of the first values met, rounded
    to a power of two no larger than their standard deviation: whole numbers stay whole, and their sums exact.

    Parameters
    ----------
    batches
        Rows, with all columns that are named.
    asked
        Columns, weight, blocks and what to do about missing values.

    Raises
    ------
    MeasureError
        Where a column holds texts, or there are too many blocks.

    References
    ----------
    Chan, Golub and LeVeque (1983), The American Statistician 37(3), 242–247 (shifted data, partial sums).
    """
    running = _Running(np.full(len(asked.columns), np.nan))
    with np.errstate(over="ignore", invalid="ignore"):  # sums that overflow are found at the end
        for batch in batches if asked.block is None else _joined(batches):
            if batch.num_rows:
                _add_batch(running, batch, asked)
    return _finished(running)


def _joined(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join batches that follow each other and hold columns of the same types."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        if held and (rows + batch.num_rows > ORDERED or batch.schema != held[0].schema):
            yield pa.concat_batches(held)
            held, rows = [], 0
        held.append(batch)
        rows += batch.num_rows
    if held:
        yield pa.concat_batches(held)


def _add_batch(running: _Running, batch: pa.RecordBatch, asked: Asked) -> None:
    places = _block_places(running, batch, asked.block)
    w = None if asked.weight is None else as_floats(batch.column(asked.weight), asked.weight)
    # Rows of one block have to stand together. There are fewer blocks than int16 holds, and it sorts fastest.
    sort = None if _is_gathered(places) else np.argsort(places.astype("int16"), kind="stable")
    if sort is not None:
        places, w = places[sort], None if w is None else w[sort]
    values = np.empty((len(asked.columns), batch.num_rows))
    for number, name in enumerate(asked.columns):
        value = as_floats(batch.column(name), name)
        values[number] = value if sort is None else value[sort]
    unknown = np.isnan(running.shift)
    if unknown.any():
        running.shift[unknown] = [provisional_shift(value) for value in values[unknown]]
    for start in range(0, len(places), TILE):
        tile = slice(start, start + TILE)
        _add_tile(running, places[tile], values[:, tile], None if w is None else w[tile], asked.missing)


def _add_tile(running: _Running, places: Places, values: Floats, w: Floats | None, missing: Missing) -> None:
    held = np.isfinite(values)
    if missing == "complete":
        held &= held.all(axis=0)
    answered = np.asarray(held.any(axis=0))
    weighty, bad = _weighed(w, answered)
    if w is not None:
        held &= weighty
        w = np.where(weighty, w, 0.0)
    # Above whether there is a value, below the value.
    p = len(values)
    right = np.empty((2 * p, len(places)))
    right[:p] = held
    np.subtract(values, np.nan_to_num(running.shift)[:, None], out=right[p:])
    np.putmask(right[p:], ~held, 0.0)
    left = right if w is None else right * w
    ones = held.astype("float32")  # counts below 2^24 are exact in it
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    flags = np.stack([weighty, answered & weighty, bad]).astype("int64")
    counts = np.add.reduceat(flags, starts, axis=1)
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(places)], strict=True)):
        place = places[start]
        running.counts[place] += counts[:, number]
        running.n[place] += ones[:, start:stop] @ ones[:, start:stop].T
        running.sums[place] += left[:, start:stop] @ right[:, start:stop].T


def _weighed(w: Floats | None, answered: Bools) -> tuple[Bools, Bools]:
    """Return which rows have a positive weight, and which have an answer but no weight to use."""
    if w is None:
        return np.ones_like(answered), np.zeros_like(answered)
    usable = np.isfinite(w) & (w >= 0)
    return usable & (w > 0), answered & ~usable


def as_floats(column: pa.Array, name: str) -> Floats:
    """Return an Arrow column as float64, with NaN for null.

    Raises
    ------
    MeasureError
        Where it holds something else than numbers or flags.
    """
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column.to_numpy(zero_copy_only=False).astype("float64", copy=False)
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    if not (pa.types.is_boolean(kind) or pa.types.is_decimal(kind)):
        refuse_texts(name, kind)
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def provisional_shift(values: Floats) -> float:
    """Return a number near the mean of the finite values, with few digits; NaN where there is none."""
    found = values[np.isfinite(values)]
    if len(found) == 0:
        return np.nan
    mean, spread = found.mean(), found.std()
    if found.min() == found.max() or not 0 < spread < np.inf:
        return float(found[0])
    grid = np.exp2(np.floor(np.log2(spread)))
    return float(np.rint(mean / grid) * grid)


def _block_places(running: _Running, batch: pa.RecordBatch, block: str | None) -> Places:
    """Return the place of each row's block, making room for blocks that were not met before."""
    if block is None:
        return np.full(batch.num_rows, _place_of(running, 0))
    column = batch.column(block)
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    labels = [*encoded.dictionary.to_pylist(), None]
    local = encoded.indices.fill_null(len(labels) - 1).to_numpy(zero_copy_only=False)
    places = np.zeros(len(labels), dtype=np.intp)
    for number in np.flatnonzero(np.bincount(local, minlength=len(labels))):
        places[number] = _place_of(running, labels[number])
    return places[local]


def _place_of(running: _Running, label: Label) -> int:
    if label not in running.places:
        if len(running.places) == MAX_BLOCKS:
            refuse_many_blocks()
        p = len(running.shift)
        running.places[label] = len(running.places)
        running.counts.append(np.zeros(3, dtype="int64"))
        running.n.append(np.zeros((p, p)))
        running.sums.append(np.zeros((2 * p, 2 * p)))
    return running.places[label]


def refuse_many_blocks() -> NoReturn:
    """Raise MeasureError: the column of blocks has too many labels."""
    raise MeasureError(
        f"there are more than {MAX_BLOCKS:,} blocks",
        remedy="name a column that gathers the rows, such as `block`, which the load makes of 1,000 labels",
    )


def _is_gathered(places: Places) -> bool:
    runs = places[np.flatnonzero(np.diff(places, prepend=-1))]
    return bool(np.bincount(runs).max(initial=0) <= 1)


def _finished(running: _Running) -> BlockSums:
    p = len(running.shift)
    labels = sorted(running.places, key=sorting_key)
    order = [running.places[label] for label in labels]
    counts = np.array([running.counts[place] for place in order], dtype="int64").reshape(-1, 3)
    sums = np.array([running.sums[place] for place in order]).reshape(-1, 2 * p, 2 * p)
    return BlockSums(
        labels=label_array(labels),
        shift=running.shift,
        rows=counts[:, 0],
        used=counts[:, 1],
        bad=counts[:, 2],
        n=np.array([running.n[place] for place in order]).reshape(-1, p, p).astype("int64"),
        sum_w=sums[:, :p, :p].copy(),
        sum_wx=sums[:, p:, :p].copy(),
        sum_wxx=sums[:, p:, p:].copy(),
    )
