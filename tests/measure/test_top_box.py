"""Top boxes: which scores count, and which questions are refused."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

FRAME = pd.DataFrame({"csat": [1, 2, 3, 4, 5, 5, None], "ces": [1, 4, 5, 6, 7, 7, 2]})


@pytest.mark.parametrize(("boxes", "expected"), [(1, 2 / 6), (2, 3 / 6), (3, 4 / 6), (4, 5 / 6)])
def test_boxes_count_from_the_top(boxes: int, expected: float):
    result = top_box(FRAME, "csat", scale=(1, 5), boxes=boxes)
    assert result.metric == f"top_{boxes}_box"
    assert result.rows["estimate"][0] == pytest.approx(expected, rel=1e-14)


def test_a_fixed_scale_need_not_be_named():
    assert top_box(FRAME, "ces", boxes=3).rows["estimate"][0] == pytest.approx(5 / 7 - 1 / 7, rel=1e-14)
    with pytest.raises(MeasureError, match=r"scale of 'csat' is not known; name it: scale=\(1, 5\)"):
        top_box(FRAME, "csat")


def test_a_score_between_two_boxes_is_not_in_the_higher():
    frame = pd.DataFrame({"s": [3.0, 3.5, 3.999, 4.0, 5.0]})
    assert top_box(frame, "s", scale=(1, 5)).rows["estimate"].tolist() == [0.4]


def test_everyone_in_the_top_box_is_1_exactly_whatever_the_weights():
    frame = pd.DataFrame({"s": [4, 5, 5, 4, 5], "w": [0.1, 0.7, 0.3, 0.9, 0.2]})
    row = top_box(frame, "s", scale=(1, 5), weight="w").rows.iloc[0]
    assert (row["estimate"], row["conf_high"], row["std_error"]) == (1.0, 1.0, 0.0)


@pytest.mark.parametrize("boxes", [0, 5, -1])
def test_boxes_must_fit_the_scale(boxes: int):
    with pytest.raises(MeasureError, match="take 1 to 4"):
        top_box(FRAME, "csat", scale=(1, 5), boxes=boxes)


@pytest.mark.parametrize("scale", [(5, 1), (3, 3), (np.nan, 5)])
def test_a_scale_runs_upwards(scale: tuple[float, float]):
    with pytest.raises(MeasureError, match="is no scale"):
        top_box(FRAME, "csat", scale=scale)


def test_an_answer_outside_the_scale_is_refused():
    with pytest.raises(MeasureError, match="'csat' holds 5, outside 1–4"):
        top_box(FRAME, "csat", scale=(1, 4))
