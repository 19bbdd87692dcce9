"""What halo and R² held out do with awkward data, weights and missing answers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

DRIVERS = ["a", "b", "c", "d"]
METHODS: dict[str, Callable[..., Any]] = {
    "halo": partial(cx.halo, n_boot=60),
    "holdout": partial(cx.holdout_r_squared, repeats=2),
}
each = pytest.mark.parametrize("method", METHODS)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    x = 0.6 * rng.standard_normal((200, 1)) + 0.8 * rng.standard_normal((200, 4))
    frame = pd.DataFrame(x, columns=DRIVERS)
    y = x @ [0.5, 0.3, 0.1, 0.0] + rng.standard_normal(200)
    return frame.assign(y=y, w=rng.choice([1.0, 2, 3], 200), account=np.arange(200) // 4)


def figures(result: Any) -> np.ndarray:
    rows = result.tidy()
    named = [name for name in rows if pd.api.types.is_float_dtype(rows[name]) and name != "n_eff"]
    return np.append(rows[named].to_numpy().ravel(), result.r_squared)


@each
def test_only_the_ratios_of_weights_matter(method: str, answers: pd.DataFrame):
    ask = METHODS[method]
    frame = answers.assign(even=3.0, large=answers["w"] * 1024)
    plain, even, weighted, large = (
        figures(ask(frame, "y", DRIVERS, weight=weight)) for weight in (None, "even", "w", "large")
    )
    np.testing.assert_allclose(plain, even, rtol=1e-7)
    np.testing.assert_allclose(weighted, large, rtol=1e-7)
    assert np.abs(weighted - plain).max() > 0.01


@each
def test_weight_2_is_the_row_twice_in_one_cluster(method: str, answers: pd.DataFrame):
    twice = answers.loc[answers.index.repeat(answers["w"].astype(int))]
    weighted = METHODS[method](answers, "y", DRIVERS, weight="w", cluster="account")
    repeated = METHODS[method](twice, "y", DRIVERS, cluster="account")
    assert weighted.r_squared == pytest.approx(repeated.r_squared, rel=1e-9)
    if method == "holdout":
        assert weighted.rows["holdout"].tolist() == pytest.approx(repeated.rows["holdout"].tolist(), rel=1e-9)


@each
def test_rows_that_do_not_count_are_not_there(method: str, answers: pd.DataFrame):
    gaps = answers.assign(b=answers["b"].where(answers.index >= 20), w=answers["w"] * (answers.index < 180))
    part = answers[20:180]
    whole, rest = (METHODS[method](frame, "y", DRIVERS, weight="w") for frame in (gaps, part))
    np.testing.assert_allclose(figures(whole), figures(rest), rtol=1e-9)
    assert whole.kept == pytest.approx(160 / 180) and "88.9% of the rows kept" in whole.summary()
    endless = answers.assign(b=answers["b"].where(answers.index >= 20, np.inf))
    assert METHODS[method](endless, "y", DRIVERS).kept == pytest.approx(0.9)


@each
def test_every_engine_says_the_same_and_nothing_is_changed(method: str, answers: pd.DataFrame):
    before = answers.copy()
    expected = METHODS[method](answers, "y", DRIVERS, weight="w", cluster="account")
    for other in (pl.from_pandas(answers), pl.from_pandas(answers).lazy(), duckdb.from_df(answers)):
        found = METHODS[method](other, "y", DRIVERS, weight="w", cluster="account")
        np.testing.assert_allclose(figures(found), figures(expected), rtol=1e-9)
    pd.testing.assert_frame_equal(answers, before)


@each
@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda frame: frame[:0], {}, "there are no rows"),
        (lambda frame: frame[:1], {}, "1 rows that hold"),
        (lambda frame: frame[:5], {}, "5 rows that hold"),
        (lambda frame: frame.assign(a=3.0), {}, "the driver 'a' has the same value"),
        (lambda frame: frame.assign(y=3.0), {}, "the outcome 'y' has the same value"),
        (lambda frame: frame.assign(a=np.nan), {}, "the column 'a' has no values"),
        (lambda frame: frame.assign(y=np.nan), {}, "the column 'y' has no values"),
        (lambda frame: frame.assign(b=frame["a"]), {}, "'b' follows from 'a' exactly"),
        (lambda frame: frame.assign(c=frame["a"] + frame["b"]), {}, "'c' follows from 'a', 'b' exactly"),
        (lambda frame: frame.assign(y=frame["a"] + frame["b"]), {}, r"entirely \(R² = 1\)"),
        (lambda frame: frame.assign(w=-1.0), {"weight": "w"}, "no weight or a negative one"),
        (lambda frame: frame.assign(w=0.0), {"weight": "w"}, "no row has a positive weight"),
        (lambda frame: frame.assign(a="good"), {}, "the column 'a' holds .*, not numbers"),
        (lambda frame: frame.assign(account=np.nan), {"cluster": "account"}, "200 rows have no cluster"),
        (lambda frame: frame, {"cluster": "acount"}, "did you mean 'account'"),
        (lambda frame: frame.rename(columns={"b": "bb"}), {}, "did you mean 'bb'"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(
    method: str, answers: pd.DataFrame, change: Callable, options: dict, message: str
):
    with pytest.raises(MeasureError, match=message):
        METHODS[method](change(answers), "y", DRIVERS, **options)


def test_of_one_cluster_halo_has_no_intervals_and_nothing_can_be_held_out(answers: pd.DataFrame):
    one = answers.assign(account=1)
    result = cx.halo(one, "y", DRIVERS, cluster="account")
    assert np.isnan([result.conf_low, result.conf_high]).all()
    with pytest.raises(MeasureError, match="1 units and 200 rows are too few for 10 folds"):
        cx.holdout_r_squared(one, "y", DRIVERS, cluster="account")
