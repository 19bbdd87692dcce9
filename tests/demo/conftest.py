"""One small demo, written once for all tests of the room."""

from pathlib import Path

import pytest

from cxlab.demo import DemoTruth, demo_truth, write_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def truth() -> DemoTruth:
    return demo_truth()
