"""Gray's test: against R's cmprsk, and where it cannot be made."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.melanoma import CLOCKS, followed, melanoma, reference

ROUNDING = 1e-10


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("cause", ["melanoma", "other"])
def test_it_equals_cuminc(clock, cause):
    three = cx.aalen_johansen(melanoma(clock), "t", "cause", by="group")
    test = three.gray_test(cause)
    assert (
        test.statistic == pytest.approx(reference(clock, "gray_group")[cause], rel=ROUNDING) and test.df == 2
    )
    rho = three.gray_test(cause, rho=1)
    assert rho.statistic == pytest.approx(reference(clock, "gray_rho")[cause], rel=ROUNDING)
    two = cx.aalen_johansen(melanoma(clock), "t", "cause", by="sex").gray_test(cause)
    assert two.statistic == pytest.approx(reference(clock, "gray_sex")[cause], rel=ROUNDING)
    assert two.df == 1 and f"Gray's test of {cause} by sex" in two.summary()


def test_the_order_of_groups_does_not_matter():
    rows = melanoma("tied")
    one = cx.aalen_johansen(rows, "t", "cause", by="group").gray_test("other")
    turned = rows.assign(group=rows["group"].map({"a": "z", "b": "y", "c": "x"}))
    other = cx.aalen_johansen(turned, "t", "cause", by="group").gray_test("other")
    assert other.statistic == pytest.approx(one.statistic, rel=1e-9)


def test_a_frequency_is_rows_repeated():
    rows = melanoma("tied")
    repeated = rows.loc[np.repeat(rows.index, rows["times"])]
    one = cx.aalen_johansen(repeated, "t", "cause", by="group").gray_test("other")
    counted = cx.aalen_johansen(rows, "t", "cause", by="group", weight="times", weight_kind="frequency")
    assert counted.gray_test("other").statistic == pytest.approx(one.statistic, rel=1e-10)


def test_what_cannot_be_tested_is_refused():
    rows = melanoma("tied")
    with pytest.raises(MeasureError, match="one segment only"):
        cx.aalen_johansen(rows, "t", "cause").gray_test("other")
    with pytest.raises(MeasureError, match="take one of melanoma, other"):
        cx.aalen_johansen(rows, "t", "cause", by="group").gray_test("price")
    for options in ({"weight": "weight"}, {"cluster": "cluster"}, {"entry": "start"}):
        found = cx.aalen_johansen(followed("tied"), "t", "cause", by="group", **options)
        with pytest.raises(MeasureError, match="not made for entries, clusters or sampling weights"):
            found.gray_test("other")


def test_a_segment_that_nobody_followed_long_enough_takes_no_part():
    """All of `a` were last seen before the first left: the test is that of the two others."""
    frame = pd.DataFrame(
        {"t": [1, 1, 5, 6, 7, 8, 7], "why": ["", "", "p", "q", "", "p", "p"], "of": list("aabbbcc")}
    )
    all_three = cx.aalen_johansen(frame, "t", "why", by="of").gray_test("p")
    two = cx.aalen_johansen(frame[frame["of"] != "a"], "t", "why", by="of").gray_test("p")
    assert two.statistic > 0 and (all_three.statistic, all_three.df) == pytest.approx((two.statistic, 1))
    assert all_three.rows["expected"].iloc[0] == 0


def test_a_level_called_as_a_missing_one_is_refused_where_one_is_missing():
    """Both were one level to the curves and two to the counts, so that a segment fell out of the test."""
    rows = melanoma("tied").assign(of=lambda all_: all_["group"].map({"a": "(missing)", "b": None, "c": "c"}))
    with pytest.raises(MeasureError, match="is what rows without one are called"):
        cx.aalen_johansen(rows, "t", "cause", by="of")
    with pytest.raises(MeasureError, match="column 'of'"):
        cx.kaplan_meier(rows, "t", "left", by=["sex", "of"])
    alone = rows.dropna(subset=["of"])
    assert cx.aalen_johansen(alone, "t", "cause", by="of").gray_test("other").df == 1


def test_what_nothing_can_be_said_of_is_refused():
    frame = pd.DataFrame({"t": [1, 1, 5, 6], "why": ["", "", "p", "q"], "of": list("aabb")})
    with pytest.raises(MeasureError, match="1 of 2 segments were followed while others could leave"):
        cx.aalen_johansen(frame, "t", "why", by="of").gray_test("p")
    with pytest.raises(MeasureError, match="rho=-1 is no number from 0"):
        cx.aalen_johansen(frame, "t", "why", by="of").gray_test("p", rho=-1)
