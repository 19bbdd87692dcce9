"""Raking 1,000,000 rows to six margins: cxlab, weightipy and R survey, with equal weights."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from cxlab.weight.rake import rake

N_ROWS = 1_000_000
LEVELS = {"gender": 2, "age_band": 6, "education": 4, "region": 8, "household": 5, "work": 5}
# How much a variable goes with the one thing behind all of them: age, in most surveys.
LOADINGS = {"gender": 0.1, "age_band": 0.9, "education": 0.5, "region": 0.2, "household": 0.6, "work": 0.7}
RUNS = 5
FORMS = ("categories", "texts")
HERE = Path(__file__).parent


def write_survey(folder: Path, n: int = N_ROWS, seed: int = 7) -> None:
    """Write a survey whose variables go together, and the shares of a population that differs from it."""
    rng = np.random.default_rng(seed)
    behind = rng.normal(size=n)
    frame, margins = {}, {}
    for name, levels in LEVELS.items():
        loading = LOADINGS[name]
        score = loading * behind + np.sqrt(1 - loading**2) * rng.normal(size=n)
        codes = np.digitize(
            score, np.quantile(score, np.sort(rng.dirichlet(np.full(levels, 12)).cumsum()[:-1]))
        )
        labels = [f"{name} {code:02d}" for code in range(levels)]
        frame[name] = pd.Categorical.from_codes(codes, labels)
        target = np.bincount(codes, minlength=levels) * np.exp(rng.normal(0, 0.2, levels))
        margins[name] = dict(zip(labels, (target / target.sum()).tolist(), strict=True))
    categories = pd.DataFrame(frame)
    categories.to_parquet(folder / "categories.parquet", index=False)
    categories.astype("str").to_parquet(folder / "texts.parquet", index=False)
    categories.to_csv(folder / "survey.csv", index=False)
    (folder / "margins.json").write_text(json.dumps(margins), encoding="utf-8")


def ours(folder: Path) -> None:
    """Rake, in a process of its own; print seconds and peak memory."""
    margins = json.loads((folder / "margins.json").read_text(encoding="utf-8"))
    seconds, cpu = {}, {}
    for form in FORMS:
        frame = pd.read_parquet(folder / f"{form}.parquet")
        seconds[form], cpu[form] = [], []
        for _ in range(RUNS + 1):
            start, busy = time.perf_counter(), time.process_time()
            weights = rake(frame, margins)
            seconds[form].append(time.perf_counter() - start)
            cpu[form].append(time.process_time() - busy)
        weights.weights.to_numpy().tofile(folder / f"cxlab-{form}.bin")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, cpu = ({form: one[1:] for form, one in times.items()} for times in (seconds, cpu))
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": peak}))


def run(command: list[str]) -> dict:
    """Run a command and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def line(name: str, seconds: list[float], cpu: list[float], peak: float) -> str:
    """Return one line: median and range of the wall time, median of the processor time, peak memory."""
    wall = f"{statistics.median(seconds):8.3f} s  ({min(seconds):.3f}–{max(seconds):.3f})"
    return f"{name:<26} {wall}  processor {statistics.median(cpu):8.3f} s  peak {peak:5.0f} MiB"


def against(seconds: list[float], cpu: list[float], cxlab: dict, form: str, folder: Path, file: str) -> str:
    """Return how many times faster cxlab is, by the clock and by the processor, and how equal the weights."""
    own, other = (np.fromfile(folder / one) for one in (f"cxlab-{form}.bin", file))
    gap = np.abs(other / other.mean() / own - 1).max()
    wall = statistics.median(seconds) / statistics.median(cxlab["seconds"][form])
    busy = statistics.median(cpu) / statistics.median(cxlab["cpu"][form])
    return f"  {wall:5.1f} × (processor {busy:5.1f} ×)  weights within {gap:.1e}"


def main() -> None:
    """Print the times of cxlab and of the peers that are at hand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_survey(folder)
        print(f"raking {N_ROWS:,} rows to six margins: median (range); × is how much faster cxlab is")
        cxlab = run([sys.executable, "-m", "bench.rake", name])
        for form in FORMS:
            print(line(f"cxlab, {form}", cxlab["seconds"][form], cxlab["cpu"][form], cxlab["peak_mib"]))
        _weightipy(folder, cxlab)
        _survey(folder, cxlab)


def _weightipy(folder: Path, cxlab: dict) -> None:
    other = os.environ.get("CXLAB_BENCH_PYTHON")
    if not other:
        print("weightipy: skipped; CXLAB_BENCH_PYTHON names no interpreter that has it")
        return
    peer = run([other, str(HERE / "rake_weightipy.py"), str(folder)])
    for form in FORMS:
        seconds, cpu = peer["seconds"][form], peer["cpu"][form]
        text = line(f"weightipy, {form}", seconds, cpu, peer["peak_mib"])
        print(text + against(seconds, cpu, cxlab, form, folder, "weightipy.bin"))


def _survey(folder: Path, cxlab: dict) -> None:
    if not shutil.which("Rscript"):
        print("R survey: skipped; there is no Rscript")
        return
    peer = run(["Rscript", str(HERE / "rake_survey.R"), str(folder)])
    if "missing" in peer:
        print(f"R survey: skipped; R has no package {peer['missing']}")
        return
    for way in ("default", "tight"):
        seconds, cpu = ([taken] for taken in peer[way])
        text = line(f"R survey, {way} epsilon", seconds, cpu, peer["peak_mib"])
        print(text + against(seconds, cpu, cxlab, "categories", folder, f"survey-{way}.bin"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ours(Path(sys.argv[1]))
    else:
        main()
