"""What all tests share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A real Spark session, for tests marked `engines`."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
    }
    os.environ["PYSPARK_PYTHON"] = sys.executable  # read when a session starts, whatever its settings say
    builder = SparkSession.builder.master("local[2]").appName("cxlab")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def dask_cluster() -> Iterator[Any]:
    """A real Dask cluster of two processes, for tests marked `engines`."""
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client
