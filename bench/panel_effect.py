"""Two-way fixed effects with clustered errors on 1,000,000 rows, against pyfixest and linearmodels."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from bench.in_turns import Told, in_turns, line, timed

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


def own(path: str, runs: int) -> Told:
    """Time `panel_effect` in this process; the first run counts as the warm-up."""
    from cxlab.linkage.panel_effect import panel_effect

    frame = pd.DataFrame(dict(np.load(path)))
    asked = {"entity": "customer", "time": "period", "controls": ["a", "b"], "designs": "two_way"}
    result, told = timed(lambda: panel_effect(frame, "revenue", "csat", **asked), runs)
    row = result.rows.iloc[0]
    return {**told, "estimate": row["estimate"], "std_error": row["std_error"]}


def main(turns: int = 3) -> None:
    """Print the times of cxlab and of the peers that the Python named by `CXLAB_BENCH_PYTHON` has."""
    python = os.environ.get("CXLAB_BENCH_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        path = str(panel(Path(folder)))
        ways = {
            "cx.panel_effect": [sys.executable, "-m", "bench.panel_effect", path, "2"],
            "pyfixest": [python, str(PEER), "pyfixest", path, "2"],
            "linearmodels": [python, str(PEER), "linearmodels", path, "1"],
        }
        found = in_turns(ways, turns)
    print("Two-way effects, clustered errors, 1,000,000 rows, one exposure, two controls: median (range)")
    ours = found["cx.panel_effect"]
    for name, each in found.items():
        print(line(name, each, ours))
        gaps = [abs(each[key] / ours[key] - 1) for key in ("estimate", "std_error")]
        print(f"  relative gap of the estimate {gaps[0]:.1e}, of its standard error {gaps[1]:.1e}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(own(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
