"""The priority map: importance by brute force, one bootstrap for all axes, stated against derived."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.drivers.driver_rows import driver_rows
from cxlab.drivers.joint_draws import joint, joint_draws
from cxlab.drivers.priority_map import priority_map
from cxlab.drivers.priority_tables import QUADRANTS
from cxlab.measure.importance_satisfaction import QUADRANTS as THEIRS
from cxlab.model.errors import MeasureError

DRIVERS = ["price", "service", "network", "app"]
STATED = {name: f"said_{name}" for name in DRIVERS}


def _frame(n: int = 600, seed: int = 11) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    x = np.clip(np.round([5, 8, 8, 5] + common + 1.5 * rng.normal(size=(n, 4))), 0, 10)
    frame = pd.DataFrame(x, columns=DRIVERS).assign(
        y=x @ [0.6, 0.5, 0.02, 0.02] + rng.normal(size=n), w=rng.gamma(2, 1, n), g=rng.integers(0, 60, n)
    )
    for name, mean in zip(DRIVERS, (6, 8, 9, 4), strict=True):
        frame[STATED[name]] = np.where(rng.random(n) < 0.1, np.nan, np.round(rng.normal(mean, 1, n)))
    return frame


def _r_squared(frame: pd.DataFrame, names: list[str]) -> float:
    root = np.sqrt(frame["w"].to_numpy())
    x = np.column_stack([np.ones(len(frame)), frame[names]]) * root[:, None]
    y = frame["y"].to_numpy()
    left = y * root - x @ np.linalg.lstsq(x, y * root, rcond=None)[0]
    return 1 - (left**2).sum() / (frame["w"] @ (y - np.average(y, weights=frame["w"])) ** 2)


def test_importance_is_the_shapley_share_of_r_squared():
    frame = _frame()
    result = priority_map(frame, "y", DRIVERS, weight="w", n_boot=100)
    orders = list(permutations(DRIVERS))
    added = dict.fromkeys(DRIVERS, 0.0)
    for order in orders:
        for place, name in enumerate(order):
            step = _r_squared(frame, list(order[: place + 1])) - _r_squared(frame, list(order[:place]))
            added[name] += step / len(orders)
    whole = _r_squared(frame, DRIVERS)
    np.testing.assert_allclose(result.rows["importance"], np.array(list(added.values())) / whole, rtol=1e-9)
    assert result.r_squared == pytest.approx(whole)
    np.testing.assert_allclose(
        result.rows["performance"], np.average(frame[DRIVERS], axis=0, weights=frame["w"])
    )


def test_quadrants_are_named_as_in_importance_satisfaction():
    assert QUADRANTS == THEIRS
    rows = priority_map(_frame(), "y", DRIVERS).rows
    assert rows["quadrant"].tolist() == ["concentrate_here", "keep_up", "possible_overkill", "low_priority"]
    assert (rows["probability"] > 0.99).all()
    np.testing.assert_allclose(rows[list(QUADRANTS)].sum(axis=1), 1)


def test_lines_may_be_declared():
    frame = _frame()
    result = priority_map(frame, "y", DRIVERS, cut_importance=0.99, cut_performance=0)
    assert result.rows["quadrant"].tolist() == ["possible_overkill"] * 4
    assert result.cut == ("declared", "declared")
    assert (result.cut_importance, result.cut_performance) == (0.99, 0)
    moved = priority_map(frame, "y", DRIVERS, scale=(0, 10))
    plain = priority_map(frame, "y", DRIVERS)
    np.testing.assert_allclose(moved.rows["performance"], 10 * plain.rows["performance"])
    assert moved.rows["quadrant"].equals(plain.rows["quadrant"])
    assert plain.cut == ("mean", "mean")
    assert plain.cut_importance == pytest.approx(0.25)


def test_where_derived_and_stated_disagree_is_said():
    rows = priority_map(_frame(), "y", DRIVERS, stated=STATED).rows
    np.testing.assert_allclose(rows["stated"], _frame()[list(STATED.values())].mean())
    assert rows["stated_rank"].tolist() == [3, 2, 1, 4]
    assert rows["rank_gap"].tolist() == (rows["stated_rank"] - rows["importance_rank"]).tolist()
    assert rows["disagrees"].tolist()[:3:2] == [True, True]
    assert rows["rank_gap_conf_low"][0] > 0 > rows["rank_gap_conf_high"][2]
    said = priority_map(_frame(), "y", DRIVERS, stated=STATED).summary()
    assert "stated and derived importance disagree on price (rank 3 stated, 1 derived)" in said


def test_a_draw_is_the_figures_of_the_rows_drawn():
    # The bootstrap works on sums of products; taken row by row it must say the same.
    frame = _frame(40)
    rows = driver_rows(frame, "y", DRIVERS, weight="w", cluster=None, others=list(STATED.values()))
    drawn = joint_draws(rows, n_boot=5, seed=3)
    rng = np.random.default_rng(3)
    for place, counts in enumerate(rng.integers(0, 40, (5, 39))):
        sample = frame.iloc[counts]
        again = joint(
            driver_rows(sample, "y", DRIVERS, weight="w", cluster=None, others=list(STATED.values()))
        )
        for figure in ("share", "coefficient", "correlation", "mean", "stated"):
            np.testing.assert_allclose(getattr(drawn, figure)[place], getattr(again, figure)[0], rtol=1e-8)


def test_clusters_are_drawn_whole():
    frame = _frame(300)
    twins = pd.concat([frame.assign(g=np.arange(300))] * 2)
    once = priority_map(frame, "y", DRIVERS, n_boot=400, seed=1).rows
    paired = priority_map(twins, "y", DRIVERS, cluster="g", n_boot=400, seed=1).rows
    figures = [name for name in once if once[name].dtype == "float64"]
    np.testing.assert_allclose(paired[figures], once[figures], rtol=1e-8)
    alone = priority_map(twins, "y", DRIVERS, n_boot=400, seed=1).rows
    assert (alone["importance_std_error"] < 0.8 * once["importance_std_error"]).all()


def test_many_rows_are_drawn_in_blocks_with_the_same_errors():
    frame = _frame(12_000)
    blocks = priority_map(frame, "y", DRIVERS, n_boot=1000).rows
    few = priority_map(frame[:3_000], "y", DRIVERS, n_boot=1000).rows
    for side in ("importance", "performance"):
        ratio = blocks[f"{side}_std_error"] / few[f"{side}_std_error"]
        np.testing.assert_allclose(ratio, 0.5, rtol=0.15)


def test_a_driver_that_may_be_nothing_is_told_from_one_side():
    frame = _frame().assign(network=np.random.default_rng(0).permutation(_frame()["network"]))
    rows = priority_map(frame, "y", DRIVERS).rows
    assert rows["importance_conf_low"][2] == 0 < rows["importance_conf_high"][2]
    assert (rows["importance_conf_low"][[0, 1]] > 0).all()
    assert rows["importance_conf_low"][3] > 0  # no coefficient to speak of, but a correlation


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stated": {"price": "said_price"}}, "stated= says nothing of 'service'"),
        ({"stated": STATED | {"prise": "said_price"}}, "did you mean 'price'"),
        ({"stated": STATED | {"price": "said_prce"}}, "did you mean 'said_price'"),
        ({"scale": (0, 9)}, "off the scale 0 to 9"),
        ({"scale": {"price": (0, 10)}}, "'service' has no scale"),
        ({"n_boot": 20}, "20 bootstrap replicates will not do"),
        ({"conf_level": 2}, "a confidence level of 2 is none"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], message: str):
    with pytest.raises(MeasureError, match=message):
        priority_map(_frame(), "y", DRIVERS, **options)


def test_the_summary_is_honest_and_small_bases_are_blanked():
    result = cx.priority_map(_frame(), "y", DRIVERS, stated=STATED, weight="w", cluster="g", n_boot=200)
    said = result.summary()
    assert said.startswith("4 drivers together explain ")
    assert "price (100% of the replicates)" in said and "100% of the rows are complete" in said
    assert not any(word in said for word in ("drives", "causes"))
    assert result._repr_html_() == result._repr_html_()
    assert result.failed == 0
    shut = result.suppress(10_000)
    assert shut.summary() == "Priorities for y: too few answers to say."
    assert shut.rows.drop(columns=["driver", "quadrant", "disagrees", "suppressed"]).isna().all(axis=None)
    assert set(shut.rows["quadrant"]) == {""} and not shut.rows["disagrees"].any()
    assert result.suppress(100).rows.equals(result.rows)


def test_stated_importance_of_few_is_left_out():
    rng = np.random.default_rng(3)
    x = rng.integers(1, 6, (200, 3)).astype(float)
    rows = pd.DataFrame(x, columns=list("abc")).assign(y=x @ [1, 0.5, 0.1] + rng.normal(size=200))
    rows = rows.assign(sa=rng.integers(1, 6, 200) * 1.0, sb=rng.integers(1, 6, 200) * 1.0, sc=np.nan)
    rows.loc[:3, "sc"] = [4.0, 5, 5, 5]
    found = priority_map(rows, "y", list("abc"), stated={"a": "sa", "b": "sb", "c": "sc"}, n_boot=200)
    assert found.rows["n_stated"].tolist() == [200, 200, 4]
    shown = found.suppress(30)
    assert not shown.rows["suppressed"].any() and shown.rows["importance"].notna().all()
    assert not [name for name in shown.rows if "stated" in name or "gap" in name or name == "disagrees"]
    assert "stated" not in shown.summary() and "stated" in found.summary()
