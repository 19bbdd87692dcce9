"""Importance of 20 drivers with intervals, from 10,000,000 rows of Parquet, weighted and pairwise."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.lmg import peak_mib
from bench.moments import COLUMNS, N_BLOCKS, N_ROWS, ROOT, write_answers

OUTCOME, *DRIVERS = COLUMNS
SLICE = 200_000  # as many rows are held in memory whole


def by_block(rows: Any) -> Any:
    """Draw the 500 blocks, read from the rows."""
    import cxlab as cx

    return cx.importance(rows, OUTCOME, DRIVERS, weight="w", cluster="block", missing="pairwise")


def of_moments(rows: Any) -> Any:
    """Draw the 500 blocks of moments."""
    import cxlab as cx

    return cx.importance(cx.moments(rows, OUTCOME, DRIVERS, weight="w", blocks="block"), OUTCOME, DRIVERS)


def by_row(rows: Any) -> Any:
    """Draw the rows, dealt at random to 1,000 groups."""
    import cxlab as cx

    return cx.importance(rows, OUTCOME, DRIVERS, weight="w", missing="pairwise")


WAYS: dict[str, Callable[[Any], Any]] = {
    "cx.importance, cluster= the block": by_block,
    "cx.importance of cx.moments by block": of_moments,
    "cx.importance without a cluster": by_row,
}


def answer(way: str, path: str) -> None:
    """Answer in this process; print its processor time and its peak memory."""
    import duckdb

    found = WAYS[way](duckdb.read_parquet(path))
    assert found.draws.shape == (len(DRIVERS), 1000) and found.rows["n"].min() > 0.9 * N_ROWS
    print(time.process_time(), peak_mib())


def apart(path: str) -> float:
    """Return how far apart a frame in memory and a stream are, the same rows and draws, relatively."""
    import duckdb

    rows = duckdb.read_parquet(path, file_row_number=True).filter(f"file_row_number % {N_ROWS // SLICE} = 0")
    whole, streamed = by_block(rows.df()).draws, of_moments(rows).draws
    return float(np.abs(streamed / whole - 1).max())


def main(runs: int = 3) -> None:
    """Print wall and processor time and the peak memory of each way, whole processes with their imports."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "answers.parquet"
        write_answers(path)
        print(
            f"importance of {len(DRIVERS)} drivers, {N_ROWS:,} rows in {N_BLOCKS} blocks, 1,000 resamples: "
            f"median (range) of {runs} runs after a warm-up"
        )
        for way in WAYS:
            measured(way, str(path), runs)
        print(f"in memory and streamed, the same {SLICE:,} rows: draws apart by {apart(str(path)):.0e}")


def measured(way: str, path: str, runs: int) -> None:
    """Print the line of one way."""
    walls, used, peaks = [], [], []
    for _ in range(runs + 1):
        start = time.perf_counter()
        command = [sys.executable, "-m", "bench.importance", way, path]
        said = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout.split()
        walls.append(time.perf_counter() - start)
        used.append(float(said[0]))
        peaks.append(float(said[1]))
    print(
        f"{way:<40} {statistics.median(walls[1:]):7.2f} s  ({min(walls[1:]):.2f}–{max(walls[1:]):.2f})  "
        f"processor {statistics.median(used[1:]):6.2f} s  peak {max(peaks):6.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        answer(*sys.argv[1:])
    else:
        main()
