"""The tests that start kernels run first and on one worker, so that the rest goes on beside them."""

import os
from pathlib import Path

import pytest

STUDY_TESTS = Path(__file__).parent / "study"


@pytest.hookimpl(tryfirst=True)  # before the plugin that reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the study tests in front, in one group: they share a project, and kernels need the cores."""
    for item in items:
        if STUDY_TESTS in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("study"))
    items.sort(key=lambda item: STUDY_TESTS not in item.path.parents)


@pytest.fixture(autouse=True, scope="session")
def _without_settings_of_the_machine():
    """Keep the folders that a user's own environment names out of the tests."""
    for name in ("CXLAB_PARAMS", "CXLAB_OUTPUTS", "CXLAB_RUN"):
        os.environ.pop(name, None)
