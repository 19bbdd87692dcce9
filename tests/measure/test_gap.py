"""Gaps against R survey, scipy's paired test, brute force, and what must never matter."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.measure.gap import gap, ranks_of
from cxlab.measure.long_items import long_items
from cxlab.measure.mean_score import mean_score
from cxlab.model.errors import MeasureError
from tests.measure.ratings_frames import NAMES, items_of, people, twice

REFERENCE = Path(__file__).parents[1] / "reference"
FAST = {"scale": (1, 10), "n_boot": 200}


def figures(result):
    return result.tidy().set_index("attribute_id").drop(columns="suppressed").astype("float64")


def same(one, other, columns=slice(None)):
    pd.testing.assert_frame_equal(figures(one)[columns], figures(other)[columns], rtol=1e-9, atol=1e-9)


def test_it_is_the_paired_t_test():
    frame = people()
    rows = figures(gap(items_of(frame), frame, **FAST))
    for name in NAMES:
        both = frame[[f"i_{name}", f"s_{name}"]].dropna()
        known = stats.ttest_rel(both[f"i_{name}"], both[f"s_{name}"])
        low, high = known.confidence_interval(0.95)
        row = rows.loc[name]
        expected = {
            "gap": (both[f"i_{name}"] - both[f"s_{name}"]).mean(),
            "importance_mean": both[f"i_{name}"].mean(),
            "satisfaction_mean": both[f"s_{name}"].mean(),
            "statistic": known.statistic,
            "df": len(both) - 1,
            "conf_low": low,
            "conf_high": high,
            "n": len(both),
            "n_eff": len(both),
        }
        for column, value in expected.items():
            assert row[column] == pytest.approx(value, rel=1e-9), (name, column)
        assert row["p_value"] == pytest.approx(known.pvalue, rel=1e-7)


def test_holm_is_over_the_attributes():
    from statsmodels.stats.multitest import multipletests

    frame = people(40)
    rows = figures(gap(items_of(frame), frame, **FAST))
    assert rows["p_holm"].to_numpy() == pytest.approx(multipletests(rows["p_value"], method="holm")[1])


def test_it_equals_r_survey_by_design():
    # index_gap.R: svymean of the differences, strata, clusters and weights.
    known = json.loads((REFERENCE / "index_gap.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(REFERENCE / "index_gap.csv")
    items = long_items(
        frame,
        satisfaction={"1": "s1", "2": "s2", "3": "s3"},
        importance={"1": "i1", "2": "i2", "3": "i3"},
        respondent="id",
    )
    respondents = frame.rename(columns={"id": "response_id"})
    result = gap(items, respondents, weight="w", cluster="cluster", stratum="stratum", **FAST)
    rows = figures(result).sort_index()
    # R writes 15 digits.
    assert rows["gap"].to_numpy() == pytest.approx(known["gap"], rel=1e-12)
    assert rows["std_error"].to_numpy() == pytest.approx(known["gap_se"], rel=1e-10)
    assert set(rows["df"]) == {known["df"]}


@pytest.mark.parametrize("design", [{}, {"weight": "w"}, {"weight": "w", "cluster": "account"}])
def test_each_gap_is_the_mean_of_the_differences(design):
    frame = people()
    rows = figures(gap(items_of(frame), frame, **FAST, **design))
    for name in NAMES:
        differences = frame.assign(d=frame[f"i_{name}"] - frame[f"s_{name}"])
        alone = mean_score(differences, "d", **design).rows.iloc[0]
        for column in ("std_error", "conf_low", "conf_high", "n", "n_eff"):
            assert rows.loc[name, column] == pytest.approx(alone[column], rel=1e-9), column
        assert rows.loc[name, "gap"] == pytest.approx(alone["estimate"], rel=1e-9)


def test_the_gap_is_the_difference_of_its_two_means():
    rows = figures(gap(items_of(people()), people(), weight="w", **FAST))
    difference = rows["importance_mean"] - rows["satisfaction_mean"]
    np.testing.assert_allclose(rows["gap"], difference, rtol=0, atol=1e-12)


def test_probabilities_of_the_top_equal_those_of_every_possible_draw():
    # Three respondents and three attributes: the bootstrap draws 2 of 3 with replacement, 9 equal draws.
    differences = np.array([[3.0, 1, 0], [0, 2, 1], [1, 0, 2]])
    frame = pd.DataFrame({f"i{j}": 5 + differences[:, j] for j in range(3)} | {"s": [5.0] * 3})
    items = long_items(
        frame,
        satisfaction={str(j): "s" for j in range(3)},
        importance={str(j): f"i{j}" for j in range(3)},
    )
    draws = np.array([differences[list(rows)].mean(axis=0) for rows in product(range(3), repeat=2)])
    for top in (1, 2):
        exact = (stats.rankdata(-draws, method="min", axis=1) <= top).mean(axis=0)
        rows = figures(gap(items, scale=(1, 10), top=top, n_boot=20_000, seed=3)).sort_index()
        # Three standard errors of 20,000 draws.
        np.testing.assert_allclose(rows["probability_top"], exact, atol=3 * 0.5 / np.sqrt(20_000))


def test_ranks_share_the_best_and_put_the_unknown_last():
    assert ranks_of(np.array([[1.0, 3, 3, np.nan], [4, 3, 2, 1]])).tolist() == [[3, 1, 1, 4], [1, 2, 3, 4]]


def test_probabilities_sum_to_the_top():
    rows = figures(gap(items_of(people()), people(), top=2, **FAST))
    assert rows["probability_top"].sum() == pytest.approx(2, abs=0.05)  # ties share a rank
    assert (rows["rank_low"] <= rows["rank"]).all() and (rows["rank"] <= rows["rank_high"]).all()
    assert rows["rank"].tolist() == [1, 2, 3, 4]
    assert rows["gap"].is_monotonic_decreasing


def test_unequal_scales_are_refused_until_a_rescaling_is_named():
    frame = pd.DataFrame({"i": [1.0, 2, 3, 3], "s": [5.0, 3, 1, 4]})
    items = long_items(frame, satisfaction={"x": "s"}, importance={"x": "i"})
    scale = {"importance": (1, 3), "satisfaction": (1, 5)}
    with pytest.raises(
        MeasureError, match=r"importance is on 1–3 and satisfaction on 1–5: .* name a rescaling"
    ):
        gap(items, scale=scale)
    carried = gap(items, scale=scale, rescale="to_satisfaction", n_boot=200)
    # 1, 2, 3 become 1, 3, 5.
    assert figures(carried).loc["x", "gap"] == pytest.approx(np.mean([1 - 5, 3 - 3, 5 - 1, 5 - 4]))
    assert carried.gap.scale == (-4, 4)
    assert "importance is carried linearly from 1–3 to 1–5" in carried.summary()
    hundred = gap(items, scale=scale, rescale="to_100", n_boot=200)
    assert figures(hundred).loc["x", "gap"] == pytest.approx(25 * 0.25)
    assert "both are carried linearly to 0–100" in hundred.summary()


def test_servqual_is_expectation_less_perception():
    frame = people()
    items = items_of(frame).replace({"kind": {"importance": "expectation"}})
    result = gap(items, frame, wanted="expectation", **FAST)
    assert result.wanted.outcome == "expectation"
    expected = figures(gap(items_of(frame), frame, **FAST))
    assert figures(result)["gap"].to_numpy() == pytest.approx(expected["gap"].to_numpy())
    assert result.summary().startswith("Gap of expectation over satisfaction: largest for price with ")


def test_equal_weights_are_none_and_their_scale_never_matters():
    frame = people()
    items = items_of(frame)
    same(gap(items, frame.assign(w=3.0), weight="w", **FAST), gap(items, frame, **FAST))
    same(
        gap(items, frame.assign(w=1e-7 * frame["w"]), weight="w", **FAST),
        gap(items, frame, weight="w", **FAST),
    )


def test_weight_2_is_the_row_twice_and_frequencies_are_so_for_the_interval():
    frame = people().assign(w=lambda rows: 1 + rows.index % 3)
    more = twice(frame, frame["w"].to_numpy())
    expected = gap(items_of(more), more, **FAST)
    means = ["gap", "importance_mean", "satisfaction_mean"]
    same(gap(items_of(frame), frame, weight="w", **FAST), expected, means)
    drawn = ["rank_low", "rank_high", "probability_top"]
    frequencies = gap(items_of(frame), frame, weight="w", weight_kind="frequency", **FAST)
    kept = [column for column in figures(expected) if column not in drawn]
    same(frequencies, expected, kept)


def test_awkward_data_have_a_meaning():
    one = pd.DataFrame({"i": [7.0], "s": [4.0], "t": [6.0]})
    row = figures(gap(long_items(one, satisfaction={"x": "s"}, importance={"x": "i"}), **FAST)).loc["x"]
    assert (row["gap"], row["n"]) == (3, 1)
    assert row[["std_error", "conf_low", "p_value", "probability_top", "rank_low"]].isna().all()
    alike = pd.concat([one] * 12)
    row = figures(gap(long_items(alike, satisfaction={"x": "s"}, importance={"x": "i"}), **FAST)).loc["x"]
    assert (row["gap"], row["std_error"]) == (3, 0)
    assert np.isnan(row["p_value"])  # nothing varies, so nothing is tested
    apart = pd.DataFrame({"i": [7.0, np.nan], "s": [np.nan, 4.0]})
    items = long_items(apart, satisfaction={"x": "s"}, importance={"x": "i"})
    nobody = gap(items, **FAST)
    assert figures(nobody).loc["x", "n"] == 0
    assert nobody.summary() == "Gap of importance over satisfaction: too few answers to say."
    weightless = gap(items_of(people()), people().assign(w=0.0), weight="w", **FAST)
    assert (figures(weightless)["n"] == 0).all()


def test_small_bases_are_hidden_together_with_all_that_tells_of_them():
    frame = people(60)
    frame.loc[8:, "s_shop"] = np.nan
    hidden = gap(items_of(frame), frame, **FAST).suppress(10)
    rows = hidden.tidy().set_index("attribute_id")
    assert rows["suppressed"]["shop"]
    assert rows.loc[rows["suppressed"]].drop(columns="suppressed").isna().all(axis=None)
    for result in (hidden.gap, hidden.wanted, hidden.satisfaction):
        assert result.min_base == 10
        assert result.rows["suppressed"].tolist() == hidden.gap.rows["suppressed"].tolist()
    # Attributes are not parts of a whole: nobody can find the hidden one by subtraction.
    assert rows["suppressed"].sum() == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"wanted": "hope"}, "unknown wanted 'hope'; take one of importance, expectation"),
        ({"rescale": "z"}, "unknown rescale 'z'; take one of to_satisfaction, to_100"),
        ({"top": 0}, "the 0 largest gaps are none"),
        ({"wanted": "expectation"}, "nobody rated the expectation of anything"),
        ({"cluster": "acount"}, "there is no column 'acount'; did you mean 'account'"),
        ({"weight_kind": "x"}, "unknown weight_kind 'x'"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(MeasureError, match=said):
        gap(items_of(people()), people(), **{**FAST, **options})


def test_it_is_shown_without_ids_or_times():
    result = gap(items_of(people()), people(), **FAST)
    again = gap(items_of(people()), people(), **FAST)
    assert result._repr_html_() == again._repr_html_()
    assert repr(result) == result.summary()
    assert result.gap.tidy()["metric"].unique().tolist() == ["gap"]
