"""Ways to do one thing, each in a process of its own and in turns: what else the machine does meets all."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Told = dict[str, Any]


def timed(call: Callable[[], Any], runs: int) -> tuple[Any, Told]:
    """Return what a call gives, its wall and processor times without the first, and the peak memory."""
    seconds, worked = [], []
    for _ in range(runs + 1):
        start, start_work = time.perf_counter(), time.process_time()
        result = call()
        seconds.append(time.perf_counter() - start)
        worked.append(time.process_time() - start_work)
    return result, {"seconds": seconds[1:], "worked": worked[1:], "peak": peak_mib(), "version": ""}


def peak_mib() -> float:
    """Return the largest resident size of this process so far, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def in_turns(ways: Mapping[str, Sequence[str]], turns: int, once: Sequence[str] = ()) -> dict[str, Told]:
    """Run commands that print JSON, in turns; return what each told, without those that failed.

    Those of `once` take part in the first turn alone: they are slow.
    """
    parts: dict[str, list[Told | None]] = {name: [] for name in ways}
    for turn in range(turns):
        for name, command in ways.items():
            if not turn or (name not in once and None not in parts[name]):
                parts[name].append(_told(command))
    for name in ways:
        if None in parts[name]:
            print(f"{name} is not at hand: name a Python that has it in CXLAB_BENCH_PYTHON (R: Rscript)")
    return {name: _joined(told) for name, told in parts.items() if None not in told}


def line(name: str, found: Told, ours: Told) -> str:
    """Return one line: median and range of the time, the processor's, ratios to cxlab and peak memory."""
    seconds = found["seconds"]
    wall, work = (statistics.median(found[kind]) for kind in ("seconds", "worked"))
    ratios = [
        statistics.median(found[kind]) / statistics.median(ours[kind]) for kind in ("seconds", "worked")
    ]
    return (
        f"{name + ' ' + found['version']:<28} {wall:6.2f} s ({min(seconds):.2f}–{max(seconds):.2f}), "
        f"{work:6.2f} s of processor; ratio {ratios[0]:.2f}, {ratios[1]:.2f}; peak {found['peak']:.0f} MiB"
    )


def _told(command: Sequence[str]) -> Told | None:
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1])
        return None
    told: Told = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _joined(parts: Sequence[Any]) -> Told:
    """Return the turns of one way as one: all times, the largest peak."""
    times = {kind: [time for part in parts for time in part[kind]] for kind in ("seconds", "worked")}
    return {**parts[0], **times, "peak": max(part["peak"] for part in parts)}
