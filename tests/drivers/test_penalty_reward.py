"""Penalty and reward: against statsmodels, and the class by the test of their difference."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import cxlab as cx
from cxlab.drivers.penalty_reward import CONTRASTS, KINDS, penalty_reward
from cxlab.model.errors import MeasureError

DRIVERS = ["must", "line", "extra", "idle"]
SIDES = {"penalty": (-1, 0), "reward": (0, 1), "asymmetry": (-1, -1), "span": (-1, 1)}


def _frame(n: int = 900, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 6, size=(n, 4)).astype(float)
    y = 6 - 1.2 * (x[:, 0] <= 2) + 0.6 * ((x[:, 1] >= 4) * 1.0 - (x[:, 1] <= 2)) + 1.2 * (x[:, 2] >= 4)
    frame = pd.DataFrame(x, columns=DRIVERS)
    return frame.assign(y=y + rng.normal(size=n), w=rng.gamma(2, 1, n), g=rng.integers(0, 90, n))


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("cluster", [None, "g"])
def test_every_contrast_is_that_of_statsmodels(weight: str | None, cluster: str | None):
    frame = _frame()
    result = penalty_reward(frame, "y", DRIVERS, scale=(1, 5), weight=weight, cluster=cluster, family="none")
    terms = " + ".join(f"I({name} <= 2) + I({name} >= 4)" for name in DRIVERS)
    how: dict[str, object] = {"cov_type": "HC3"}
    if cluster is not None:
        how = {"cov_type": "cluster", "cov_kwds": {"groups": frame["g"]}}
    weights = np.ones(len(frame)) if weight is None else frame[weight]
    fit = smf.wls(f"y ~ {terms}", frame, weights=weights).fit(use_t=True, **how)
    for row in result.tidy().to_dict("records"):
        low, high = (f"I({row['driver']} {side})[T.True]" for side in ("<= 2", ">= 4"))
        for name, sides in SIDES.items():
            contrast = np.zeros(len(fit.params))
            contrast[list(fit.params.index).index(low)], contrast[list(fit.params.index).index(high)] = sides
            test = fit.t_test(contrast)
            assert row[name] == pytest.approx(test.effect[0], rel=1e-8)
            assert row[f"{name}_std_error"] == pytest.approx(test.sd[0, 0], rel=1e-8)
            assert row[f"{name}_p_value"] == pytest.approx(float(test.pvalue), rel=1e-6, abs=1e-12)
            ends = [row[f"{name}_conf_low"], row[f"{name}_conf_high"]]
            np.testing.assert_allclose(ends, test.conf_int()[0], rtol=1e-7, atol=1e-10)
    assert result.df == (len(frame) - 9 if cluster is None else frame["g"].nunique() - 1)


def test_planted_classes_are_found():
    result = penalty_reward(_frame(), "y", DRIVERS, scale=(1, 5))
    assert result.rows["kind"].tolist() == ["must_be", "one_dimensional", "attractive", "neither"]
    assert set(KINDS) - set(result.rows["kind"]) == {"reverse"}


def test_two_separate_verdicts_do_not_make_a_class():
    # Penalty told from 0, reward not, and yet nothing tells them apart: no must-be.
    x = np.repeat([1.0, 3, 5], 40)
    y = np.repeat([4.5, 5, 5.35], 40) + np.tile([-1, 1], 60)
    row = penalty_reward(pd.DataFrame({"x": x, "y": y}), "y", ["x"], scale=(1, 5)).rows.iloc[0]
    assert row["penalty_p_value"] < 0.05 < row["reward_p_value"]
    assert row["asymmetry_p_value"] > 0.05
    assert row["kind"] == "one_dimensional"


def test_asymmetry_is_penalty_less_reward_and_bend_the_same_per_point():
    rows = penalty_reward(_frame(), "y", DRIVERS, low=1, high=4, weight="w").rows
    np.testing.assert_allclose(rows["asymmetry"], rows["penalty"] - rows["reward"], atol=1e-12)
    np.testing.assert_allclose(rows["span"], rows["penalty"] + rows["reward"], atol=1e-12)
    down, up = rows["mean_middle"] - rows["mean_low"], rows["mean_high"] - rows["mean_middle"]
    np.testing.assert_allclose(rows["bend"], rows["penalty"] / down - rows["reward"] / up, atol=1e-12)


def test_a_straight_line_with_uneven_classes_is_not_taken_at_its_word():
    # On 0–10 with most ratings high, the outer thirds of a straight line look like a must-be.
    rng = np.random.default_rng(8)
    x = rng.choice(np.arange(11.0), 3000, p=np.array([6, 3, 2, 2, 4, 4, 6, 20, 20, 18, 15]) / 100)
    frame = pd.DataFrame({"x": x, "y": 0.5 * x + rng.normal(size=3000)})
    result = penalty_reward(frame, "y", ["x"], low=3, high=7)
    assert result.rows["asymmetry_p_adjusted"][0] < 0.05
    assert abs(result.rows["bend"][0]) < 0.1
    assert result.rows["kind"].tolist() == ["one_dimensional"]
    assert "not equally far apart" in result.notes[0]


def test_what_runs_against_the_outcome_is_reverse():
    frame = _frame().assign(line=lambda frame: 6 - frame["line"])
    result = penalty_reward(frame, "y", DRIVERS, scale=(1, 5))
    assert result.rows["kind"][1] == "reverse"
    assert [note.split(":")[0] for note in result.notes] == ["line"]


def test_a_side_that_runs_against_the_outcome_makes_no_delight():
    # Low and high raters are both happier than those in the middle.
    rng = np.random.default_rng(9)
    x = rng.integers(1, 6, 900)
    y = np.abs(x - 3) + 0.3 * x + rng.normal(size=900)
    row = penalty_reward(pd.DataFrame({"x": x, "y": y}), "y", ["x"], scale=(1, 5)).rows.iloc[0]
    assert row["asymmetry_p_adjusted"] < 0.001
    assert row["kind"] == "reverse"


@pytest.mark.parametrize(
    ("scale", "low", "high"),
    [((1, 5), 2, 4), ((0, 10), 3, 7), ((1, 7), 3, 5), ((1, 10), 4, 7), ((1, 3), 1, 3)],
)
def test_the_outer_thirds_of_a_scale_are_low_and_high(scale: tuple[int, int], low: int, high: int):
    rng = np.random.default_rng(2)
    x = rng.integers(scale[0], scale[1] + 1, 300).astype(float)
    frame = pd.DataFrame({"x": x, "y": x + rng.normal(size=300)})
    by_scale = penalty_reward(frame, "y", ["x"], scale=scale)
    by_code = penalty_reward(frame, "y", ["x"], low=low, high=high)
    names = [*CONTRASTS, "n_low", "n_middle", "n_high"]
    assert by_scale.rows[names].equals(by_code.rows[names])


def test_holm_goes_over_the_drivers():
    plain, holm = (
        penalty_reward(_frame(), "y", DRIVERS, scale=(1, 5), family=f).rows for f in ("none", "holm")
    )
    p = plain["asymmetry_p_value"].sort_values()
    expected = (p * [4, 3, 2, 1]).cummax().clip(upper=1).sort_index()
    np.testing.assert_allclose(holm["asymmetry_p_adjusted"], expected)


def test_classes_may_differ_by_driver():
    frame = _frame().assign(idle=lambda frame: frame["idle"] * 2)
    cuts = {
        "low": {"must": 2, "line": 2, "extra": 2, "idle": 4},
        "high": {**dict.fromkeys(DRIVERS, 4), "idle": 8},
    }
    result = penalty_reward(frame, "y", DRIVERS, **cuts)
    expected = penalty_reward(_frame(), "y", DRIVERS, low=2, high=4)
    assert result.rows[["penalty", "reward", "n_low"]].equals(expected.rows[["penalty", "reward", "n_low"]])


def test_small_classes_are_suppressed_with_all_they_say():
    frame = _frame()
    frame.loc[frame["idle"] <= 2, "idle"] = 3
    frame.loc[frame.index[:12], "idle"] = 1
    shut = penalty_reward(frame, "y", DRIVERS, scale=(1, 5)).suppress(30)
    row = shut.rows.iloc[3]
    assert row["suppressed"] and row["kind"] == ""
    assert row[["penalty", "asymmetry_p_value", "n_low", "n_high", "mean_low"]].isna().all()
    assert not shut.rows["suppressed"][:3].any()
    assert "1 suppressed for small bases" in shut.summary()
    assert "neither (nothing shown): none; 1 suppressed" in shut.summary()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing says which ratings are low"),
        ({"low": 2}, "nothing says which ratings are low"),
        ({"low": 2, "high": 4, "scale": (1, 5)}, "nothing says which ratings are low"),
        ({"low": 4, "high": 2}, "low=4 is not below high=2"),
        ({"low": 0, "high": 4}, "nobody gave 'must' a low rating"),
        ({"low": 2, "high": 3}, "nobody gave 'must' a middle rating"),
        ({"low": 2, "high": 6}, "nobody gave 'must' a high rating"),
        ({"scale": (1, 4)}, "off the scale 1 to 4"),
        ({"scale": (5, 1)}, "does not run from low to high"),
        ({"scale": {"must": (1, 5)}}, "'line' has no scale"),
        ({"scale": {"musst": (1, 5)}}, "did you mean 'must'"),
        ({"low": {"must": 2}, "high": 4}, "low= says nothing of 'line'"),
        ({"low": {"mist": 2}, "high": 4}, "did you mean 'must'"),
        ({"low": 2, "high": 4, "family": "bonferroni"}, "unknown family"),
        ({"low": 2, "high": 4, "conf_level": 95}, "confidence level"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], message: str):
    with pytest.raises(MeasureError, match=message):
        penalty_reward(_frame(), "y", DRIVERS, **options)


def test_the_summary_is_one_honest_sentence():
    result = cx.penalty_reward(_frame(), "y", DRIVERS, scale=(1, 5), weight="w")
    assert result.summary().startswith(
        "What low and high ratings go with in y, judged by the test of penalty less reward (Holm-adjusted): "
        "must-be (the penalty is larger): must; "
    )
    assert "100% of the rows are complete" in result.summary()
    assert "drive" not in result.summary() and "cause" not in result.summary()
    assert result._repr_html_() == result._repr_html_()
