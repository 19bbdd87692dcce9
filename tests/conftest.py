"""What all tests share."""

import os
from pathlib import Path

import pytest

STUDY_TESTS = Path(__file__).parent / "study"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that start kernels in front: they take longest, and two workers share them evenly."""
    items.sort(key=lambda item: STUDY_TESTS not in item.path.parents)


@pytest.fixture(autouse=True, scope="session")
def _without_settings_of_the_machine():
    """Keep the folders that a user's own environment names out of the tests."""
    for name in ("CXLAB_PARAMS", "CXLAB_OUTPUTS", "CXLAB_RUN"):
        os.environ.pop(name, None)
