"""Projects to run studies in."""

import os
import time
from pathlib import Path

import pytest

from tests.study.demo_project import cxlab, make_project
from tests.study.little_project import make_little_project

PATIENCE = 600  # seconds
RUNS = (
    ("00_intake", "03_drivers", "04_effort", "07_churn", "08_renewal", "--market", "demo-es"),
    ("01_pulse", "02_index_gap", "06_revenue", "90_cross_market", "--market", "all"),
)


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory) -> Path:
    """A project nobody changes."""
    return make_project(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of one's own."""
    return make_project(tmp_path / "project")


@pytest.fixture
def little(tmp_path) -> Path:
    """A little project of one's own, with short notebooks."""
    return make_little_project(tmp_path / "little")


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory) -> Path:
    """A project where each study has run; it takes a minute, so parallel workers share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, ready = shared / "finished", shared / "finished.txt"
    try:
        folder.mkdir()
    except FileExistsError:
        return _when_ready(folder, ready)
    make_project(folder)
    runs = [cxlab("run", *arguments, cwd=folder) for arguments in RUNS]
    said = [run.stdout + run.stderr for run in runs if run.returncode]
    ready.write_text("\n".join(said), encoding="utf-8")
    return _when_ready(folder, ready)


def _when_ready(folder: Path, ready: Path) -> Path:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        assert time.monotonic() < deadline, "the worker that makes the finished project does not end"
        time.sleep(0.5)
    complaint = ready.read_text(encoding="utf-8")
    assert not complaint, complaint
    return folder
