"""Damaged files: each ends in a clear error or a counted quarantine, soon and within two gigabytes."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.load.bases import FORMATS, base_of
from tests.load.mutations import mutated

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits of memory are those of Linux")

ROOT = Path(__file__).parents[2]
PATIENCE = 10.0  # seconds a file may take
START = 120.0  # seconds a worker may take to import its libraries on a busy machine
MEMORY = 2048.0  # MB that are in use at most
QUICK = 25
ALL = 2000


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one damaged file; `fault` says what is wrong with that, empty where nothing is."""

    seed: int
    mutation: str
    outcome: str
    seconds: float
    peak: float
    fault: str

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.mutation}: {self.outcome} in {self.seconds:.1f} s, {self.peak:.0f} MB: {self.fault}"


def fates(format: str, first: int, last: int) -> list[Fate]:
    """Open damaged files in worker processes; one that dies or hangs is replaced behind the file it died of."""
    found: list[Fate] = []
    while first < last:
        found += _one_worker(format, first, last)
        first = found[-1].seed + 1
    return found


def _one_worker(format: str, first: int, last: int) -> list[Fate]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.load.fuzz_worker", format, str(first), str(last)]
    found: list[Fate] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as worker:
        lines: queue.Queue[str] = queue.Queue()
        complaints: list[str] = []
        threading.Thread(target=lambda: [*map(lines.put, worker.stdout), lines.put("")], daemon=True).start()
        threading.Thread(target=lambda: complaints.extend(worker.stderr), daemon=True).start()
        while len(found) < last - first:
            announced = _next(lines, START)
            assert "seed" in announced, f"the worker for {format} did not start: {''.join(complaints)[-2000:]}"
            said = _next(lines, 3 * PATIENCE)
            fate = Fate(**announced, **{"outcome": "died", "seconds": 0.0, "peak": 0.0, "fault": "", **said})
            found.append(_judged(fate))
            if "outcome" not in said:
                worker.kill()
                break
    return found


def _next(lines: queue.Queue[str], patience: float) -> dict[str, object]:
    try:
        return json.loads(lines.get(timeout=patience) or "{}")
    except queue.Empty:
        return {"fault": f"silent for {patience:g} s"}


def _judged(fate: Fate) -> Fate:
    faults = [fate.fault] if fate.fault else []
    if fate.outcome == "died":
        faults.append("the process ended or hung")
    if fate.seconds > PATIENCE:
        faults.append(f"longer than {PATIENCE:g} s")
    if fate.peak > MEMORY:
        faults.append(f"more than {MEMORY:g} MB")
    return Fate(fate.seed, fate.mutation, fate.outcome, fate.seconds, fate.peak, "; ".join(faults))


def _assert_sound(found: list[Fate], count: int) -> None:
    assert [fate.seed for fate in found] == list(range(count))
    faulty = [str(fate) for fate in found if fate.fault]
    assert not faulty, f"{len(faulty)} of {count}\n" + "\n".join(faulty[:10])


@pytest.mark.parametrize("format", FORMATS)
def test_some_damaged_files(format):
    _assert_sound(fates(format, 0, QUICK), QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_two_thousand_damaged_files(format):
    found = fates(format, 0, ALL)
    counted = Counter(fate.outcome for fate in found)
    slowest, largest = max(fate.seconds for fate in found), max(fate.peak for fate in found)
    print(f"{format}: {dict(counted)}, slowest {slowest:.1f} s, peak {largest:.0f} MB")
    _assert_sound(found, ALL)
    # Damage that is always refused would say nothing about the account.
    assert counted["accepted"] + counted["quarantined"] >= ALL / 20


@pytest.mark.parametrize("format", FORMATS)
def test_a_seed_gives_the_same_file_and_another_seed_another(format):
    base = base_of(format)
    files = [mutated(base, seed) for seed in range(1, 40)]
    assert files == [mutated(base, seed) for seed in range(1, 40)]
    assert len({content for _, content in files} - {base.content}) > 30
