"""Open damaged files one after another and say what became of each, a line of JSON apiece.

Run as `python -m tests.load.fuzz_worker csv:0:2000 …`, so that a crash takes nobody else along. The address
space may grow by two gigabytes; what needs more fails here, and not on the machine.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from cxlab.load.open_market import open_market
from cxlab.model.errors import CxlabError
from cxlab.model.market import Market
from tests.load.account import faults_of
from tests.load.bases import PERSONAL, Base, base_of, records
from tests.load.mutations import mutated

ROOM = 2 << 30
LONGEST = 2000
PARAMETERS = "xx.yaml"
# Rows above the data; QuestionPro has as many as it likes.
HEADERS = {"csv": 1, "limesurvey": 1, "surveymonkey": 2}


def main(*spans: str) -> None:
    """Open damaged files: `csv:0:25` are the first 25 of the CSV."""
    with tempfile.TemporaryDirectory() as folder:
        for place, span in enumerate(spans):
            format, first, last = span.split(":")
            _open_all(Path(folder), base_of(format), range(int(first), int(last)), limited=place > 0)


def _open_all(folder: Path, base: Base, seeds: range, *, limited: bool) -> None:
    parameters, file = _market(folder, base), folder / base.name
    file.write_bytes(base.content)
    sound = open_market(parameters)
    assert sound.quarantine.empty and len(sound.responses) == len(records()) and not faults_of(sound)
    if not limited:
        _limit()
    for seed in seeds:
        kind, content = mutated(base, seed)
        file.write_bytes(content)
        print(json.dumps({"format": base.format, "seed": seed, "mutation": kind}), flush=True)
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        started = time.process_time()  # other processes of a busy machine do not count
        outcome, fault = opened(parameters, base)
        seconds = time.process_time() - started
        said = {"outcome": outcome, "fault": fault, "seconds": seconds, "peak": _peak()}
        print(json.dumps(said), flush=True)


def opened(parameters: Path, base: Base) -> tuple[str, str]:
    """Open a market; return what became of its file, and what is wrong with that (empty if nothing is)."""
    try:
        market = open_market(parameters)
    except CxlabError as error:
        return "refused", _message_fault(error, base)
    except BaseException:  # a panic of a library in Rust is no Exception
        return "broke", traceback.format_exc(limit=-4)
    outcome = "accepted" if market.quarantine.empty else "quarantined"
    return outcome, "; ".join(
        [*faults_of(market), *_lost_records(market, parameters.with_name(base.name), base)]
    )


def _message_fault(error: CxlabError, base: Base) -> str:
    message = str(error)
    if base.name not in error.where and PARAMETERS not in error.where:
        return f"names no file: {message[:300]}"
    if len(message) > LONGEST:
        return f"{len(message)} characters: {message[:300]}"
    if any(mark in message for mark in PERSONAL):
        return f"repeats what is personal: {message[:300]}"
    return ""


def _lost_records(market: Market, file: Path, base: Base) -> list[str]:
    """Hold the rows that were read against the records that Python's own reader finds in a text."""
    if base.format not in HEADERS:
        return []
    text = io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")
    n_records = sum(1 for record in csv.reader(text) if record) - HEADERS[base.format]
    n_rows = sum(entry.n_rows for entry in market.inputs)
    return [] if n_rows == n_records else [f"{n_rows} rows of {n_records} records"]


def _market(folder: Path, base: Base) -> Path:
    path = folder / PARAMETERS
    content = {"market": "xx", "name": "Example", "wave": "2026-1", "max_quarantine": 1}
    content["sources"] = {"survey": base.source}
    path.write_text("\n".join(f"{key}: {json.dumps(value)}" for key, value in content.items()))
    return path


def _limit() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))


def _peak() -> float:
    """Return the most memory held since the peak started anew, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
