"""NPS with intervals of 1,000 segments over 10,000,000 rows of Parquet, against the bare query of DuckDB."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cxlab.measure.nps import nps

N_ROWS, N_SEGMENTS, CHUNK = 10_000_000, 1_000, 500_000
BARE = """
select segment, count(nps) as n,
    count(*) filter (nps >= 9) as promoters, count(*) filter (nps <= 6) as detractors
from '{path}' group by segment
"""


def write_answers(path: Path, seed: int = 7) -> None:
    """Write scores as int8 and the name of a segment beside each."""
    names = pa.array([f"segment {number:04d}" for number in range(N_SEGMENTS)])
    schema = pa.schema([("nps", pa.int8()), ("segment", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, N_ROWS, CHUNK):
            draw = np.random.default_rng((seed, start))
            scores = pa.array(draw.integers(0, 11, size=CHUNK, dtype="int8"))
            segments = names.take(pa.array(draw.integers(0, N_SEGMENTS, size=CHUNK)))
            writer.write_batch(pa.record_batch([scores, segments], schema=schema), row_group_size=100_000)


def main(runs: int = 9) -> None:
    """Print the time of both, in turns within this process, after imports and a warm-up."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "answers.parquet"
        write_answers(path)
        connection = duckdb.connect()
        ways: dict[str, Callable[[], object]] = {
            "bare": lambda: connection.sql(BARE.format(path=path)).to_arrow_table(),
            "cxlab": lambda: nps(connection.read_parquet(str(path)), by="segment"),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(runs + 1):
            for way, call in ways.items():
                start = time.perf_counter()
                call()
                seconds[way].append(time.perf_counter() - start)
    taken = {way: each[1:] for way, each in seconds.items()}
    ratios = [own / bare for own, bare in zip(taken["cxlab"], taken["bare"], strict=True)]
    print(f"NPS of {N_SEGMENTS:,} segments × {N_ROWS:,} rows: median (range) of {runs} runs in turns")
    for way, label in (("bare", "DuckDB, counts alone"), ("cxlab", "cx.nps with intervals")):
        each = taken[way]
        print(f"{label:<40} {statistics.median(each):7.2f} s  ({min(each):.2f}–{max(each):.2f})")
    print(f"{'ratio':<40} {statistics.median(ratios):7.2f}    ({min(ratios):.2f}–{max(ratios):.2f})")


if __name__ == "__main__":
    main()
