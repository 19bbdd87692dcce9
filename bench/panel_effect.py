"""Two-way fixed effects with clustered errors on 1,000,000 rows, against pyfixest and linearmodels."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

PEER = Path(__file__).with_name("panel_effect_peers.py")
ROWS, CUSTOMERS, PERIODS = 1_000_000, 50_000, 25


def panel(folder: Path) -> Path:
    """Write an unbalanced panel: 1,000,000 of the cells of 50,000 customers × 25 periods.

    Every customer has 2 rows or more; the exposure goes with what is lasting of a customer.
    """
    rng = np.random.default_rng(7)
    first = np.repeat(np.arange(CUSTOMERS), 2) * PERIODS + np.tile(np.array([0, 1]), CUSTOMERS)
    others = rng.permutation(np.setdiff1d(np.arange(CUSTOMERS * PERIODS), first))[: ROWS - len(first)]
    cells = np.sort(np.concatenate([first, others]))
    customer, period = cells // PERIODS, cells % PERIODS
    lasting, season = rng.standard_normal(CUSTOMERS)[customer], rng.standard_normal(PERIODS)[period]
    x = lasting + season + rng.standard_normal((3, ROWS))
    revenue = 0.05 * x[0] + 0.2 * x[1] - 0.1 * x[2] + lasting + season + rng.standard_normal(ROWS)
    np.savez(
        folder / "panel.npz", customer=customer, period=period, revenue=revenue, csat=x[0], a=x[1], b=x[2]
    )
    return folder / "panel.npz"


def own(path: str, runs: int) -> dict[str, object]:
    """Time `panel_effect` in this process; the first run counts as the warm-up."""
    from cxlab.linkage.panel_effect import panel_effect

    frame = pd.DataFrame(dict(np.load(path)))
    seconds, worked = [], []
    for _ in range(runs + 1):
        start, start_work = time.perf_counter(), time.process_time()
        result = panel_effect(
            frame, "revenue", "csat", entity="customer", time="period", controls=["a", "b"], designs="two_way"
        )
        seconds.append(time.perf_counter() - start)
        worked.append(time.process_time() - start_work)
    row = result.rows.iloc[0]
    return {
        "seconds": seconds[1:], "worked": worked[1:], "peak": peak(), "estimate": row["estimate"],
        "std_error": row["std_error"],
    }  # fmt: skip


def peak() -> float:
    """Return the largest resident size of this process so far, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def told(command: list[str]) -> dict[str, object] | None:
    """Return what a child process prints as JSON, or None where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PEER.parents[1])
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1])
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def line(name: str, found: dict[str, object], ours: dict[str, object]) -> str:
    """Return one line: median and range of the time, the processor's, ratios to cxlab and peak memory."""
    seconds = found["seconds"]
    wall, work = (statistics.median(found[kind]) for kind in ("seconds", "worked"))
    ratios = [
        statistics.median(found[kind]) / statistics.median(ours[kind]) for kind in ("seconds", "worked")
    ]
    return (
        f"{name:<22} {wall:6.2f} s ({min(seconds):.2f}–{max(seconds):.2f}), {work:6.2f} s of processor; "
        f"ratio {ratios[0]:.2f}, {ratios[1]:.2f}; peak {found['peak']:.0f} MiB"
    )


def main(turns: int = 3) -> None:
    """Print the times of cxlab and of the peers that the Python named by `CXLAB_BENCH_PYTHON` has.

    They run in turns, each in a process of its own, so that what else the machine does meets all of them.
    """
    python = os.environ.get("CXLAB_BENCH_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        path = str(panel(Path(folder)))
        ways = {
            "cx.panel_effect": [sys.executable, "-m", "bench.panel_effect", path, "2"],
            "pyfixest": [python, str(PEER), "pyfixest", path, "2"],
            "linearmodels": [python, str(PEER), "linearmodels", path, "1"],
        }
        runs = {name: [] for name in ways}
        for _ in range(turns):
            for name, command in ways.items():
                runs[name].append(told(command))
    print("Two-way effects, clustered errors, 1,000,000 rows, one exposure, two controls: median (range)")
    found = {name: joined(parts) for name, parts in runs.items() if None not in parts}
    ours = found["cx.panel_effect"]
    for name in ways:
        if name not in found:
            print(f"{name} is not at hand: name a Python that has it in CXLAB_BENCH_PYTHON")
            continue
        print(line(f"{name} {found[name].get('version', '')}", found[name], ours))
        if found[name] is ours:
            continue
        gaps = [abs(found[name][key] / ours[key] - 1) for key in ("estimate", "std_error")]
        print(f"  relative gap of the estimate {gaps[0]:.1e}, of its standard error {gaps[1]:.1e}")


def joined(parts: list[dict[str, object]]) -> dict[str, object]:
    """Return the turns of one way as one: all times, the largest peak."""
    times = {kind: [time for part in parts for time in part[kind]] for kind in ("seconds", "worked")}
    return {**parts[0], **times, "peak": max(part["peak"] for part in parts)}


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(own(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
