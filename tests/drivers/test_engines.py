"""Importances on a real Spark session and a real Dask cluster: `pytest -m engines`."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

pytestmark = pytest.mark.engines
DRIVERS = ["a", "b", "c"]
ENGINES = ["spark", "dask"]


def answers() -> pd.DataFrame:
    """2,000 scores with gaps, weights with many digits and some of 0, and 80 accounts in no order."""
    rng, n = np.random.default_rng(15), 2000
    x = rng.standard_normal((n, 3)) + rng.standard_normal((n, 1))
    frame = pd.DataFrame(x, columns=DRIVERS).assign(y=x @ [0.5, 0.3, 0.1] + rng.standard_normal(n))
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    account = "account " + pd.Series(rng.integers(0, 80, n)).astype("str")
    return frame.assign(w=np.where(rng.random(n) < 0.05, 0.0, rng.gamma(2, 1, n)), account=account)


FRAME = answers()


@pytest.fixture(scope="module")
def in_spark(spark: Any) -> Any:
    return spark.createDataFrame(pa.Table.from_pandas(FRAME, preserve_index=False)).repartition(5)


@pytest.fixture(scope="module")
def in_dask(dask_cluster: Any) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(FRAME, npartitions=5)


@pytest.fixture(params=ENGINES)
def far(request: pytest.FixtureRequest) -> Any:
    """The answers, where another process holds them."""
    pytest.importorskip({"spark": "pyspark", "dask": "distributed"}[request.param])
    return request.getfixturevalue(f"in_{request.param}")


@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_importances_are_those_of_pandas(far: Any, missing: str):
    options = {"weight": "w", "cluster": "account", "missing": missing, "n_boot": 60}
    found, expected = (cx.importance(each, "y", DRIVERS, **options) for each in (far, FRAME))
    pd.testing.assert_frame_equal(found.rows, expected.rows, rtol=1e-9)
    np.testing.assert_allclose(found.draws, expected.draws, rtol=1e-9)
    assert (found.units, found.kept, found.doubts) == (expected.units, expected.kept, expected.doubts)


def test_without_a_cluster_it_is_said_what_to_do(far: Any):
    with pytest.raises(MeasureError, match="cannot be drawn anew one by one; name the cluster, or a column"):
        cx.importance(far, "y", DRIVERS)
