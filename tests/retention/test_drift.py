"""Drift: against the sum written out, and its mean where nothing moved."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.drift import drift, population_stability

REPLICATIONS = 2_000


def test_the_index_is_the_sum_over_the_groups():
    # Counts 20, 30, 50 and 40, 40, 20, each with a half more: by hand.
    p, q = np.array([20.5, 30.5, 50.5]) / 101.5, np.array([40.5, 40.5, 20.5]) / 101.5
    expected = sum((b - a) * np.log(b / a) for a, b in zip(p, q, strict=True))
    psi, under_none = population_stability(np.array([20.0, 30, 50]), np.array([40.0, 40, 20]))
    assert psi == pytest.approx(expected) and under_none == pytest.approx(2 * 2 / 100)
    # With many rows the half does not matter: Σ (q − p) ln(q/p) of .2, .3, .5 and .4, .4, .2.
    large, _ = population_stability(np.array([2e8, 3e8, 5e8]), np.array([4e8, 4e8, 2e8]))
    assert large == pytest.approx(0.2 * np.log(2) + 0.1 * np.log(4 / 3) - 0.3 * np.log(0.4), rel=1e-6)


def test_equal_frames_have_not_moved_and_both_ways_are_alike():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=500), "plan": rng.choice(["a", "b", None], 500)})
    same = drift(frame, frame)
    assert (
        same.rows["psi"].tolist() == pytest.approx([0, 0], abs=1e-12)
        and (same.rows["verdict"] == "little").all()
    )
    other = pd.DataFrame({"plan": rng.choice(["a", "b", "b"], 300)})
    there, back = drift(frame[["plan"]], other).rows, drift(other, frame[["plan"]]).rows
    assert (
        there["psi"].iloc[0] > 0.1
        and there["missing_train"].iloc[0] > 0.2 == back["missing_train"].iloc[0] + 0.2
    )
    relative = abs(there["psi"].iloc[0] / back["psi"].iloc[0] - 1)
    assert relative < 1e-9


def test_what_moved_is_named_with_missing_and_new_levels_counted():
    rng = np.random.default_rng(1)
    before = pd.DataFrame({"x": rng.normal(size=2000), "y": rng.normal(size=2000), "plan": "a"})
    after = pd.DataFrame({"x": rng.normal(1, 1, 1000), "y": rng.normal(size=1000), "plan": ["a", "b"] * 500})
    after.loc[:99, "y"] = np.nan
    rows = drift(pl.from_pandas(before), after.assign(more=1)).rows.set_index("column")
    assert rows.loc["x", "verdict"] == "much" and rows.loc["plan", "share_new"] == 0.5
    assert rows.loc["y", "missing_scoring"] == 0.1 and "'x'" in drift(before, after).summary()


def test_a_fall_below_a_value_that_most_have_is_seen():
    rng = np.random.default_rng(2)
    before, after = (rng.random(5000) > 0.05) * 1, (rng.random(5000) > 0.5) * 1
    (row,) = drift(pd.DataFrame({"x": before}), pd.DataFrame({"x": after})).rows.itertuples()
    # The groups are then the values, as of a category.
    same = drift(pd.DataFrame({"x": before.astype(str)}), pd.DataFrame({"x": after.astype(str)}))
    assert row.psi == pytest.approx(same.rows["psi"][0], rel=1e-12) and row.verdict == "much"
    constant = drift(pd.DataFrame({"x": np.full(500, 5)}), pd.DataFrame({"x": np.zeros(500)}))
    assert constant.rows["verdict"][0] == "much"
    # A third stands on one value in the middle: what moves from there to just below it is seen.
    middle = np.r_[rng.random(1000), np.full(500, 0.55)]
    moved = np.where(middle == 0.55, 0.549, middle)
    assert drift(pd.DataFrame({"x": middle}), pd.DataFrame({"x": moved})).rows["verdict"][0] == "much"


def test_without_change_the_mean_is_as_expected():
    """2000 replications, seed 20261122, n = 800 and 500 in ten groups; ±3 SE and 2 % for the half."""
    rng = np.random.default_rng(20261122)
    pairs = zip(
        rng.multinomial(800, [0.1] * 10, REPLICATIONS),
        rng.multinomial(500, [0.1] * 10, REPLICATIONS),
        strict=True,
    )
    found = np.array([population_stability(a.astype(float), b.astype(float)) for a, b in pairs])
    error = found[:, 0].std() / np.sqrt(REPLICATIONS)
    assert abs(found[:, 0].mean() - found[0, 1]) <= 3 * error + 0.02 * found[0, 1]


def test_one_value_all_missing_and_bad_input():
    frame = pd.DataFrame({"x": [1.0] * 50, "y": [np.nan] * 50})
    assert drift(frame, frame).rows["psi"].tolist() == [0, 0]
    moved = drift(frame, frame.assign(x=2.0)).rows.set_index("column")
    assert moved.loc["x", "psi"] > 1
    for scoring, options, said in [
        (frame[["x"]], {}, "'y'"),
        (frame[:0], {}, "no customers"),
        (frame, {"bins": 1}, "no number of groups"),
        (frame.assign(x="a"), {}, "numbers here and none there"),
        (frame.assign(x=np.inf), {}, "'x' holds infinity"),
    ]:
        with pytest.raises(MeasureError, match=said):
            drift(frame, scoring, **options)
    with pytest.raises(MeasureError, match="'x' holds infinity"):
        drift(frame.assign(x=[np.inf, *range(49)]), frame)
    hidden = drift(frame, frame).suppress(60)
    assert hidden.rows["psi"].isna().all() and "too few" in hidden.summary()
