"""One job: papermill runs the notebook, the report is made, and the run is published or set aside."""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pandas as pd
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

import cxlab
from cxlab.report.facts import ReportFacts, SourceFact
from cxlab.report.html import render_report
from cxlab.study.folders import OUTPUTS_NAME, PARAMS_NAME, RUN_NAME, Folders
from cxlab.study.manifest import Manifest
from cxlab.study.plan import Job
from cxlab.study.publish import publish, set_failure_aside
from cxlab.study.records import MarketCheck, Outcome


def execute_job(job: Job, check: MarketCheck, folders: Folders, timeout: int | None) -> Outcome:
    """Run one job to its end.

    Parameters
    ----------
    job
        What is to be run.
    check
        What its market's sources hold.
    folders
        Folders of the project.
    timeout
        Longest time for one cell, in seconds; None for no limit.

    Returns
    -------
    Outcome
        A failed notebook is an outcome, not an error.
    """
    started = datetime.now(UTC)
    clock = time.perf_counter()
    work = folders.outputs / ".runs" / ".work" / uuid.uuid4().hex
    work.mkdir(parents=True)
    error = _run_notebook(job, work, folders, timeout)
    manifest = _manifest(job, check, work, started, time.perf_counter() - clock, error)
    if error:
        manifest.write(work)
        set_failure_aside(work, folders.failed(job.market, job.wave, job.study))
        return Outcome(job.name, "failed", manifest.duration_s, error)
    (work / "report.html").write_text(_report(job, check, work), encoding="utf-8")
    manifest.write(work)
    publish(work, job, folders)
    return Outcome(job.name, "completed", manifest.duration_s)


def _run_notebook(job: Job, work: Path, folders: Folders, timeout: int | None) -> str:
    """Run the notebook; return why it failed, or an empty text."""
    # A kernel that speaks over sockets of the file system can be reached by its own user alone. The path of
    # a socket is short by law, hence a temporary folder.
    with _environment(job.file.parent, folders.outputs, work), TemporaryDirectory(prefix="cxlab-") as sockets:
        try:
            papermill.execute_notebook(
                str(job.notebook),
                str(work / "notebook.ipynb"),
                parameters=job.arguments,
                cwd=str(job.notebook.parent),
                progress_bar=False,
                execution_timeout=timeout,
                extra_arguments=["--log-level=CRITICAL"],
                config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            )
        except papermill.PapermillExecutionError as error:
            return f"cell {error.exec_count}: {error.ename}: {error.evalue}"
        except CellTimeoutError:
            return f"a cell took longer than {timeout} seconds"
        except DeadKernelError:
            return "the kernel was killed, most often because the machine ran out of memory"
    return ""


@contextmanager
def _environment(params: Path, outputs: Path, work: Path) -> Iterator[None]:
    """Tell the kernel, which inherits this process's environment, where it stands."""
    places = {PARAMS_NAME: str(params), OUTPUTS_NAME: str(outputs), RUN_NAME: str(work)}
    before = {name: os.environ.get(name) for name in places}
    os.environ.update(places)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _manifest(
    job: Job, check: MarketCheck, work: Path, started: datetime, seconds: float, error: str
) -> Manifest:
    headline = work / "headline.txt"
    said = headline.read_text(encoding="utf-8") if headline.exists() else ""
    headline.unlink(missing_ok=True)
    return Manifest(
        study=job.study,
        market=job.market,
        market_name=job.parameters.name,
        wave=job.wave,
        language=job.parameters.language,
        status="failed" if error else "completed",
        key=job.key,
        key_parts=job.parts,
        inputs=check.inputs,
        n_responses=_answers(check, job.wave),
        n_quarantined=sum((check.quarantined or {}).values()),
        headline=said,
        error=error,
        started_at=started.isoformat(timespec="seconds"),
        duration_s=round(seconds, 3),
        cxlab=cxlab.__version__,
        python=platform.python_version(),
        restricted=_restricted(work),
    )


def _restricted(work: Path) -> dict[str, int]:
    files = sorted((work / "restricted").glob("*.csv"))
    return {f"restricted/{path.name}": len(pd.read_csv(path, dtype="str")) for path in files}


def _report(job: Job, check: MarketCheck, work: Path) -> str:
    metrics_file = work / "metrics.csv"
    metrics = pd.read_csv(metrics_file) if metrics_file.exists() else pd.DataFrame()
    facts = ReportFacts(
        study=job.study,
        market=job.market,
        market_name=job.parameters.name,
        wave=job.wave,
        language=job.parameters.language,
        labels=job.parameters.labels,
        n_responses=_answers(check, job.wave),
        sources=tuple(SourceFact(entry.source, entry.file, entry.n_rows) for entry in check.inputs),
        key=job.key,
        version=cxlab.__version__,
        methods=_distinct(metrics, "method"),
        metrics=_distinct(metrics, "metric"),
        weighted="weighted" in _distinct(metrics, "weighting"),
    )
    return render_report(nbformat.read(work / "notebook.ipynb", as_version=4), facts)


def _answers(check: MarketCheck, wave: str) -> int:
    by_wave = check.n_responses or {}
    return by_wave.get(wave, by_wave.get("", 0))


def _distinct(metrics: pd.DataFrame, column: str) -> tuple[str, ...]:
    return tuple(metrics[column].dropna().unique()) if column in metrics else ()
