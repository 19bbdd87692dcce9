"""The demo company of 200,000 customers: four markets, every table, written as their tools write them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.measure import line, measure

N_CUSTOMERS = 200_000
ROOT = Path(__file__).parents[1]


def main(runs: int = 3) -> None:
    """Print the wall time and the peak memory of `cxlab demo`, from its start to the last byte."""
    cxlab = str(Path(sys.executable).with_name("cxlab"))
    with tempfile.TemporaryDirectory() as folder:
        command = [cxlab, "demo", "--dir", folder, "--customers", str(N_CUSTOMERS)]
        taken = measure(command, cwd=ROOT, environment={}, runs=runs)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    print(f"the demo company, {N_CUSTOMERS:,} customers: median (range) of {runs} runs after a warm-up")
    print(line(f"cxlab demo, {size / 1e6:,.0f} MB written", taken))


if __name__ == "__main__":
    main()
