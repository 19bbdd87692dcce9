"""Every engine sums by stratum and cluster what a plain loop over the rows sums."""

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.model.errors import MeasureError
from cxlab.tally.cluster_sums import ClusterSums, cluster_sums
from cxlab.tally.recode import Recode, boxes_from
from tests.tally.engines import ENGINES, awkward_frame

TABLE = (
    awkward_frame()
    .append_column("account", [[f"a{row % 37}" for row in range(420)]])
    .append_column("site", [[row % 3 for row in range(420)]])
    .append_column("sites", [[12.0 + row % 3 for row in range(420)]])
)
ROWS = TABLE.to_pylist()


def _value(row: dict[str, Any], column: str | None, centre: float, recode: Recode | None) -> float | None:
    value = 1.0 if column is None else row[column]
    if value is None or not math.isfinite(value):
        return None
    return (value if recode is None else _stepped(value, recode)) - centre


def _stepped(value: float, recode: Recode) -> float:
    number = recode.lowest
    for start, after in recode.steps:
        number = after if value >= start else number
    return number


def _loop(
    column: str | None, by: list[str], weight: str | None, centre: float = 0, recode: Recode | None = None
) -> dict[tuple, list[float]]:
    """Rows, n, Σw, Σwx, Σw², Σw²x and Σw²x² of each cell, by a loop; stratum, cluster and fpc first."""
    sums: dict[tuple, list[float]] = defaultdict(lambda: [0.0] * 7)
    for row in ROWS:
        x = _value(row, column, centre, recode)
        w = row[weight] if weight else 1.0
        cell = sums[str(row["site"]), row["account"], row["sites"], *(row[name] for name in by)]
        cell[0] += 1
        if x is not None and w > 0:
            for place, term in enumerate([1, w, w * x, w * w, w * w * x, w * w * x * x], start=1):
                cell[place] += term
    return dict(sums)


def _as_dict(sums: ClusterSums) -> dict[tuple, list[float]]:
    cells = sums.cells
    assert list(cells.columns[:4]) == ["stratum", "cluster", "fpc", "rows"]
    levels = [
        tuple(None if pd.isna(level) else level for level in row)
        for row in sums.levels.itertuples(index=False, name=None)
    ]
    return {
        (*row[:3], *level): list(row[3:])
        for row, level in zip(cells.itertuples(index=False, name=None), levels, strict=True)
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_what_a_loop_gives(engine: str, tmp_path: Path):
    frame = ENGINES[engine](TABLE, tmp_path)
    design = {"cluster": "account", "stratum": "site", "fpc": "sites"}
    # Weights, scores and centre are multiples of 1/16: sums are exact in whatever order they are taken.
    cases = [
        ("nps", ["region"], "w", 6.5, None),
        ("nps32", [], "w", 0.0, boxes_from(9)),
        ("nps", [], "w", 0.25, Recode(-1, ((7, 0), (9, 1)))),
        ("big8", ["region"], None, 0.0, None),
        (None, [], "w", 0.0, None),
    ]
    for score, by, weight, centre, recode in cases:
        sums = cluster_sums(frame, score, by=by, weight=weight, centre=centre, recode=recode, **design)
        assert _as_dict(sums) == _loop(score, by, weight, centre, recode), score


@pytest.mark.parametrize("engine", ENGINES)
def test_without_a_design_there_is_one_cell_a_segment(engine: str, tmp_path: Path):
    sums = cluster_sums(ENGINES[engine](TABLE, tmp_path), "nps", weight="w")
    scores = [(row["nps"], row["w"]) for row in ROWS if row["nps"] is not None and math.isfinite(row["nps"])]
    assert sums.levels.shape == (1, 0)
    cell = sums.cells.iloc[0]
    assert cell[["stratum", "cluster", "fpc"]].tolist() == ["0", "0", 0.0]
    assert cell["rows"] == len(ROWS)
    assert cell["n"] == sum(w > 0 for _, w in scores)
    assert cell["sum_w2x2"] == sum(w * w * x * x for x, w in scores)


def test_cells_and_levels_are_sorted_whatever_the_order_of_the_rows():
    frame = TABLE.to_pandas()
    one, other = (
        cluster_sums(rows, "nps", by=["region"], weight="w", cluster="account", stratum="site")
        for rows in (frame, frame[::-1])
    )
    pd.testing.assert_frame_equal(one.levels, other.levels)
    pd.testing.assert_frame_equal(one.cells, other.cells)
    assert one.levels["region"].drop_duplicates().tolist()[:-1] == ["empty", "north", "south", "west"]


def test_a_cluster_has_one_spelling():
    frame = pd.DataFrame({"s": [1.0, 2, 3, 4], "c": pd.Series([1, "1", 1.0, " 1 "], dtype=object)})
    assert cluster_sums(frame, "s", cluster="c").cells["rows"].tolist() == [4]


def test_a_large_mean_does_not_swallow_a_small_spread():
    x = 1e9 + np.random.default_rng(1).normal(0, 1e-2, 400)
    cell = cluster_sums(pd.DataFrame({"x": x}), "x", centre=1e9).cells.iloc[0]
    assert cell["sum_w2x2"] == pytest.approx(sum((x - 1e9) ** 2), rel=1e-12)


def test_int8_scores_do_not_wrap_around():
    frame = pd.DataFrame({"s": np.array([100, 127], dtype="int8"), "w": np.array([100, 2], dtype="int8")})
    assert cluster_sums(frame, "s", weight="w").cells["sum_w2x2"].tolist() == [100.0**4 + 254.0**2]


def test_design_columns_may_be_segments_and_have_any_name():
    frame = pd.DataFrame({"n": [1, 2, 3], "rows": ["a", "a", "b"], "sum_w": [1, 1, 2]})
    sums = cluster_sums(frame, "n", by=["rows", "sum_w"], stratum="rows", cluster="sum_w")
    assert sums.levels.to_numpy().tolist() == [["a", "1"], ["b", "2"]]
    assert sums.cells["sum_wx"].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
@pytest.mark.parametrize("role", ["cluster", "stratum", "fpc"])
def test_a_row_without_a_cluster_or_stratum_is_refused(role: str, engine: str):
    frame: Any = pd.DataFrame({"s": [1.0, 2, 3, None], "where": [7.0, np.nan, 3.0, None]})
    frame = {"pandas": lambda f: f, "polars": pl.from_pandas, "duckdb": duckdb.from_df}[engine](frame)
    with pytest.raises(
        MeasureError, match=f"column 'where': 2 rows have no {role}; name the {role} of every"
    ):
        cluster_sums(frame, "s", **{role: "where"})


def test_an_answer_needs_a_weight_and_a_row_without_one_does_not():
    frame = pd.DataFrame({"s": [1.0, 2, None], "w": [1.0, 2, np.nan]})
    assert cluster_sums(frame, "s", weight="w").cells["sum_wx"].tolist() == [5.0]
    with pytest.raises(MeasureError, match="column 'w': 1 answers have no weight or a negative one"):
        cluster_sums(frame.assign(s=3), "s", weight="w")


@pytest.mark.parametrize("role", ["cluster", "stratum", "fpc", "weight"])
def test_an_unknown_column_is_refused_with_the_nearest(role: str):
    with pytest.raises(MeasureError, match="there is no column 'acount'; did you mean 'account'"):
        cluster_sums(TABLE.to_pandas(), "nps", **{role: "acount"})


def test_texts_are_no_scores_and_no_corrections():
    frame = pd.DataFrame({"s": [1, 2], "t": ["a", "b"]})
    for call in (lambda: cluster_sums(frame, "t"), lambda: cluster_sums(frame, "s", fpc="t")):
        with pytest.raises(MeasureError, match="the column 't' holds String, not numbers"):
            call()


def test_an_empty_frame_has_no_cells():
    sums = cluster_sums(TABLE.to_pandas().iloc[:0], "nps", by=["region"], cluster="account")
    assert len(sums.cells) == len(sums.levels) == 0


def test_the_input_is_left_alone():
    frame = TABLE.to_pandas()
    before = frame.copy()
    cluster_sums(frame, "nps", by=["region"], weight="w", cluster="account", stratum="site", fpc="sites")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_frequency_is_the_row_so_many_times(engine: str, tmp_path: Path):
    counted = TABLE.append_column("times", [[row % 4 for row in range(420)]])
    repeated = TABLE.take([row for row in range(420) for _ in range(row % 4)])
    call = {"by": ["region"], "stratum": "site", "cluster": "account", "fpc": "sites"}
    once = cluster_sums(
        ENGINES[engine](counted, tmp_path), "nps", weight="times", weight_kind="frequency", **call
    )
    often = cluster_sums(repeated.to_pandas(), "nps", **call)
    drawn = once.cells["rows"] > 0
    left, right = (pd.concat([sums.levels, sums.cells], axis="columns") for sums in (once, often))
    pd.testing.assert_frame_equal(left[drawn].reset_index(drop=True), right)


def test_a_frequency_is_a_whole_number():
    frame = pd.DataFrame({"nps": [9, 8], "times": [1, 1.5]})
    with pytest.raises(MeasureError, match=r"column 'times': 1 frequencies are not whole numbers"):
        cluster_sums(frame, "nps", weight="times", weight_kind="frequency")
