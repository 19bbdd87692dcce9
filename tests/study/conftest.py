"""Projects to run studies in."""

from pathlib import Path

import pytest

from tests.study.demo_project import cxlab, make_project


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory) -> Path:
    """A project nobody changes."""
    return make_project(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of one's own."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory) -> Path:
    """A project whose every study has run."""
    folder = make_project(tmp_path_factory.mktemp("finished"))
    done = cxlab("run", "all", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
