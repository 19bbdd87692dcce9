"""Damaged files: each ends in a clear error or a counted quarantine, soon and within two gigabytes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.load.bases import FORMATS, base_of
from tests.load.mutations import mutated

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits of memory are those of Linux")

ROOT = Path(__file__).parents[2]
PATIENCE = 10.0  # seconds a file may take
START = 120.0  # seconds a worker may take to import its libraries on a busy machine
MEMORY = 2048.0  # MB that are in use at most
QUICK = 8
# Files of each format; CXLAB_DAMAGED_FILES=2000 takes half an hour.
ALL = int(os.environ.get("CXLAB_DAMAGED_FILES", 250))


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one damaged file; `fault` says what is wrong with that, empty where nothing is."""

    format: str
    seed: int
    mutation: str
    outcome: str = "died"
    seconds: float = 0
    peak: float = 0
    fault: str = ""

    def __str__(self) -> str:
        spent = f"{self.outcome} in {self.seconds:.1f} s, {self.peak:.0f} MB"
        return f"{self.format} {self.seed}, {self.mutation}: {spent}: {self.fault}"


def fates(*formats: str, count: int) -> list[Fate]:
    """Open damaged files in a worker process; one that dies or hangs is replaced behind that file."""
    found: list[Fate] = []
    while spans := _left(formats, count, found):
        found += _one_worker(spans)
    return found


def _left(formats: Sequence[str], count: int, found: list[Fate]) -> list[str]:
    done = Counter(fate.format for fate in found)
    return [f"{format}:{done[format]}:{count}" for format in formats if done[format] < count]


def _one_worker(spans: list[str]) -> list[Fate]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.load.fuzz_worker", *spans]
    found: list[Fate] = []
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, text=True) as worker,
    ):
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: [*map(lines.put, worker.stdout), lines.put("")], daemon=True).start()
        while announced := _next(lines, START):
            if "seed" not in announced:
                break
            said = _next(lines, 6 * PATIENCE)
            found.append(_judged(Fate(**{**announced, **said})))
            if "outcome" not in said:
                break
        worker.kill()
        complaints.seek(0)
        assert found, f"the worker did not start: {complaints.read()[-2000:]}"
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
    return replace(fate, fault="; ".join(faults))


def _assert_sound(found: list[Fate]) -> None:
    faulty = [str(fate) for fate in found if fate.fault]
    assert not faulty, f"{len(faulty)} of {len(found)}\n" + "\n".join(faulty[:10])


def test_some_damaged_files_of_each_format():
    found = fates(*FORMATS, count=QUICK)
    assert Counter(fate.format for fate in found) == dict.fromkeys(FORMATS, QUICK)
    _assert_sound(found)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_many_damaged_files(format):
    found = fates(format, count=ALL)
    counted = Counter(fate.outcome for fate in found)
    slowest, largest = max(fate.seconds for fate in found), max(fate.peak for fate in found)
    print(f"{format}: {dict(counted)}, slowest {slowest:.1f} s, peak {largest:.0f} MB")
    assert [fate.seed for fate in found] == list(range(ALL))
    _assert_sound(found)
    # Damage that is always refused would say nothing about the account.
    assert counted["accepted"] + counted["quarantined"] >= ALL / 20


@pytest.mark.parametrize("format", FORMATS)
def test_a_seed_gives_the_same_file_and_another_seed_another(format):
    base = base_of(format)
    files = [mutated(base, seed) for seed in range(1, 40)]
    assert files == [mutated(base, seed) for seed in range(1, 40)]
    assert len({content for _, content in files} - {base.content}) > 30
