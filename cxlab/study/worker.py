"""What runs in a worker process. Importing this loads no library of tables or notebooks; calling it does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from cxlab.study.folders import Folders
from cxlab.study.plan import Job
from cxlab.study.records import MarketCheck, Outcome


def prepare() -> None:
    """Keep a grammar for URIs from being built: it takes seconds, and no notebook is checked against it.

    jsonschema, which nbformat imports, builds it on import where rfc3987_syntax is installed, and does
    without where it is not.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def check(file: Path, waves: Sequence[str]) -> MarketCheck:
    """Load a market and say what was accepted and what was not."""
    from cxlab.study.check import check_market

    return check_market(file, waves)


def execute(job: Job, checked: MarketCheck, folders: Folders, timeout: int | None) -> Outcome:
    """Run one job to its end."""
    from cxlab.study.execute import execute_job

    return execute_job(job, checked, folders, timeout)
