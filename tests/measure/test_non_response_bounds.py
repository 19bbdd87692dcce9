"""Bounds under non-response: by brute force over what the silent could say."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.mean_score import mean_score
from cxlab.measure.non_response_bounds import non_response_bounds
from cxlab.measure.nps import nps
from cxlab.measure.top_box import top_box
from cxlab.model.errors import MeasureError

ANSWERS = pd.DataFrame({"nps": [3] * 10 + [8] * 30 + [10] * 60})


@pytest.mark.parametrize("silent", [1, 40, 150])
def test_the_bounds_are_the_extremes_of_the_whole_population(silent: int):
    result = non_response_bounds(nps(ANSWERS), 100 / (100 + silent))
    for score, bound in ((0, result.bound_low), (10, result.bound_high)):
        everyone = pd.concat([ANSWERS, pd.DataFrame({"nps": [score] * silent})])
        assert nps(everyone).rows["estimate"][0] == pytest.approx(bound, rel=1e-12)
    row = nps(ANSWERS).rows.iloc[0]
    assert result.conf_low < result.bound_low < row["estimate"] < result.bound_high < result.conf_high


def test_silent_customers_at_the_tipping_point_bring_it_to_the_threshold():
    # 100 answered with an NPS of 50 and 200 did not: at −10 among them, all have (5000 − 2000)/300 = 10.
    result = non_response_bounds(nps(ANSWERS), 1 / 3, threshold=10)
    assert (result.silent_at_threshold, result.tipping) == pytest.approx((-10, -60))
    silent = pd.DataFrame({"nps": [0] * 70 + [8] * 80 + [10] * 50})
    assert nps(pd.concat([ANSWERS, silent])).rows["estimate"][0] == pytest.approx(10)
    assert result.summary() == (
        "nps of nps is 50.0 points (33% answered); the silent would have to be 60.0 points lower than those "
        "who answered to bring it to 10.0 (bounds -50.0 to 83.3)."
    )


def test_a_headline_that_nothing_overturns():
    result = non_response_bounds(nps(ANSWERS), 0.9)
    assert not result.possible
    assert "nothing the silent could have said brings it to 0.0 (bounds 35.0 to 55.0)" in result.summary()
    complete = non_response_bounds(nps(ANSWERS), 1)
    assert (complete.bound_low, complete.bound_high, complete.possible) == (50, 50, False)


def test_shares_and_means_have_their_own_ends():
    share = non_response_bounds(top_box(ANSWERS, "nps"), 0.5, threshold=0.5)
    assert (share.bound_low, share.bound_high, share.tipping) == pytest.approx((0.3, 0.8, -0.2))
    mean = non_response_bounds(mean_score(ANSWERS, "nps"), 0.5, threshold=9)
    assert mean.bound_high == pytest.approx((8.7 + 10) / 2)
    assert "0.60 higher than those who answered" in mean.summary()
    assert share.tidy().shape == (1, len(type(share).__slots__))


def test_without_answers_nothing_is_said():
    result = non_response_bounds(nps(ANSWERS.iloc[:0]), 0.5)
    assert np.isnan(result.bound_low)
    assert (result.n, result.possible) == (0, False)
    assert "too few answers" in result.summary()


def test_what_cannot_be_bounded_is_refused():
    frame = ANSWERS.assign(g="a", score=ANSWERS["nps"])
    with pytest.raises(MeasureError, match="this is by segment; measure everyone, without by="):
        non_response_bounds(nps(frame, by="g"), 0.5)
    with pytest.raises(MeasureError, match="the ends of the scale of 'score' are not known"):
        non_response_bounds(mean_score(frame, "score"), 0.5, threshold=8)
    with pytest.raises(MeasureError, match="nothing says what would overturn 'mean_score'"):
        non_response_bounds(mean_score(frame, "nps"), 0.5)
    with pytest.raises(MeasureError, match="a threshold of 140 lies outside -100 to 100"):
        non_response_bounds(nps(frame), 0.5, threshold=140)
    for rate in (0, -0.1, 30, float("nan")):
        with pytest.raises(MeasureError, match="is none; name a share above 0 and at most 1"):
            non_response_bounds(nps(frame), rate)
