"""`01_pulse` on 1,000,000 responses in Parquet: under `cxlab run` and under plain papermill."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import line, measure

N_RESPONSES = 1_000_000
NPS_SHARES = [0.03, 0.01, 0.02, 0.03, 0.04, 0.08, 0.09, 0.15, 0.22, 0.18, 0.15]
CXLAB = str(Path(sys.executable).with_name("cxlab"))
ROOT = Path(__file__).parents[1]
PARAMETERS = """\
market: bench
name: One million answers
language: en
wave: "2026-1"
sources:
  survey:
    path: responses.parquet
    format: parquet
    tables:
      responses:
        response_id: response_id
        wave: wave
        nps: nps
        csat_overall: {from: csat, scale: [1, 5]}
        weight: weight
        segment.region: region
        segment.age_band: age_band
studies:
  01_pulse: {segments: [segment.region, segment.age_band]}
"""


def write_market(folder: Path, n: int = N_RESPONSES, seed: int = 7) -> None:
    """Write a market of `n` answers in two waves: a parameter file and a Parquet file."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "response_id": np.char.add("r", np.arange(n).astype("U7")),
            "wave": np.where(np.arange(n) < n // 2, "2025-2", "2026-1"),
            "nps": draw.choice(11, size=n, p=NPS_SHARES),
            "csat": draw.integers(1, 6, size=n),
            "weight": np.round(draw.gamma(4, 0.25, size=n) + 0.05, 6),
            "region": draw.choice(["north", "east", "south", "west"], size=n),
            "age_band": draw.choice(["18-29", "30-44", "45-59", "60+"], size=n),
        }
    ).astype({"nps": "int8", "csat": "int8"})
    frame.to_parquet(folder / "responses.parquet", index=False)
    (folder / "bench.yaml").write_text(PARAMETERS, encoding="utf-8")


def main(runs: int = 3) -> None:
    """Print the wall time and the peak memory of both ways to run the study."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_market(folder)
        outputs = str(folder / "outputs")
        own = [CXLAB, "run", "01_pulse", "--market", "bench", "--force", "--jobs", "1"]
        own += ["--params", name, "--outputs", outputs]
        plain = [sys.executable, "-m", "papermill", str(ROOT / "notebooks" / "01_pulse.ipynb")]
        plain += [str(folder / "out.ipynb"), "-p", "market", "bench"]
        places = {"CXLAB_PARAMS": name, "CXLAB_OUTPUTS": outputs}
        print(
            f"01_pulse on {N_RESPONSES:,} responses in Parquet: median (range) of {runs} runs after a warm-up"
        )
        print(line("cxlab run (checked, published)", measure(own, cwd=ROOT, environment={}, runs=runs)))
        print(line("plain papermill", measure(plain, cwd=ROOT, environment=places, runs=runs)))


if __name__ == "__main__":
    main()
