"""Wall time and peak memory of a command, as the operating system accounts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command.

    Parameters
    ----------
    seconds
        Wall time.
    peak_mib
        Peak memory of the largest process among the command and all its descendants, in MiB.
    """

    seconds: float
    peak_mib: float


def measure(command: Sequence[str], *, cwd: Path, environment: dict[str, str], runs: int) -> list[Run]:
    """Run a command several times, after one run that is not counted."""
    return [_once(command, cwd, environment) for _ in range(runs + 1)][1:]


def _once(command: Sequence[str], cwd: Path, environment: dict[str, str]) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{complaint.decode(errors='replace')}")
    return Run(seconds, usage.ru_maxrss / 1024)


def line(name: str, runs: Sequence[Run]) -> str:
    """Return one line: the median and the range of the time, and the peak memory."""
    seconds = [run.seconds for run in runs]
    return (
        f"{name:<40} {statistics.median(seconds):7.2f} s  ({min(seconds):.2f}–{max(seconds):.2f})  "
        f"peak {max(run.peak_mib for run in runs):6.0f} MiB"
    )
