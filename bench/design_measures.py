"""Measures with inference on 1,000,000 responses, against pandas, R survey and svy, with equal figures."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import cxlab as cx

N_ROWS, N_STRATA, N_CLUSTERS, N_LEVELS, ROW_GROUP = 1_000_000, 50, 2_000, 20, 100_000
FORMS = ("categories", "codes", "parquet")
KINDS = ("estimates", "standard errors", "interval", "interval")
SEGMENTS = ("region", "product", "channel", "age_band")
# Codes of one length sort alike as numbers and as texts.
FIRST_CODE = 10_000
HERE = Path(__file__).parent


def write_survey(folder: Path, n: int = N_ROWS, seed: int = 7) -> None:
    """Write answers that go with their cluster and segments: categories, texts, codes, and a file for R.

    A twenty-fifth of the answers is missing, weights are log-normal, the levels of a segment are of unequal
    size, and the rare ones are absent from many clusters.
    """
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, N_CLUSTERS, n)
    stratum = cluster // (N_CLUSTERS // N_STRATA)
    feeling = rng.normal(0, 0.3, N_STRATA)[stratum] + rng.normal(0, 0.4, N_CLUSTERS)[cluster]
    names = {"stratum": stratum, "cluster": cluster}
    for name in SEGMENTS:
        leaning = 0.6 * rng.normal(size=N_CLUSTERS)[cluster] + 0.8 * rng.normal(size=n)
        ends = np.quantile(leaning, rng.dirichlet(np.full(N_LEVELS, 3)).cumsum()[:-1])
        names[name] = np.digitize(leaning, ends)
        feeling += rng.normal(0, 0.2, N_LEVELS)[names[name]]
    feeling += rng.normal(size=n)
    csat = 1 + np.digitize(feeling, [-2, -1.2, -0.4, 0.7])
    nps = np.clip(np.round(7.5 + 2 * (feeling + rng.normal(0, 0.5, n))), 0, 10)
    numbers = {
        "csat": pa.array(csat, pa.int8(), mask=rng.random(n) < 0.04),
        "nps": pa.array(nps, pa.int8(), mask=rng.random(n) < 0.04),
        "weight": pa.array(np.exp(rng.normal(0, 0.4, n))),
    }
    categories = {name: _named(name, codes) for name, codes in names.items()}
    forms = {
        "categories": categories,
        "texts": {name: column.dictionary_decode() for name, column in categories.items()},
        "codes": {name: pa.array(FIRST_CODE + codes, pa.int32()) for name, codes in names.items()},
    }
    for form, columns in forms.items():
        path = folder / f"{form}.parquet"
        pq.write_table(pa.table({**columns, **numbers}), path, row_group_size=ROW_GROUP)
    asked = pa.table({**categories, **numbers}).select(["stratum", "cluster", "region", "csat", "weight"])
    asked.to_pandas().to_csv(folder / "survey.csv", index=False)


def _named(name: str, codes: np.ndarray) -> pa.DictionaryArray:
    labels = [f"{name} {FIRST_CODE + code}" for code in range(codes.max() + 1)]
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), labels)


def by_segment(frame: Any) -> dict[str, list]:
    """Return three measures by each of four segments, weighted: twelve tables with their intervals."""
    tables = {}
    for segment in SEGMENTS:
        tables[f"nps by {segment}"] = cx.nps(frame, by=segment, weight="weight")
        tables[f"top box by {segment}"] = cx.top_box(frame, "csat", scale=(1, 5), by=segment, weight="weight")
        tables[f"mean by {segment}"] = cx.mean_score(frame, "csat", scale=(1, 5), by=segment, weight="weight")
    return {name: table.rows["estimate"].tolist() for name, table in tables.items()}


def by_design(frame: Any) -> tuple[dict[str, float], dict[str, list]]:
    """Return the seconds and the figures of a mean and a share by design, overall and by region.

    Figures are estimates, standard errors and, of shares, the ends of the logit interval.
    """
    drawn: dict[str, Any] = {"weight": "weight", "cluster": "cluster", "stratum": "stratum", "scale": (1, 5)}
    asked: dict[str, Callable[[], cx.Estimates]] = {
        "mean": lambda: cx.mean_score(frame, "csat", **drawn),
        "mean by region": lambda: cx.mean_score(frame, "csat", by="region", **drawn),
        "top box": lambda: cx.top_box(frame, "csat", method="logit", **drawn),
        "top box by region": lambda: cx.top_box(frame, "csat", by="region", method="logit", **drawn),
    }
    seconds, figures = {}, {}
    for question, call in asked.items():
        start = time.perf_counter()
        rows = call().rows
        seconds[question] = time.perf_counter() - start
        wanted = ["estimate", "std_error", *(["conf_low", "conf_high"] if "top" in question else [])]
        figures[question] = rows[wanted].to_numpy().T.tolist()
    return seconds, figures


def ours(task: str, form: str, folder: Path) -> None:
    """Answer once for every line on standard input, in a process of its own."""
    connection = duckdb.connect()
    if form == "parquet":
        frame: Any = connection.read_parquet(str(folder / "texts.parquet"))
    else:
        frame = pd.read_parquet(folder / f"{form}.parquet")
    for _ in sys.stdin:
        start, busy = time.perf_counter(), time.process_time()
        if task == "segments":
            figures = by_segment(frame)
            seconds = {"all": time.perf_counter() - start}
        else:
            seconds, figures = by_design(frame)
        told = {"seconds": seconds, "processor": time.process_time() - busy, "peak_mib": _peak()}
        print(json.dumps({**told, "figures": figures}), flush=True)


def _peak() -> float:
    # Unlike ru_maxrss, it does not begin with what the parent held when it started this process.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@dataclass(slots=True)
class Way:
    """A way to the answers: a process that waits for its turn, and what it has told so far."""

    name: str
    process: subprocess.Popen[str]
    told: list[dict]

    def seconds(self, question: str | None = None) -> list[float]:
        """Return the seconds of each turn, in all or for one question."""
        each = (turn["seconds"] for turn in self.told)
        return [sum(one.values()) if question is None else one[question] for one in each]

    def line(self, against: Way) -> str:
        """Return one line: the time, its ratio to another way's, the processor's time, peak memory."""
        own = self.seconds()
        ratios = [mine / other for mine, other in zip(own, against.seconds(), strict=True)]
        wall = f"{statistics.median(own):7.3f} s  ({min(own):.3f}–{max(own):.3f})"
        ratio = f"{statistics.median(ratios):6.2f} ×  ({min(ratios):.2f}–{max(ratios):.2f})"
        busy, its = (statistics.median(turn["processor"] for turn in way.told) for way in (self, against))
        processor = f"processor {busy:7.3f} s  {busy / its:6.2f} ×"
        return f"{self.name:<41} {wall}  {ratio}  {processor}  peak {self.told[-1]['peak_mib']:5.0f} MiB"


def started(name: str, command: Sequence[str | Path]) -> Way:
    """Start a process that answers whenever it gets a line."""
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE.parent,
    )
    return Way(name, process, [])


def in_turns(ways: list[Way], runs: int) -> list[Way]:
    """Return the ways after each has answered once a turn; the first turn is not counted.

    A way that says what it misses is left out.
    """
    for _ in range(runs + 1):
        for way in list(ways):
            answer = _answer(way)
            if "missing" in answer:
                print(f"{way.name}: skipped; {answer['missing']}")
                ways.remove(way)
            else:
                way.told.append(answer)
    for way in ways:
        way.process.stdin.close()  # type: ignore[union-attr]
        way.process.wait()
        way.told = way.told[1:]
    return ways


def _answer(way: Way) -> dict:
    assert way.process.stdin is not None and way.process.stdout is not None
    try:
        way.process.stdin.write("\n")
        way.process.stdin.flush()
    except BrokenPipeError:
        pass
    told = way.process.stdout.readline()
    if not told:
        raise RuntimeError(f"{way.name} ended with {way.process.wait()}")
    return json.loads(told)


def told_gap(ours: Way, other: Way) -> str:
    """Return the largest relative difference of each kind of figure."""
    largest: dict[str, float] = {}
    for question, theirs in other.told[-1]["figures"].items():
        own = np.atleast_2d(ours.told[-1]["figures"][question])
        for kind, one, two in zip(KINDS, own, np.atleast_2d(theirs), strict=False):
            largest[kind] = max(largest.get(kind, 0.0), float(np.abs(two / one - 1).max()))
    return ", ".join(f"{kind} within {far:.1e}" for kind, far in largest.items())


def main() -> None:
    """Print the times of cxlab and of the peers that are at hand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_survey(folder)
        _segments(folder)
        _designs(folder)


def _segments(folder: Path, runs: int = 7) -> None:
    """Compare with pandas, which is in the same environment, form by form."""
    print(f"{N_ROWS:,} responses: NPS, top box, mean by 4 × {N_LEVELS} levels, weighted; median (range)")
    script = HERE / "design_measures_pandas.py"
    for form in ("categories", "texts", "parquet"):
        cxlab = started(f"cxlab, {form}", _ours("segments", form, folder))
        peers = [
            started(f"pandas, {form}, {manner}", [sys.executable, script, folder, form, manner])
            for manner in ("a groupby a table", "a groupby a segment")
        ]
        for way in in_turns([cxlab, *peers], runs):
            print(way.line(cxlab), "" if way is cxlab else told_gap(cxlab, way))


def _designs(folder: Path, runs: int = 3) -> None:
    """Compare with svy and R survey: each with cxlab on a frame of the same form."""
    print(
        f"{N_ROWS:,} responses, {N_CLUSTERS:,} clusters in {N_STRATA} strata: "
        f"mean and top box, overall and by {N_LEVELS} levels; median (range)"
    )
    own = {form: started(f"cxlab, {form}", _ours("design", form, folder)) for form in FORMS}
    pairs = {way.name: way for way in own.values()}
    ways = list(own.values())
    python = os.environ.get("CXLAB_BENCH_PYTHON")
    if python:
        for form in ("categories", "codes"):
            ways.append(started(f"svy, {form}", [python, HERE / "design_measures_svy.py", folder, form]))
            pairs[ways[-1].name] = own[form]
    else:
        print("svy: skipped; CXLAB_BENCH_PYTHON names no interpreter that has it")
    if shutil.which("Rscript"):
        ways.append(started("R survey, factors", ["Rscript", HERE / "design_measures_survey.R", folder]))
        pairs[ways[-1].name] = own["categories"]
    else:
        print("R survey: skipped; there is no Rscript")
    for way in in_turns(ways, runs):
        against = pairs[way.name]
        print(way.line(against), "" if way is against else told_gap(against, way))
        parts = {part: statistics.median(way.seconds(part)) for part in way.told[-1]["seconds"]}
        print("   ", ", ".join(f"{part} {seconds:.3f}" for part, seconds in parts.items()))


def _ours(task: str, form: str, folder: Path) -> list[str | Path]:
    return [sys.executable, "-m", "bench.design_measures", task, form, folder]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ours(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main()
