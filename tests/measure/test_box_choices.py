"""Five ways to tell a score: what each is, and when their ranks turn round."""

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.estimates import suppress
from cxlab.measure.box_choices import box_choices
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

# Half are delighted and half are lost in a; all are content in b.
SPLIT = pd.DataFrame({"s": [5] * 10 + [1] * 10 + [4] * 18 + [3] * 2, "g": ["a"] * 20 + ["b"] * 20})


def test_five_figures_by_hand():
    rows = box_choices(SPLIT, "s", scale=(1, 5), by="g").tidy().set_index(["metric", "level"])["estimate"]
    assert rows.unstack().round(10).to_dict("index") == {
        "mean_score": {"a": 3.0, "b": 3.9},
        "top_1_box": {"a": 0.5, "b": 0.0},
        "top_2_box": {"a": 0.5, "b": 0.9},
        "top_2_less_bottom_2": {"a": 0.0, "b": 90.0},
        "nps_like": {"a": 0.0, "b": -10.0},
    }


def test_a_reversal_is_said():
    result = box_choices(SPLIT, "s", scale=(1, 5), by="g")
    assert result.ranks().loc["a"].tolist() == [2, 1, 2, 2, 1]
    assert len(result.reversals()) == 6
    assert result.summary() == (
        "s told in 5 ways: ranks turn round in 1 of 1 pairs of segments; b is before a by mean_score and "
        "behind by top_1_box."
    )
    assert result._repr_html_() == result._repr_html_()


def test_without_a_reversal_that_is_said():
    frame = pd.DataFrame({"s": [5, 4, 1, 2], "g": ["a", "a", "b", "b"]})
    result = box_choices(frame, "s", scale=(1, 5), by="g")
    assert result.reversals().empty
    assert result.summary() == "s told in 5 ways: all rank the 2 segments alike."
    assert box_choices(frame, "s", scale=(1, 5)).summary().endswith("there are no two segments to rank.")


def test_on_0_to_10_the_nps_like_score_is_nps_and_the_others_are_the_measures():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"s": rng.integers(0, 11, 300), "g": rng.choice(list("abc"), 300), "c": rng.integers(0, 40, 300)}
    )
    options = {"by": "g", "cluster": "c"}
    mean, first, second, _, like = box_choices(frame, "s", scale=(0, 10), **options).choices
    pd.testing.assert_frame_equal(like.rows, nps(frame, "s", **options).rows)
    pd.testing.assert_frame_equal(mean.rows, mean_score(frame, "s", **options).rows)
    for boxes, choice in ((1, first), (2, second)):
        pd.testing.assert_frame_equal(
            choice.rows, top_box(frame, "s", scale=(0, 10), boxes=boxes, **options).rows
        )


def test_small_segments_leave_the_ranks():
    frame = pd.concat([SPLIT, pd.DataFrame({"s": [5, 5, 5] + [2] * 30, "g": ["c"] * 3 + ["d"] * 30})])
    result = box_choices(frame, "s", scale=(1, 5), by="g").suppress(10)
    hidden = suppress(top_box(frame, "s", scale=(1, 5), by="g"), 10).rows
    assert set(result.ranks().index) == set(hidden.loc[~hidden["suppressed"], "level"])
    assert "c" not in result.ranks().index


def test_two_boxes_at_either_end_need_four():
    with pytest.raises(MeasureError, match="3 boxes do not fit a scale of 3–5"):
        box_choices(SPLIT, "s", scale=(3, 5))
    with pytest.raises(MeasureError, match="'s' holds 5, outside 1–4"):
        box_choices(SPLIT, "s", scale=(1, 4), by="g")
