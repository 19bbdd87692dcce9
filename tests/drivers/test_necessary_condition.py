"""Necessary conditions: the test against all permutations, bottlenecks, scopes, what weights leave alone."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.drivers.ceilings import effect_sizes, ordered, steps
from cxlab.drivers.necessary_condition import necessary_condition
from cxlab.model.errors import MeasureError

CEILINGS = ("ce_fdh", "cr_fdh")


def _frame(n: int = 300, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 11, (n, 3)).astype(float)
    y = np.minimum(rng.integers(0, 11, n), x[:, 0] + 4.0)
    return pd.DataFrame(x, columns=["need", "b", "c"]).assign(y=y, w=rng.gamma(2, 1, n))


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_the_p_value_of_few_rows_is_that_of_all_permutations(ceiling: str):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(rng.integers(0, 5, (6, 2)).astype(float), columns=["x", "y"])
        result = necessary_condition(frame, "y", ["x"], scale=(0, 4), ceiling=ceiling)

        def effect(y: np.ndarray, x: np.ndarray) -> float:
            cloud = ordered(x, y, (0, 4), (0, 4))
            return effect_sizes(steps(cloud.x, cloud.y[None], cloud.starts), ceiling, (0, 4), (0, 4))[0]

        x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
        every = np.array([effect(np.array(other), x) for other in permutations(y)])
        assert result.exact and result.n_permutations == 720
        assert result.rows["effect_size"][0] == pytest.approx(effect(y, x), abs=1e-12)
        assert result.rows["p_value"][0] == pytest.approx((every >= effect(y, x) - 1e-9).mean(), abs=1e-12)


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_random_permutations_come_near_all_of_them(ceiling: str):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.uniform(size=(8, 2)), columns=["x", "y"])
    options = {"scale": (0, 1), "ceiling": ceiling}
    exact = necessary_condition(frame, "y", ["x"], n_permutations=40_320, **options)
    drawn = necessary_condition(frame, "y", ["x"], n_permutations=20_000, seed=1, **options)
    p = exact.rows["p_value"][0]
    assert exact.exact and not drawn.exact
    assert abs(drawn.rows["p_value"][0] - p) < 4 * np.sqrt(p * (1 - p) / 20_000) + 1 / 20_000


def test_a_planted_condition_is_found_and_the_others_are_not():
    for ceiling in CEILINGS:
        rows = necessary_condition(_frame(), "y", ["need", "b", "c"], scale=(0, 10), ceiling=ceiling).rows
        assert rows["p_adjusted"][0] < 0.001
        assert (rows["p_adjusted"][1:] > 0.05).all()
    # Seven corners (0, 4), (1, 5) … (6, 10) on the line y = x + 4: a triangle of 6·6/2 is empty.
    assert rows["effect_size"][0] == pytest.approx(0.18)
    assert (rows["slope"][0], rows["intercept"][0], rows["corners"][0]) == pytest.approx((1, 4, 7))


def test_the_bottleneck_table_says_what_each_level_needs():
    result = necessary_condition(_frame(), "y", ["need", "b"], scale=(0, 10), levels=[3, 4, 5, 7.5, 10])
    frame = _frame()
    rows = result.bottlenecks[result.bottlenecks["driver"] == "need"]
    for row in rows.itertuples():
        reach = frame.loc[frame["y"] >= row.outcome_level, "need"].min()
        if row.status == "required":
            assert row.required == reach
            assert row.share_below == pytest.approx((frame["need"] < reach).mean())
        else:
            assert row.status == "not_necessary" and reach == 0
    assert rows["status"].tolist() == ["not_necessary"] * 2 + ["required"] * 3
    assert result.bottleneck_table()["need"].tolist()[2:] == [1, 4, 6]
    assert result.bottleneck_table().columns.tolist() == ["need", "b"]


def test_a_level_that_nobody_has_reached_is_said_to_be_so():
    frame = pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 3]})
    levels = necessary_condition(frame, "y", ["x"], scale=(0, 4), levels=[2, 4]).bottlenecks
    assert levels["status"].tolist() == ["required", "not_reached"]
    assert np.isnan(levels["required"][1])


def test_the_empirical_scope_is_what_was_answered():
    frame = _frame()
    found = necessary_condition(frame, "y", ["need"], scope="empirical", n_permutations=100)
    ends = {name: (frame[name].min(), frame[name].max()) for name in ("need", "y")}
    assert found.rows[["x_low", "x_high"]].iloc[0].tolist() == list(ends["need"])
    given = necessary_condition(frame, "y", ["need"], scale=ends, n_permutations=100)
    assert found.rows["effect_size"].equals(given.rows["effect_size"])
    wider = necessary_condition(
        frame, "y", ["need"], scale={"need": (-5, 10), "y": (0, 10)}, n_permutations=100
    )
    # The strip left of 0 is empty: d = (5 · 10 + 100 · d₀) / 150.
    assert wider.rows["effect_size"][0] == pytest.approx((50 + 100 * given.rows["effect_size"][0]) / 150)


def test_ceilings_take_no_weights_but_accuracy_does():
    frame = _frame(80, seed=6)
    options = {"scale": (0, 10), "ceiling": "cr_fdh", "n_permutations": 200}
    plain = necessary_condition(frame, "y", ["b"], **options)
    weighted = necessary_condition(frame, "y", ["b"], weight="w", **options)
    same = ["effect_size", "p_value", "slope", "intercept", "corners"]
    assert plain.rows[same].equals(weighted.rows[same])
    line = frame["b"] * weighted.rows["slope"][0] + weighted.rows["intercept"][0]
    above = frame["y"] > line + 1e-9
    assert above.any()
    assert weighted.rows["accuracy"][0] == pytest.approx(1 - frame.loc[above, "w"].sum() / frame["w"].sum())
    doubled = pd.concat([frame, frame]).reset_index(drop=True)
    twice = necessary_condition(doubled, "y", ["b"], **options)
    assert twice.rows[["effect_size", "accuracy", "corners"]].equals(
        plain.rows[["effect_size", "accuracy", "corners"]]
    )
    zero = necessary_condition(
        frame.assign(w=frame["w"] * (frame["b"] > 2)), "y", ["b"], weight="w", **options
    )
    part = necessary_condition(frame[frame["b"] > 2], "y", ["b"], **options)
    assert zero.rows[same].equals(part.rows[same])


def test_the_seed_decides_the_draws():
    one, again, other = (
        necessary_condition(_frame(40), "y", ["need", "b"], scale=(0, 10), n_permutations=500, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one.tidy().equals(again.tidy())
    assert not one.tidy().equals(other.tidy())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no scale was given"),
        ({"scale": (0, 9)}, "off the scale 0 to 9"),
        ({"scale": {"need": (0, 10)}}, "'y' has no scale"),
        (
            {"scale": (0, 10), "scope": "observed"},
            "unknown scope 'observed'; take one of theoretical, empirical",
        ),
        ({"scale": (0, 10), "ceiling": "ols"}, "unknown ceiling 'ols'; take one of ce_fdh, cr_fdh"),
        ({"scale": (0, 10), "levels": [11]}, "levels must lie within the scope 0 to 10"),
        ({"scale": (0, 10), "n_permutations": 10}, "10 permutations will not do"),
        ({"scale": (0, 10), "conf_level": 0}, "a confidence level of 0 is none"),
        ({"scale": (0, 10), "family": "tukey"}, "unknown family"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], message: str):
    with pytest.raises(MeasureError, match=message):
        necessary_condition(_frame(), "y", ["need"], **options)


def test_a_constant_driver_has_no_empirical_scope():
    with pytest.raises(MeasureError, match="'b' does not vary"):
        necessary_condition(_frame().assign(b=3.0), "y", ["b"], scope="empirical")


def test_the_summary_is_honest_and_small_bases_are_blanked():
    result = cx.necessary_condition(_frame(), "y", ["need", "b"], scale=(0, 10))
    assert result.summary().startswith(
        "High y is seen without high ratings less often than by chance for need (d = 0.21, p = 0.0002, "
        "accuracy 100%) of 2 drivers (CE-FDH ceiling, theoretical scope, 10,000 random permutations"
    )
    assert "it does not show that the driver is needed" in result.summary()
    assert result.suppress(300).rows.equals(result.rows)
    shut = result.suppress(301)
    assert shut.rows[["effect_size", "p_value", "n"]].isna().all(axis=None)
    assert shut.bottleneck_table().isna().all(axis=None)
    assert shut.summary() == "Necessary conditions of y: too few answers to say."
    assert result._repr_html_() == result._repr_html_()
