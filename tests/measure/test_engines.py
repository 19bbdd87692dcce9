"""Every engine gives the same result, for every measure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxlab.estimate.estimates import Estimates
from cxlab.measure.answered import answered
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.nps_classes import nps_classes
from cxlab.measure.share import share
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError
from tests.tally.engines import ENGINES, awkward_frame

TABLE = awkward_frame()
CASES: dict[str, Callable[[Any], Estimates]] = {
    "nps": lambda frame: nps(frame),
    "nps by region, weighted": lambda frame: nps(frame, by="region", weight="w", method="score"),
    "nps of int8": lambda frame: nps(frame, "nps8", by=["store", "flag"], weight="w"),
    "nps of float32": lambda frame: nps(frame, "nps32", by="tier"),
    "promoters": lambda frame: nps_classes(frame, by="flag", weight="w")[0],
    "mean of int8": lambda frame: mean_score(frame, "big8", by="region", weight="w"),
    "mean": lambda frame: mean_score(frame, "nps", by=["region", "tier"], weight="w"),
    "top box": lambda frame: top_box(frame, "csat", scale=(1, 5), by="store", weight="w"),
    "share of texts": lambda frame: share(frame, "reason", values="price", by="region", weight="w"),
    "share of flags": lambda frame: share(frame, "flag", values=True, by="store"),
    "share of numbers": lambda frame: share(frame, "ratio", values=[0.5], weight="w"),
    "answered": lambda frame: answered(frame, "nps", by="region", weight="w"),
}
EXPECTED = {name: case(TABLE.to_pandas()).tidy() for name, case in CASES.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same(engine: str, tmp_path: Path):
    frame = ENGINES[engine](TABLE, tmp_path)
    for name, case in CASES.items():
        found, expected = case(frame).tidy(), EXPECTED[name]
        for column in expected.columns:
            if expected[column].dtype == "float64":
                np.testing.assert_allclose(
                    found[column], expected[column], rtol=1e-12, err_msg=f"{name}: {column}"
                )
            else:
                assert found[column].tolist() == expected[column].tolist(), f"{name}: {column}"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_refuses_the_same(engine: str, tmp_path: Path):
    frame = ENGINES[engine](TABLE, tmp_path)
    with pytest.raises(MeasureError, match="the column 'region' holds String, not numbers"):
        nps(frame, "region")
    with pytest.raises(MeasureError, match="there is no column 'npz'; did you mean 'nps'"):
        nps(frame, "npz")
    with pytest.raises(MeasureError, match="holds -128, 100, 120, 127, outside 0–10"):
        nps(frame, "big8")
    with pytest.raises(MeasureError, match=r"column 'ratio': \d+ answers have no weight"):
        nps(frame, weight="ratio")


def test_the_group_without_answers_and_the_group_without_a_key_are_there():
    levels = EXPECTED["nps by region, weighted"].set_index("level")
    assert levels.loc["empty", "n"] == 0
    assert levels.loc["(missing)", "n"] > 0
    assert np.isnan(levels.loc["empty", "estimate"])
    assert set(EXPECTED["nps of float32"]["level"]) == {"0", "1", "2.5", "(missing)"}
