"""Many markets × studies: check the data of each market, then run the studies side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

from cxlab.model.errors import ContractError
from cxlab.study.folders import Folders
from cxlab.study.plan import Job
from cxlab.study.records import MarketCheck, Outcome
from cxlab.study.worker import check, execute, prepare

Progress = Callable[[str], None]
Ended = Callable[[Outcome], None]
# One thread for each kernel: several kernels with several threads each only get in each other's way.
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def run_jobs(
    jobs: Sequence[Job],
    folders: Folders,
    *,
    workers: int,
    timeout: int | None = None,
    checked: Progress = lambda _: None,
    ended: Ended = lambda _: None,
) -> list[Outcome]:
    """Check the inputs of every market, then run every job.

    Parameters
    ----------
    jobs
        What is to be run.
    folders
        Folders of the project.
    workers
        How many jobs run at once.
    timeout
        Longest time for one cell, in seconds.
    checked, ended
        Told of every market that was checked and of every job that ended.

    Returns
    -------
    list of Outcome
        One per job, in the order of the jobs.

    Raises
    ------
    ContractError
        Where an input was refused. Nothing has run then.
    """
    if not jobs:
        return []
    with _pool(min(workers, len(jobs))) as pool:
        checks = _check_all(pool, jobs, checked)
        refusals = [entry.refusal for entry in checks.values() if entry.refusal]
        if refusals:
            raise ContractError("\n".join(refusals))
        return _run_all(pool, [(job, checks[job.market]) for job in jobs], folders, timeout, ended)


def run_across(
    jobs: Sequence[Job],
    folders: Folders,
    *,
    workers: int,
    timeout: int | None = None,
    ended: Ended = lambda _: None,
) -> list[Outcome]:
    """Run studies across markets, on what the markets' own studies have published.

    Parameters
    ----------
    jobs, folders, workers, timeout, ended
        As in `run_jobs`.

    Returns
    -------
    list of Outcome
        One per job, in the order of the jobs.
    """
    from cxlab.study.across import check_across  # tables are read there, and this module is light

    if not jobs:
        return []
    checked = [(job, check_across(job, folders)) for job in jobs]
    with _pool(min(workers, len(jobs))) as pool:
        return _run_all(pool, checked, folders, timeout, ended)


def _run_all(
    pool: ProcessPoolExecutor,
    checked: Sequence[tuple[Job, MarketCheck]],
    folders: Folders,
    timeout: int | None,
    ended: Ended,
) -> list[Outcome]:
    pending = {pool.submit(execute, job, check, folders, timeout): job for job, check in checked}
    outcomes = {}
    for future in as_completed(pending):
        outcome = _outcome(future, pending[future])
        outcomes[outcome.job_name] = outcome
        ended(outcome)
    return [outcomes[job.name] for job, _ in checked]


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update({name: value for name, value in _ONE_THREAD.items() if before[name] is None})
    try:
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=prepare) as pool:
            yield pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]


def _check_all(pool: ProcessPoolExecutor, jobs: Sequence[Job], checked: Progress) -> dict[str, MarketCheck]:
    files = {job.market: job.file for job in jobs}
    pending = {
        pool.submit(check, file, sorted({job.wave for job in jobs if job.market == market})): market
        for market, file in files.items()
    }
    checks = {}
    for future in as_completed(pending):
        checks[pending[future]] = future.result()
        checked(pending[future])
    return checks


def _outcome(future: Future[Outcome], job: Job) -> Outcome:
    error = future.exception()
    if error is not None:
        return Outcome(job.name, "failed", error=f"the runner itself failed: {type(error).__name__}: {error}")
    return future.result()
