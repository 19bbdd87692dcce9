"""Weighted pairwise moments of 10,000,000 rows × 21 columns in 500 blocks, from Parquet."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.measure import line, measure

N_ROWS, N_BLOCKS, N_COLUMNS = 10_000_000, 500, 21
SLICE = 100_000  # SQL needs minutes for all rows
CHUNK = 500_000
COLUMNS = [f"x{number:02d}" for number in range(N_COLUMNS)]
ROOT = Path(__file__).parents[1]


def write_answers(path: Path, rows: int = N_ROWS, seed: int = 7) -> None:
    """Write scores from 1 to 10 as int8, a twentieth missing, weights, and blocks of neighbouring rows.

    The first column goes with the others, with each less than with the one before.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("block", pa.int16()), ("w", pa.float64()), *((name, pa.int8()) for name in COLUMNS)])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, CHUNK):
            draw = np.random.default_rng((seed, start))
            scores = draw.integers(1, 11, size=(N_COLUMNS, CHUNK), dtype="int8")
            scores[0] = np.rint(np.average(scores[1:], axis=0, weights=np.arange(N_COLUMNS - 1, 0, -1)))
            missing = draw.random(scores.shape, dtype="float32") < 0.05
            block = (np.arange(start, start + CHUNK) * N_BLOCKS // rows).astype("int16")
            weight = draw.gamma(4, 0.25, CHUNK) + 0.05
            arrays = [pa.array(each, mask=gaps) for each, gaps in zip(scores, missing, strict=True)]
            batch = pa.record_batch([pa.array(block), pa.array(weight), *arrays], schema=schema)
            writer.write_batch(batch, row_group_size=100_000)


def with_cxlab(path: str) -> None:
    """Pairwise, weighted, by block."""
    import duckdb

    from cxlab.tally.moments import moments

    found = moments(duckdb.read_parquet(path), COLUMNS[0], COLUMNS[1:], weight="w", blocks="block")
    assert found.rows == N_ROWS and len(found.blocks) == N_BLOCKS


def with_numpy(path: str) -> None:
    """Complete rows alone, no weights, no blocks: one matrix product a batch."""
    import duckdb

    names = ", ".join(COLUMNS)
    complete = " and ".join(f"{name} is not null" for name in COLUMNS)
    total = np.zeros((N_COLUMNS, N_COLUMNS))
    for batch in duckdb.sql(f"select {names} from '{path}' where {complete}").to_arrow_reader(100_000):
        x = np.stack([column.to_numpy() for column in batch.columns]).astype("float64")
        total += x @ x.T
    assert total.all()


def with_sql(path: str) -> None:
    """The same sums as cxlab's, one by one in SQL, over a hundredth of the rows."""
    import duckdb

    sums = []
    for i, x in enumerate(COLUMNS):
        for j, y in enumerate(COLUMNS):
            sums.append(f"sum(w * {x}) filter ({y} is not null)")
            if i <= j:
                both = f"filter ({x} is not null and {y} is not null)"
                sums += [f"count(*) {both}", f"sum(w) {both}", f"sum(w * {x} * {y})"]
    found = duckdb.sql(f"select block, {', '.join(sums)} from (from '{path}' limit {SLICE}) group by block")
    assert len(found.fetchall()) == N_BLOCKS * SLICE // N_ROWS


WAYS: dict[str, Callable[[str], None]] = {
    "cxlab, weighted, pairwise, by block": with_cxlab,
    "numpy, complete rows, no weights": with_numpy,
    f"SQL sums in DuckDB, {SLICE:,} rows": with_sql,
}


def main(runs: int = 3) -> None:
    """Print the wall time and the peak memory of each way, whole processes with their imports."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "answers.parquet"
        write_answers(path)
        print(
            f"moments of {N_ROWS:,} rows × {N_COLUMNS} columns in {N_BLOCKS} blocks: "
            f"median (range) of {runs} runs after a warm-up"
        )
        for way in WAYS:
            command = [sys.executable, "-m", "bench.moments", way, str(path)]
            print(line(way, measure(command, cwd=ROOT, environment={}, runs=runs)), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        WAYS[sys.argv[1]](sys.argv[2])
    else:
        main()
