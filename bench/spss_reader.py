"""An SPSS file of 200,000 × 60: the reader, and the whole of `open_market`, beside bare pyreadstat."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from cxlab.load.inputs import market_inputs
from cxlab.load.open_market import open_market
from cxlab.load.read_parameters import read_parameters
from cxlab.load.readers.read_source import read_source

N_ROWS = 200_000
N_ITEMS = 56
_HEAD = """\
market: bench
name: Two hundred thousand questionnaires
wave: "2026-1"
sources:
  survey:
    path: answers.sav
    format: spss
    tables:
      responses:
        response_id: id
        wave: wave
        nps: nps
        weight: weight
      response_items:
        satisfaction:
          scale: [1, 10]
          attributes:
"""


def write_market(folder: Path, n: int = N_ROWS, seed: int = 7) -> None:
    """Write a market of `n` questionnaires: four columns and 56 scores with two user-missing codes each."""
    draw = np.random.default_rng(seed)
    items = [f"q{number}" for number in range(1, N_ITEMS + 1)]
    scores = draw.integers(1, 11, size=(n, N_ITEMS)).astype("float64")
    absent = draw.random((n, N_ITEMS))
    scores[absent < 0.03] = 99
    scores[(absent >= 0.03) & (absent < 0.05)] = 98
    scores[absent > 0.98] = np.nan
    frame = pd.DataFrame(scores, columns=items)
    frame.insert(0, "weight", np.round(draw.gamma(4, 0.25, size=n) + 0.05, 6))
    frame.insert(0, "nps", draw.integers(0, 11, size=n).astype("float64"))
    frame.insert(0, "wave", np.where(np.arange(n) < n // 2, "2025-2", "2026-1"))
    frame.insert(0, "id", np.char.add("r", np.arange(n).astype("U7")))
    pyreadstat.write_sav(
        frame,
        str(folder / "answers.sav"),
        missing_ranges={item: [98, 99] for item in items},
        variable_value_labels={item: {98: "does not apply", 99: "refused"} for item in items},
    )
    mapped = "".join(f"            {item}: {item}\n" for item in items)
    (folder / "bench.yaml").write_text(_HEAD + mapped, encoding="utf-8")


def main(runs: int = 5) -> None:
    """Print the median seconds of each way, taken in turn, and their ratios to bare pyreadstat."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_market(folder)
        parameters = read_parameters(folder / "bench.yaml")
        (entry,) = market_inputs(parameters, folder / "bench.yaml")
        file = str(folder / "answers.sav")
        ways: dict[str, Callable[[], object]] = {
            "pyreadstat.read_sav(user_missing=True)": lambda: pyreadstat.read_sav(file, user_missing=True),
            "read_source": lambda: read_source(entry, parameters.sources["survey"]),
            "open_market (11 million scores judged)": lambda: open_market(folder / "bench.yaml"),
        }
        seconds = _in_turn(ways, runs)
    bare = statistics.median(seconds["pyreadstat.read_sav(user_missing=True)"])
    print(f".sav of {N_ROWS:,} × {N_ITEMS + 4}: median (range) of {runs} runs in turn after a warm-up")
    for way, found in seconds.items():
        median = statistics.median(found)
        print(f"{way:<40} {median:7.2f} s  ({min(found):.2f}–{max(found):.2f})  {median / bare:5.2f} ×")


def _in_turn(ways: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for run in range(runs + 1):
        for way, call in ways.items():
            start = time.perf_counter()
            call()
            if run:
                seconds[way].append(time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    main()
