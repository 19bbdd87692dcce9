"""CSAT: the top two boxes under their own name."""

import pandas as pd
import pytest

from cxlab.measure.csat import csat
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

FRAME = pd.DataFrame({"csat_overall": [1, 2, 3, 4, 4, 5, None], "g": list("aabbaba")})


def test_csat_is_the_top_two_boxes():
    result, boxes = csat(FRAME, scale=(1, 5), by="g"), top_box(FRAME, "csat_overall", scale=(1, 5), by="g")
    assert (result.metric, result.outcome, result.unit) == ("csat", "csat_overall", "share")
    pd.testing.assert_frame_equal(result.rows, boxes.rows)
    assert csat(FRAME, scale=(1, 5)).rows["estimate"].tolist() == [0.5]


def test_on_two_points_the_upper_one_is_satisfied():
    answers = pd.DataFrame({"csat_overall": [0, 1, 1, 1]})
    assert csat(answers, scale=(0, 1)).rows["estimate"].tolist() == [0.75]


def test_csat_needs_a_scale():
    with pytest.raises(MeasureError, match="the scale of 'csat_overall' is not known"):
        csat(FRAME)
    with pytest.raises(MeasureError, match="outside 4–5"):
        csat(FRAME, scale=(4, 5))
    with pytest.raises(MeasureError, match="unknown method 'exact'"):
        csat(FRAME, scale=(1, 5), method="exact")
