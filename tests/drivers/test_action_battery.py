"""What penalty–reward, necessary condition, what-if and the priority map do with awkward data."""

from collections.abc import Callable
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.drivers.necessary_condition import necessary_condition
from cxlab.drivers.penalty_reward import penalty_reward
from cxlab.drivers.priority_map import priority_map
from cxlab.drivers.what_if import what_if
from cxlab.model.errors import MeasureError

DRIVERS = ["a", "b", "c"]


def _what_if(frame: Any, outcome: str, drivers: list[str], **options: Any) -> Any:
    return what_if(frame, outcome, {drivers[0]: 1}, drivers=drivers, scale=(1, 5), **options)


SCALES = dict.fromkeys(DRIVERS, (1, 5)) | {"y": (0, 10)}
METHODS: dict[str, Callable[..., Any]] = {
    "penalty_reward": partial(penalty_reward, scale=(1, 5)),
    "necessary_condition": partial(necessary_condition, scale=SCALES, n_permutations=100),
    "what_if": _what_if,
    "priority_map": partial(priority_map, n_boot=100),
}
FITTED = {name: method for name, method in METHODS.items() if name != "necessary_condition"}
each = pytest.mark.parametrize("method", METHODS)
each_fitted = pytest.mark.parametrize("method", FITTED)


def _frame(n: int = 200, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = np.clip(np.round(3 + rng.normal(size=(n, 1)) + rng.normal(size=(n, 3))), 1, 5)
    y = np.clip(np.round(x @ [0.8, 0.6, 0.3] + rng.normal(size=n)), 0, 10)
    return pd.DataFrame(x, columns=DRIVERS).assign(
        y=y, w=rng.choice([1.0, 2, 3], n), g=rng.integers(0, 40, n)
    )


@each
def test_every_engine_says_the_same(method: str):
    frame = _frame()
    frame.loc[::17, "b"] = np.nan
    expected = METHODS[method](frame, "y", DRIVERS, weight="w")
    for other in (pl.from_pandas(frame), pl.from_pandas(frame).lazy(), duckdb.from_df(frame)):
        assert METHODS[method](other, "y", DRIVERS, weight="w").tidy().equals(expected.tidy())
    assert expected.kept == pytest.approx(1 - 12 / 200)
    assert "94% of the rows are complete" in expected.summary()


@each
def test_the_input_is_left_as_it_was(method: str):
    frame = _frame()
    before = frame.copy()
    METHODS[method](frame, "y", DRIVERS, weight="w")
    pd.testing.assert_frame_equal(frame, before)


@each
@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda frame: frame[:0], {}, "there are no rows"),
        (lambda frame: frame.assign(b=np.nan), {}, "the column 'b' has no values; leave it out"),
        (lambda frame: frame.assign(y=np.inf), {}, "the column 'y' has no values; ask about another"),
        (lambda frame: frame.assign(w=0.0), {"weight": "w"}, "no row has a positive weight"),
        (lambda frame: frame.assign(w=-1.0), {"weight": "w"}, "200 answers have no weight or a negative one"),
        (lambda frame: frame.assign(w=np.nan), {"weight": "w"}, "200 answers have no weight"),
        (lambda frame: frame.rename(columns={"b": "bb"}), {}, "there is no column 'b'; did you mean 'bb'"),
        (lambda frame: frame.assign(b="good"), {}, "the column 'b' holds .*, not numbers"),
        (lambda frame: frame, {"weight": "weigth"}, "there is no column 'weigth'"),
        (lambda frame: frame, {"outcome": "c"}, "'c' is named twice"),
        (lambda frame: frame, {"drivers": ["a", "b", "a"]}, "'a' is named twice"),
        (lambda frame: 3, {}, "a int is no frame"),
    ],
)
def test_awkward_data_are_refused_by_name(method: str, change: Callable, options: dict, message: str):
    asked = {"outcome": "y", "drivers": DRIVERS} | options
    outcome, drivers = asked.pop("outcome"), asked.pop("drivers")
    with pytest.raises(MeasureError, match=message):
        METHODS[method](change(_frame()), outcome, drivers, **asked)


@each_fitted
@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda frame: frame[:1], {}, "cannot carry|nobody gave|3 drivers and 1 rows"),
        (lambda frame: frame[:3], {}, "cannot carry|nobody gave|3 drivers and 3 rows"),
        (lambda frame: frame.assign(y=8.0), {}, "outcome does not vary"),
        (lambda frame: frame.assign(c=frame["a"]), {}, "repeats what|follows from|'c'"),
        (lambda frame: frame.assign(b=3.0), {}, "nobody gave 'b'|'b' does not vary"),
        (lambda frame: frame.assign(g=1), {"cluster": "g"}, "all rows are of one cluster"),
        (lambda frame: frame.assign(g=None), {"cluster": "g"}, "200 rows have no cluster"),
        (lambda frame: frame, {"cluster": "gg"}, "there is no column 'gg'"),
    ],
)
def test_what_no_regression_can_be_made_of_is_refused(
    method: str, change: Callable, options: dict, message: str
):
    with pytest.raises(MeasureError, match=message):
        METHODS[method](change(_frame()), "y", DRIVERS, **options)


def test_a_necessary_condition_needs_no_variance():
    one = METHODS["necessary_condition"](_frame()[:1], "y", DRIVERS)
    assert one.exact and one.n_permutations == 1 and (one.rows["p_value"] == 1).all()
    same = METHODS["necessary_condition"](_frame().assign(y=8.0), "y", DRIVERS)
    assert (same.rows["p_value"] == 1).all()  # every arrangement of equal outcomes is the same
    np.testing.assert_allclose(same.rows["effect_size"], 0.2)


@each
def test_a_cluster_of_texts_and_one_driver_will_do(method: str):
    frame = _frame().assign(g=lambda frame: "account " + frame["g"].astype(str))
    options = {} if method == "necessary_condition" else {"cluster": "g"}
    result = METHODS[method](frame, "y", ["a"], **options) if method != "necessary_condition" else (
        necessary_condition(frame, "y", "a", scale={"a": (1, 5), "y": (0, 10)})
    )  # fmt: skip
    assert len(result.rows) == 1
    assert result.summary()
