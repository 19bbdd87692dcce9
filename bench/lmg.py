"""Exact LMG from correlations, and its bootstrap, against pingouin and a plain loop over all models."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROOT = Path(__file__).parents[1]
FRESH = """
import time
start = time.perf_counter()
import numpy as np
from bench.lmg import answers, peak_mib
from cxlab.drivers.lmg import lmg
x, y = answers({p})
full = np.corrcoef(np.column_stack([x, y]).T)
before, at = peak_mib(), time.perf_counter()
lmg(full[:-1, :-1], full[:-1, -1])
print(time.perf_counter() - at, time.perf_counter() - start, peak_mib() - before)
"""


def answers(p: int, n: int = 1000) -> tuple[Floats, Floats]:
    """Return p drivers that share a factor, as ratings do, and an outcome; shapes (n, p) and (n,)."""
    rng = np.random.default_rng((11, p))
    x = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    return x, x @ rng.uniform(0, 1, p) / np.sqrt(p) + rng.normal(size=n)


def peak_mib() -> float:
    """Return the peak memory of this process; that of `getrusage` starts from its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def correlations(p: int) -> tuple[Floats, Floats]:
    x, y = answers(p)
    full = np.corrcoef(np.column_stack([x, y]).T)
    return full[:-1, :-1], full[:-1, -1]


def resampled(p: int, b: int = 1000) -> tuple[Floats, Floats]:
    """Return b matrices as of a bootstrap of rows, shapes (p, p, b) and (p, b)."""
    x, y = answers(p)
    rows = np.column_stack([x, y])
    rng = np.random.default_rng(3)
    full = np.stack([np.corrcoef(rows[rng.integers(0, len(rows), len(rows))].T) for _ in range(b)], axis=2)
    return full[:-1, :-1], full[:-1, -1]


def with_intervals(p: int) -> Callable[[], object]:
    """Return what asks for the importances of the answers, with 1,000 resamples."""
    import pandas as pd

    import cxlab as cx

    x, y = answers(p)
    names = [f"x{place}" for place in range(p)]
    frame = pd.DataFrame(x, columns=names).assign(y=y)
    return lambda: cx.importance(frame, "y", names)


def plain(p: int) -> Floats:
    """The algorithm of the package dominance-analysis: a regression of the rows for each subset, then means.

    It asks scikit-learn for R² of every subset, and averages what a driver adds by the size of the subset.
    """
    from sklearn.linear_model import LinearRegression

    x, y = answers(p)
    r2 = {(): 0.0}
    for size in range(1, p + 1):
        for chosen in combinations(range(p), size):
            columns = x[:, list(chosen)]
            r2[chosen] = LinearRegression().fit(columns, y).score(columns, y)
    values = np.zeros(p)
    for chosen, before in r2.items():
        for driver in set(range(p)) - set(chosen):
            added = r2[tuple(sorted((*chosen, driver)))] - before
            values[driver] += added / (p * comb(p - 1, len(chosen)))
    return values


def pingouin(p: int) -> Floats:
    import pingouin as peer

    x, y = answers(p)
    table = peer.linear_regression(x, y, relimp=True)
    return np.asarray(table["relimp"])[1:]


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the best wall time and the best processor time of some runs."""
    walls, used = [], []
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        used.append(time.process_time() - processor)
    return min(walls), min(used)


def say(name: str, wall: float, used: float, more: str = "") -> None:
    print(f"{name:<46} wall {wall:9.4f} s  processor {used:9.4f} s  {more}", flush=True)


def against_peers(p: int) -> None:
    from cxlab.drivers.lmg import lmg

    found = correlations(p)
    ours = timed(lambda: lmg(*found), 20)
    say(f"cxlab.lmg, p = {p}", *ours)
    for name, peer, runs in (("pingouin", pingouin, 2), ("plain loop over models", plain, 1)):
        theirs = timed(lambda peer=peer: peer(p), runs)
        apart = np.abs(peer(p) - lmg(*found)).max() if p <= 10 else float("nan")
        more = f"{theirs[1] / ours[1]:.0f} × cxlab's processor time"
        say(f"{name}, p = {p}", *theirs, more if np.isnan(apart) else f"{more}, apart by {apart:.0e}")


def main() -> None:
    """Print wall and processor time, best of some runs; other work on the machine lengthens the first."""
    from cxlab.drivers.lmg import lmg, r_squared
    from cxlab.drivers.lmg_sampled import lmg_sampled

    for p in (10, 12):
        against_peers(p)
    for p, runs in ((15, 5), (20, 5), (22, 3), (25, 3), (30, 1)):
        found = correlations(p)
        lmg(*found)  # not counted: numba loads for p = 30
        gap = abs(float(lmg(*found).sum() - r_squared(*found)))
        say(f"cxlab.lmg, p = {p}", *timed(lambda found=found: lmg(*found), runs), f"sum off R² by {gap:.0e}")
    for p, runs in ((10, 3), (15, 3), (20, 1)):
        batch = resampled(p)
        say(f"cxlab.lmg, 1000 matrices, p = {p}", *timed(lambda batch=batch: lmg(*batch), runs))
    for p, runs in ((10, 3), (15, 3), (20, 1)):
        say(f"cx.importance, 1000 rows and resamples, p = {p}", *timed(with_intervals(p), runs))
    found = correlations(60)
    error = lmg_sampled(*found).std_error.max()
    wall, used = timed(lambda: lmg_sampled(*found), 2)
    say("cxlab.lmg_sampled, p = 60, 10,000 orders", wall, used, f"largest standard error {error:.1e}")
    for p in (10, 20, 22, 25, 30):
        said = subprocess.run(
            [sys.executable, "-c", FRESH.format(p=p)], check=True, cwd=ROOT, capture_output=True, text=True
        )
        call, process, memory = (float(value) for value in said.stdout.split())
        name = f"first call in a fresh process, p = {p}"
        print(
            f"{name:<46} wall {call:9.4f} s  with imports {process:6.2f} s  memory + {memory:.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
