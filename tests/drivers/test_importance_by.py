"""Importances of each level of a column are those of its rows, and no level is lost unsaid."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(700, 3)) + rng.normal(size=(700, 1))
    wave = np.repeat(["2025-10", "2025-2", "2026-1"], [300, 300, 100])
    frame = pd.DataFrame(x, columns=NAMES).assign(y=x @ [1, 0.5, 0.1] + rng.normal(size=700), wave=wave)
    frame.loc[frame.index[-98:], "c"] = np.nan
    frame.loc[:4, "wave"] = None
    return frame


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.from_pandas, lambda rows: pl.from_pandas(rows).lazy()])
def test_a_level_is_what_its_rows_alone_give(rows, engine):
    found = cx.importance_by(engine(rows), "y", NAMES, by="wave", n_boot=100)
    assert list(found.results) == ["2025-2", "2025-10"]
    alone = cx.importance(rows[rows["wave"] == "2025-2"], "y", NAMES, n_boot=100)
    pd.testing.assert_frame_equal(found.results["2025-2"].tidy(), alone.tidy())


def test_a_level_that_does_not_bear_it_is_left_out_and_said(rows):
    found = cx.importance_by(rows, "y", NAMES, by="wave", n_boot=100)
    assert list(found.left_out) == ["2026-1"] and "2 rows" in found.left_out["2026-1"]
    assert "Left out: 2026-1: there are 3 drivers and 2 rows" in found.summary()


def test_levels_on_small_bases_are_left_out(rows):
    fewer = rows[rows["wave"].ne("2025-2") | (rows.index < 320)]
    found = cx.importance_by(fewer, "y", NAMES, by="wave", n_boot=100).suppress(30)
    assert list(found.results) == ["2025-10"]
    assert found.left_out["2025-2"] == "fewer than 30 answers"


def test_what_is_compared_is_what_the_levels_hold(rows):
    found = cx.importance_by(rows, "y", NAMES, by="wave", n_boot=100)
    compared = cx.compare_importance(found.results, group="wave", against="previous").rows.set_index("level")
    for name in NAMES:
        new, old = (found.results[wave].rows.set_index("driver") for wave in ("2025-10", "2025-2"))
        difference = new.loc[name, "importance"] - old.loc[name, "importance"]
        assert compared.loc[name, "difference"] == pytest.approx(difference)


@pytest.mark.parametrize(
    ("change", "by", "said"),
    [
        ({}, "wawe", "no column 'wawe'.*did you mean 'wave'"),
        ({"wave": None}, "wave", "no level of 'wave' bears the importances: there is no level"),
        ({"y": 1.0}, "wave", "no level of 'wave' bears the importances: .*'y'"),
    ],
)
def test_bad_input(rows, change, by, said):
    with pytest.raises(MeasureError, match=said):
        cx.importance_by(rows.assign(**change), "y", NAMES, by=by)
