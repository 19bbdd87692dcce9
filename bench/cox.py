"""Cox's model on 100,000 rows × 20 covariates, continuous times, against R's survival and lifelines."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from bench.in_turns import Told, in_turns, line, timed

PEER = Path(__file__).with_name("cox_peers.py")
IN_R = Path(__file__).with_name("cox_peers.R")
ROWS, COVARIATES = 100_000, 20
NAMES = [f"x{place}" for place in range(COVARIATES)]


def customers(folder: Path) -> Path:
    """Write 100,000 customers, two thirds of whom leave, as CSV."""
    rng = np.random.default_rng(9)
    x = rng.standard_normal((ROWS, COVARIATES))
    leaves = rng.exponential(1, ROWS) / np.exp(x @ np.linspace(-0.5, 0.5, COVARIATES))
    cut = rng.exponential(1.5, ROWS)
    frame = pd.DataFrame(x, columns=NAMES).assign(
        duration=np.minimum(leaves, cut), event=(leaves <= cut).astype(int)
    )
    frame.to_csv(folder / "customers.csv", index=False)
    return folder / "customers.csv"


def own(path: str, runs: int) -> Told:
    """Time `cox` in this process; the first run counts as the warm-up."""
    from cxlab.retention.cox import cox

    frame = pd.read_csv(path)
    result, told = timed(lambda: cox(frame, "duration", "event", NAMES), runs)
    return {**told, "coefficient": result.rows["coefficient"].tolist()}


def main(turns: int = 3) -> None:
    """Print the times of cxlab, of R's survival and of lifelines in the Python of `CXLAB_BENCH_PYTHON`."""
    python = os.environ.get("CXLAB_BENCH_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        path = str(customers(Path(folder)))
        ways = {
            "cx.cox": [sys.executable, "-m", "bench.cox", path, "2"],
            "R survival": ["Rscript", str(IN_R), path, "2"],
            "lifelines": [python, str(PEER), path],
        }
        found = in_turns(ways, turns, once=["lifelines"])
    print(f"Cox, {ROWS:,} rows, {COVARIATES} covariates, Efron, with concordance: median (range)")
    ours = found["cx.cox"]
    for name, each in found.items():
        gap = np.abs(np.array(each["coefficient"]) - ours["coefficient"]).max()
        print(f"{line(name, each, ours)}; largest gap of a coefficient {gap:.1e}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(own(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
