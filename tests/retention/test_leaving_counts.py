"""Counts of leavers: rank and shocks by hand, and coverage where shocks are a segment's own or shared."""

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.estimates import suppress
from cxlab.model.errors import MeasureError
from cxlab.retention.leaving_counts import conformal_width, distances, leaving_counts, shock_variance

REPLICATIONS = 2_000


def test_the_width_is_the_rank_of_the_rule():
    assert conformal_width(np.arange(1.0, 10.0), 0.9) == 9  # ⌈10 · .9⌉ = 9th of 9
    assert conformal_width(np.arange(19.0, 0.0, -1), 0.9) == 18
    with pytest.raises(MeasureError, match="take 9 or more"):
        conformal_width(np.arange(8.0), 0.9)


def test_expected_counts_and_intervals_by_hand():
    past = pd.DataFrame({"period": np.repeat(np.arange(9), 4), "segment": "a", "score": 0.5})
    left = np.tile([1, 1, 0, 0], 9)
    left[:4] = 1  # one period of 4 instead of 2: two deviations of √(4 · .25) = 1
    found = leaving_counts(
        [0.25] * 16 + [0.5] * 4, ["b"] * 16 + ["c"] * 4,
        past_score=past["score"], past_segment=past["segment"],
        past_churned=left, past_period=past["period"],
    )  # fmt: skip
    assert found.width == 2 and found.groups == 9
    rows = found.rows.set_index("segment")
    # 4 ± 2 √3 = .54 to 7.46, and 2 ± 2.
    assert rows.loc["b", ["expected", "conf_low", "conf_high"]].tolist() == [4, 0, 8]
    assert rows.loc["c", ["expected", "conf_low", "conf_high"]].tolist() == [2, 0, 4]
    hidden = found.suppress(5)
    assert hidden.rows["suppressed"].all() and "too few" in hidden.summary()


def test_shocks_widen_the_interval_of_a_large_segment_by_hand():
    # Nine periods of 16 with p = ½, V = 4; 4 or 12 left instead of 8: d² = 16, τ² = 9 (16 − 4)/(9 · 16).
    left = np.concatenate([np.repeat([1, 0], [4, 12] if at % 2 else [12, 4]) for at in range(9)])
    found = leaving_counts(
        [0.5] * 400, ["a"] * 400, past_score=[0.5] * 144, past_segment=["a"] * 144, past_churned=left,
        past_period=np.repeat(np.arange(9), 16),
    )  # fmt: skip
    assert found.shock**2 == pytest.approx(0.75) and found.width == pytest.approx(4 / np.sqrt(4 + 0.75 * 16))
    reach = 1.0 * np.sqrt(100 + 0.75 * 100**2)  # V = 100: 87 rather than 20
    assert found.rows[["conf_low", "conf_high"]].iloc[0].tolist() == [
        np.floor(200 - reach), np.ceil(200 + reach)
    ]  # fmt: skip
    assert found.periods == 9 and "too short" not in found.summary()


def test_without_segments_everyone_is_one():
    rng = np.random.default_rng(3)
    past = {"past_score": [0.4] * 90, "past_churned": rng.integers(0, 2, 90), "past_period": [*range(9)] * 10}
    found = leaving_counts([0.2] * 30, **past)
    named = leaving_counts([0.2] * 30, ["x"] * 30, past_segment=["x"] * 90, **past)
    assert found.rows["segment"].tolist() == ["all"]
    assert found.tidy().drop(columns="segment").equals(named.tidy().drop(columns="segment"))
    with pytest.raises(MeasureError, match="of one of past and future only"):
        leaving_counts([0.2] * 30, ["x"] * 30, **past)


def test_few_periods_are_named():
    past = {"past_score": [0.5] * 40, "past_churned": [0, 1] * 20, "past_segment": list("abcdefghij") * 4}
    found = leaving_counts([0.5], ["a"], past_period=np.repeat([1, 2], 20), **past)
    assert found.groups == 20 and "The past has 2 periods: where a period moves all" in found.summary()
    assert "fewer than 9 make" in found.summary()


def test_leavers_among_those_with_no_chance_leave_the_count_open():
    past = {"past_segment": ["a"] * 18, "past_period": np.repeat(np.arange(9), 2)}
    options = {"past_score": [0.0] * 18, **past}
    found = leaving_counts([0.0, 0.0, 0.3], ["a", "a", "b"], past_churned=[1] + [0] * 17, **options)
    assert found.rows[["conf_low", "conf_high"]].to_numpy().tolist() == [[0, 2], [0, 1]]
    assert "nan" not in found.summary()
    none = leaving_counts([0.0, 0.0], ["a", "a"], past_churned=[0] * 18, **options)
    assert none.rows[["expected", "conf_low", "conf_high"]].iloc[0].tolist() == [0, 0, 0]


def held(sizes: list[int], periods: int, *, shared: bool) -> np.ndarray:
    """2,000 replications, seed 20261122: whether each segment's count lay inside; p = .25, shocks of .3."""
    rng = np.random.default_rng(20261122)
    sizes_, inside = np.array(sizes), []
    expected, variance = sizes_ * 0.25, sizes_ * 0.25 * 0.75
    for _ in range(2000):
        shock = rng.normal(0, 0.3, (periods + 1, 1 if shared else len(sizes)))
        left = rng.binomial(sizes_, np.broadcast_to(1 / (1 + 3 * np.exp(-shock)), (periods + 1, len(sizes))))
        missed, past = (left[:-1] - expected).ravel(), np.tile(variance, periods)
        tau2 = shock_variance(missed, past)
        width = conformal_width(distances(missed, past, tau2), 0.9)
        reach = width * np.sqrt(variance + tau2 * variance**2)
        inside.append((np.floor(expected - reach) <= left[-1]) & (left[-1] <= np.ceil(expected + reach)))
    return np.array(inside)


@pytest.mark.slow
def test_large_and_small_segments_with_shocks_of_their_own_are_held():
    """Nine segments of 60 and one of 6,000, six periods. Scaled by √V the large one was held in 28 %."""
    inside = held([60] * 9 + [6000], 6, shared=False)
    all_together = inside.mean(axis=1)
    assert all_together.mean() >= 0.9 - 3 * all_together.std() / np.sqrt(2000)
    assert inside[:, -1].mean() >= 0.87 - 3 * np.sqrt(0.87 * 0.13 / 2000)


@pytest.mark.slow
def test_shocks_shared_by_a_period_need_as_many_periods_as_the_rule_has_groups():
    nine = held([1000] * 4, 9, shared=True).mean(axis=1)
    assert nine.mean() >= 0.9 - 3 * nine.std() / np.sqrt(2000)
    # What the docs warn of: nine segments of one period hold far less.
    one = held([1000] * 9, 1, shared=True).mean(axis=1)
    assert one.mean() < 0.75


@pytest.mark.slow
@pytest.mark.parametrize("bias", [1.0, 0.7])
def test_intervals_hold_the_count_even_of_a_wrong_model_in_moving_times(bias):
    """2,000 replications, seed 20261122; 39 past groups of 100; a shock of .3 on the logit in each group.

    Exact conformal coverage is .9 at 39 groups; whole customers widen it: between .9 and .95, ±3 SE.
    """
    rng = np.random.default_rng(20261122)
    chance = rng.beta(2, 6, (REPLICATIONS, 40, 100))
    shocked = 1 / (1 + np.exp(-np.log(chance / (1 - chance)) - rng.normal(0, 0.3, (REPLICATIONS, 40, 1))))
    left = (rng.random(chance.shape) < shocked).sum(axis=2)
    score = bias * chance
    expected, variance = score.sum(axis=2), (score * (1 - score)).sum(axis=2)
    hits = 0
    for count, mean, v in zip(left, expected, variance, strict=True):
        tau2 = shock_variance((count - mean)[:39], v[:39])
        width = conformal_width(distances((count - mean)[:39], v[:39], tau2), 0.9)
        reach = width * np.sqrt(v[39] + tau2 * v[39] ** 2)
        hits += np.floor(mean[39] - reach) <= count[39] <= np.ceil(mean[39] + reach)
    error = np.sqrt(0.9 * 0.1 / REPLICATIONS)
    assert 0.9 - 3 * error <= hits / REPLICATIONS <= 0.95 + 3 * error


def saved_counts(segment):
    period = np.repeat(np.arange(9), 4)
    left = np.tile([1, 1, 0, 0], 9)
    left[:4] = 1
    past = {"past_score": [0.5] * 36, "past_churned": left, "past_period": period}
    past |= {} if segment is None else {"past_segment": ["a"] * 36}
    return leaving_counts([0.25] * 16 + [0.5] * 4, segment, **past)


def test_figures_are_those_of_the_counts_and_the_interval_is_named_a_prediction():
    found = saved_counts(["north"] * 16 + ["south"] * 4)
    saved = found.estimates("region").tidy()
    # 4 ± 2 √3 and 2 ± 2, as in the tests of the counts.
    assert saved["level"].tolist() == ["north", "south"] and set(saved["by"]) == {"region"}
    assert saved[["estimate", "conf_low", "conf_high", "n"]].to_numpy().tolist() == [
        [4, 0, 8, 16],
        [2, 0, 4, 4],
    ]
    assert set(saved["method"]) == {"conformal_prediction"} and set(saved["conf_level"]) == {0.9}
    assert saved["std_error"].isna().all() and set(saved["unit"]) == {"amount"}


def test_everyone_has_no_level_and_what_is_hidden_stays_hidden():
    whole = saved_counts(None).estimates()
    assert whole.by == () and whole.rows["level"].tolist() == [""] and whole.rows["estimate"].iloc[0] == 6
    hidden = saved_counts(["north"] * 16 + ["south"] * 4).suppress(5).estimates("region")
    assert hidden.rows["suppressed"].all() and hidden.min_base == 5
    assert hidden.rows[["estimate", "conf_low", "conf_high", "n", "n_eff"]].isna().all(axis=None)
    assert suppress(hidden, 5) is hidden
    small = suppress(saved_counts(["north"] * 16 + ["south"] * 4).estimates("region"), 5)
    pd.testing.assert_frame_equal(small.rows, hidden.rows, check_dtype=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score": [0.1, 1.5]}, "outside 0–1"),
        ({"score": [0.1, np.nan]}, "1 values are missing"),
        ({"segment": ["a", None]}, "1 values are missing"),
        ({"segment": ["a"]}, "different lengths"),
        ({"past_churned": [2] * 9}, "neither 0 nor 1"),
        ({"conf_level": 2}, "confidence level"),
    ],
)
def test_bad_input_is_refused(change, said):
    options = {
        "score": [0.1, 0.2], "segment": ["a", "b"], "past_score": [0.5] * 9, "past_segment": ["a"] * 9,
        "past_churned": [0, 1, 0] * 3, "past_period": range(9), **change,
    }  # fmt: skip
    with pytest.raises(MeasureError, match=said):
        leaving_counts(options.pop("score"), options.pop("segment"), **options)
