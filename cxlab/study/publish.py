"""Publication: a reader sees the last good run whole, or the new one whole, and nothing between."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cxlab.study.folders import Folders
from cxlab.study.plan import Job

_KEPT_RUNS = 2


def publish(work: Path, job: Job, folders: Folders) -> None:
    """Make a finished run the one that is read.

    Parameters
    ----------
    work
        Folder of the finished run; it is moved.
    job
        What was run.
    folders
        Folders of the project.

    Notes
    -----
    The run moves to a folder of its own; the published name is a symbolic link that is replaced in one step.
    The run before stays, for readers who have it open; older ones are removed.
    """
    runs = folders.runs(job.market, job.wave, job.study)
    runs.mkdir(parents=True, exist_ok=True)
    target = _free_name(runs, job.key[:16])
    work.rename(target)
    link = folders.published(job.market, job.wave, job.study)
    _point(link, target)
    shutil.rmtree(folders.failed(job.market, job.wave, job.study), ignore_errors=True)
    _remove_old(runs, target)


def set_failure_aside(work: Path, target: Path) -> None:
    """Keep a failed run's notebook and manifest; the last good run stays published."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    work.rename(target)


def _free_name(runs: Path, key: str) -> Path:
    names = [key, *(f"{key}-{number}" for number in range(2, 1000))]
    return next(runs / name for name in names if not (runs / name).exists())


def _point(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    beside = link.with_name(f".{link.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    beside.replace(link)


def _remove_old(runs: Path, current: Path) -> None:
    others = sorted(
        (path for path in runs.iterdir() if path != current), key=lambda path: path.stat().st_mtime
    )
    for path in others[: len(others) - (_KEPT_RUNS - 1)]:
        shutil.rmtree(path, ignore_errors=True)
