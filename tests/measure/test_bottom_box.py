"""Bottom boxes: the mirror image of top boxes, on every engine."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.measure.bottom_box import bottom_box
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

FRAME = pd.DataFrame({"csat": [1, 2, 3, 4, 5, 5, None], "account": list("aabbccd")})


@pytest.mark.parametrize(("boxes", "expected"), [(1, 1 / 6), (2, 2 / 6), (3, 3 / 6), (4, 4 / 6)])
def test_boxes_count_from_the_bottom(boxes: int, expected: float):
    result = bottom_box(FRAME, "csat", scale=(1, 5), boxes=boxes)
    assert result.metric == f"bottom_{boxes}_box"
    assert result.rows["estimate"][0] == pytest.approx(expected, rel=1e-14)


def test_a_score_between_two_boxes_is_not_in_the_lower():
    frame = pd.DataFrame({"s": [1.0, 2.0, 2.001, 2.5, 5.0]})
    assert bottom_box(frame, "s", scale=(1, 5)).rows["estimate"].tolist() == [0.4]


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"cluster": "c"}, {"method": "logit"}])
def test_the_bottom_boxes_are_the_top_boxes_of_the_turned_scale(options: dict[str, str]):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {"s": rng.integers(1, 6, 200), "w": rng.gamma(2, 1, 200), "c": rng.integers(0, 30, 200)}
    )
    bottom = bottom_box(frame, "s", scale=(1, 5), **options).rows
    top = top_box(frame.assign(s=6 - frame["s"]), "s", scale=(1, 5), **options).rows
    pd.testing.assert_frame_equal(bottom, top, rtol=1e-12)


def test_every_engine_counts_the_same_boxes():
    expected = bottom_box(FRAME, "csat", scale=(1, 5), cluster="account").rows
    relation = duckdb.connect().from_df(FRAME)
    for frame in (pl.from_pandas(FRAME), relation):
        found = bottom_box(frame, "csat", scale=(1, 5), cluster="account").rows
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_boxes_and_answers_must_fit_the_scale():
    with pytest.raises(MeasureError, match="5 boxes do not fit a scale of 1–5; take 1 to 4"):
        bottom_box(FRAME, "csat", scale=(1, 5), boxes=5)
    with pytest.raises(MeasureError, match="'csat' holds 5, outside 1–4"):
        bottom_box(FRAME, "csat", scale=(1, 4))
    with pytest.raises(MeasureError, match="the scale of 'csat' is not known"):
        bottom_box(FRAME, "csat")
