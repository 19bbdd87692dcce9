"""Open damaged files one after another and say what became of each, a line of JSON apiece.

Run as `python -m tests.load.fuzz_worker FORMAT FIRST LAST`, so that a crash takes nobody else along. The address
space may grow by two gigabytes; what needs more fails here, and not on the machine.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from cxlab.load.open_market import open_market
from cxlab.model.errors import CxlabError
from tests.load.account import faults_of
from tests.load.bases import PERSONAL, Base, base_of, records
from tests.load.mutations import mutated

ROOM = 2 << 30
LONGEST = 2000


def main(format: str, first: int, last: int) -> None:
    """Open the damaged files from `first` up to, not including, `last`."""
    base = base_of(format)
    with tempfile.TemporaryDirectory() as folder:
        parameters = _market(Path(folder), base)
        (Path(folder) / base.name).write_bytes(base.content)
        sound = open_market(parameters)
        assert sound.quarantine.empty and len(sound.responses) == len(records())
        assert not faults_of(sound)
        _limit()
        for seed in range(first, last):
            kind, content = mutated(base, seed)
            (Path(folder) / base.name).write_bytes(content)
            print(json.dumps({"seed": seed, "mutation": kind}), flush=True)
            started = time.process_time()  # other processes of a busy machine do not count
            outcome, fault = opened(parameters, base)
            seconds = time.process_time() - started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps({"outcome": outcome, "fault": fault, "seconds": seconds, "peak": peak}), flush=True)


def opened(parameters: Path, base: Base) -> tuple[str, str]:
    """Open a market; return what became of its file, and what is wrong with that (empty if nothing is)."""
    try:
        market = open_market(parameters)
    except CxlabError as error:
        return "refused", _message_fault(error, base)
    except BaseException:
        return "broke", traceback.format_exc(limit=-4)
    outcome = "accepted" if market.quarantine.empty else "quarantined"
    return outcome, "; ".join(faults_of(market))


def _message_fault(error: CxlabError, base: Base) -> str:
    message = str(error)
    if base.name not in error.where and parameters_name not in error.where:
        return f"names no file: {message[:300]}"
    if len(message) > LONGEST:
        return f"{len(message)} characters: {message[:300]}"
    if any(mark in message for mark in PERSONAL):
        return f"repeats what is personal: {message[:300]}"
    return ""


parameters_name = "xx.yaml"


def _market(folder: Path, base: Base) -> Path:
    path = folder / parameters_name
    content = {
        "market": "xx", "name": "Example", "wave": "2026-1", "max_quarantine": 1, "sources": {"survey": base.source}
    }  # fmt: skip
    path.write_text("\n".join(f"{key}: {json.dumps(value)}" for key, value in content.items()))
    return path


def _limit() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
