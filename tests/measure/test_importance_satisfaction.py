"""Quadrants against their definition and every possible draw."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.importance_satisfaction import QUADRANTS, importance_satisfaction
from cxlab.measure.long_items import long_items
from cxlab.measure.mean_score import mean_score
from cxlab.model.errors import MeasureError
from tests.measure.ratings_frames import NAMES, items_of, people, twice

FAST = {"scale": (1, 10), "n_boot": 200}


def four_corners(rows: int = 20) -> pd.DataFrame:
    corners = {"a": (9.0, 3.0), "b": (9.0, 8.0), "c": (2.0, 3.0), "d": (2.0, 8.0)}
    frame = pd.DataFrame(
        {
            f"{kind}_{name}": [value] * rows
            for name, pair in corners.items()
            for kind, value in zip("is", pair, strict=True)
        }
    )
    return long_items(
        frame,
        satisfaction={name: f"s_{name}" for name in corners},
        importance={name: f"i_{name}" for name in corners},
    )


@pytest.mark.parametrize("cut", ["mean", "midpoint"])
def test_four_corners_are_the_four_quadrants(cut):
    result = importance_satisfaction(four_corners(), cut=cut, **FAST)
    assert tuple(result.quadrants["quadrant"]) == QUADRANTS
    assert result.quadrants["probability"].tolist() == [1, 1, 1, 1]
    assert result.cut_importance == 5.5


def test_a_value_on_the_line_counts_as_high():
    frame = pd.DataFrame({"i": [5.5] * 3, "s": [5.5] * 3})
    items = long_items(frame, satisfaction={"x": "s"}, importance={"x": "i"})
    assert importance_satisfaction(items, cut="midpoint", **FAST).quadrants["quadrant"][0] == "keep_up"


def test_means_and_intervals_are_those_of_mean_score():
    frame = people()
    design = {"weight": "w", "cluster": "account"}
    result = importance_satisfaction(items_of(frame), frame, **FAST, **design)
    for estimates, prefix in ((result.importance, "i"), (result.satisfaction, "s")):
        for name, row in zip(NAMES, estimates.rows.to_dict("records"), strict=True):
            alone = mean_score(frame, f"{prefix}_{name}", **design).rows.iloc[0]
            for column in ("estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"):
                assert row[column] == pytest.approx(alone[column], rel=1e-9), column
    means = [estimates.rows["estimate"].mean() for estimates in (result.importance, result.satisfaction)]
    assert [result.cut_importance, result.cut_satisfaction] == pytest.approx(means)


def test_probabilities_equal_those_of_every_possible_draw():
    # Three respondents: the bootstrap draws 2 of 3 with replacement, 9 equal draws.
    importance = np.array([[9.0, 4], [3, 6], [8, 9]])
    satisfaction = np.array([[2.0, 9], [7, 5], [6, 8]])
    frame = pd.DataFrame(np.hstack([importance, satisfaction]), columns=["ia", "ib", "sa", "sb"])
    items = long_items(frame, satisfaction={"a": "sa", "b": "sb"}, importance={"a": "ia", "b": "ib"})
    exact = np.zeros((2, 4))
    for rows in product(range(3), repeat=2):
        i, s = (values[list(rows)].mean(axis=0) for values in (importance, satisfaction))
        for place in range(2):
            exact[place, 2 * int(i[place] < i.mean()) + int(s[place] >= s.mean())] += 1 / 9
    result = importance_satisfaction(items, scale=(1, 10), n_boot=20_000, seed=5)
    # Three standard errors of 20,000 draws.
    np.testing.assert_allclose(result.quadrants[list(QUADRANTS)], exact, atol=3 * 0.5 / np.sqrt(20_000))


def test_weights_behave():
    frame = people().assign(w=lambda rows: 1 + rows.index % 3)
    more = twice(frame, frame["w"].to_numpy())
    columns = ["importance", "satisfaction", "cut_importance", "cut_satisfaction"]
    weighted = importance_satisfaction(items_of(frame), frame, weight="w", **FAST).tidy()
    repeated = importance_satisfaction(items_of(more), more, **FAST).tidy()
    pd.testing.assert_frame_equal(weighted[columns], repeated[columns])
    scaled = importance_satisfaction(items_of(frame), frame.assign(w=9 * frame["w"]), weight="w", **FAST)
    pd.testing.assert_frame_equal(weighted, scaled.tidy())
    equal = importance_satisfaction(items_of(frame), frame.assign(w=9.0), weight="w", **FAST)
    pd.testing.assert_frame_equal(
        equal.tidy(), importance_satisfaction(items_of(frame), frame, **FAST).tidy()
    )


def test_small_bases_are_hidden_on_both_axes():
    frame = people(60)
    frame.loc[8:, "s_shop"] = np.nan
    hidden = importance_satisfaction(items_of(frame), frame, **FAST).suppress(10)
    rows = hidden.tidy().set_index("attribute_id")
    assert rows["suppressed"]["shop"] and rows["quadrant"]["shop"] == ""
    figures = ["importance", "satisfaction", "importance_n", "satisfaction_n", "probability", *QUADRANTS]
    assert rows.loc["shop", figures].isna().all()


def test_one_respondent_has_quadrants_and_no_certainty():
    items = four_corners(1)
    result = importance_satisfaction(items, **FAST)
    assert result.quadrants["quadrant"].tolist() == list(QUADRANTS)
    assert result.quadrants["probability"].isna().all()
    assert (
        "concentrate_here" not in result.summary() and "important and not satisfying: a." in result.summary()
    )


def test_nobody_stands_nowhere():
    result = importance_satisfaction(items_of(people()), people().assign(w=0.0), weight="w", **FAST)
    assert set(result.quadrants["quadrant"]) == {""}
    assert result.summary().endswith("too few answers to say.")


def test_an_unknown_cut_is_refused():
    with pytest.raises(MeasureError, match="unknown cut 'median'; take one of mean, midpoint"):
        importance_satisfaction(four_corners(), cut="median", **FAST)
