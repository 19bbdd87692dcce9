"""BG/NBD on 1,000,000 customers, against lifetimes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.in_turns import Told, in_turns, line, timed

PEER = Path(__file__).with_name("bgnbd_peers.py")
CUSTOMERS = 1_000_000


def customers(folder: Path) -> Path:
    """Write customers of r .5, alpha 6 (weeks), a .9, b 2.5, seen for 27 to 52 weeks, counted in days."""
    rng = np.random.default_rng(7)
    age = rng.integers(27 * 7, 53 * 7, CUSTOMERS) / 7
    rate, leave = rng.gamma(0.5, 1 / 6, CUSTOMERS), rng.beta(0.9, 2.5, CUSTOMERS)
    count = rng.poisson(rate * age)
    frequency = np.minimum(count, rng.geometric(np.maximum(leave, 1e-12)))
    some = frequency > 0
    # The k-th of n ordered uniforms is Beta(k, n − k + 1).
    recency = np.zeros(CUSTOMERS)
    recency[some] = age[some] * rng.beta(frequency[some], count[some] - frequency[some] + 1)
    recency = np.where(some, np.minimum(np.ceil(recency * 7), age * 7) / 7, 0.0)
    np.savez(folder / "customers.npz", frequency=frequency.astype(float), recency=recency, age=age)
    return folder / "customers.npz"


def own(path: str, runs: int) -> Told:
    """Time `bgnbd` in this process; the first run counts as the warm-up."""
    from cxlab.retention.bgnbd import bgnbd

    columns = dict(np.load(path))
    result, told = timed(lambda: bgnbd(columns["frequency"], columns["recency"], columns["age"]), runs)
    return {**told, "theta": result.theta.tolist(), "different": len(result.customers.count)}


def main(turns: int = 3) -> None:
    """Print the times of cxlab and of lifetimes in the Python named by `CXLAB_BENCH_PYTHON`."""
    python = os.environ.get("CXLAB_BENCH_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        path = str(customers(Path(folder)))
        ways = {
            "cx.bgnbd": [sys.executable, "-m", "bench.bgnbd", path, "2"],
            "lifetimes": [python, str(PEER), path],
        }
        found = in_turns(ways, turns, once=["lifetimes"])
    ours = found["cx.bgnbd"]
    print(f"BG/NBD on {CUSTOMERS:,} customers, {ours['different']:,} of them different: median (range)")
    for name, each in found.items():
        print(line(name, each, ours))
        print("  r, alpha, a, b: " + ", ".join(f"{value:.5f}" for value in each["theta"]))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(own(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
