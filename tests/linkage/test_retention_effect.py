"""Leaving on a score: R's logit and hazard, and who is at risk."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import R_PANEL, REFERENCE, cr1, panel


def test_odds_are_rs_logit_with_clustered_errors():
    result = cx.retention_effect(R_PANEL, "left", "x", model="logit", leaves=1, controls=["z"], entity="id")
    theirs = REFERENCE["logit"]
    np.testing.assert_allclose(result.rows["coefficient"], theirs["estimate"], rtol=1e-8)
    errors = np.sqrt(np.diagonal(cr1(theirs["covariance"], 240, 40, 3)))
    np.testing.assert_allclose(result.rows["std_error"], errors, rtol=1e-6)
    np.testing.assert_allclose(result.rows["ratio"], np.exp(theirs["estimate"]), rtol=1e-8)


def test_hazards_are_rs_complementary_log_log():
    # R's rows go on after leaving, so each row is an entity of its own and clusters are named.
    frame = R_PANEL.assign(row=range(240))
    result = cx.retention_effect(
        frame, "left", "x", leaves=1, controls=["z"], time="t", entity="row", cluster="id"
    )
    theirs = REFERENCE["hazard"]
    np.testing.assert_allclose(result.rows["coefficient"], theirs["estimate"], rtol=1e-8)
    errors = np.sqrt(np.diagonal(cr1(theirs["covariance"], 240, 40, 8)))
    np.testing.assert_allclose(result.rows["std_error"], errors, rtol=1e-6)


@pytest.mark.parametrize("model", ["logit", "hazard"])
def test_the_average_effect_is_the_slope_of_the_mean_chance(model: str):
    frame = panel().drop_duplicates("id", keep="last").assign(period="all")
    frame = pd.concat([frame.assign(period="a"), frame.assign(period="b", id=frame["id"] + 1000)])
    result = cx.retention_effect(frame, "retained", "nps", model=model, time="period", entity="id")
    row = result.rows.iloc[0]

    # The constant is where its score equation is 0, the slope being given.
    eta = row["coefficient"] * frame["nps"]
    left = 1 - frame["retained"]
    low, high = -30.0, 30.0
    for _ in range(200):
        middle = (low + high) / 2
        if _score(eta + middle, left, model) > 0:
            low = middle
        else:
            high = middle
    ends = [_mean(eta + h * row["coefficient"] + low, model).mean() for h in (1e-5, -1e-5)]
    assert row["effect"] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6)


def _mean(eta: pd.Series, model: str) -> pd.Series:
    return 1 / (1 + np.exp(-eta)) if model == "logit" else 1 - np.exp(-np.exp(eta))


def _score(eta: pd.Series, left: pd.Series, model: str) -> float:
    mean = _mean(eta, model)
    slope = mean * (1 - mean) if model == "logit" else np.exp(eta - np.exp(eta))
    return float(((left - mean) * slope / (mean * (1 - mean))).sum())


def test_leaving_and_staying_are_one_question():
    frame = panel().assign(left=lambda frame: 1 - frame["retained"])
    options = {"model": "logit", "entity": "id"}
    one = cx.retention_effect(frame, "retained", "nps", **options).rows
    other = cx.retention_effect(frame, "left", "nps", leaves=1, **options).rows
    pd.testing.assert_frame_equal(one, other)


def test_periods_in_which_all_stay_are_left_out_and_change_nothing():
    frame = panel()
    frame.loc[frame["period"] == "2025Q2", "retained"] = 1.0
    options = {"model": "logit", "time": "period", "cluster": "id"}
    result = cx.retention_effect(frame, "retained", "nps", **options)
    without = cx.retention_effect(frame[frame["period"] != "2025Q2"], "retained", "nps", **options)
    np.testing.assert_allclose(result.rows["coefficient"], without.rows["coefficient"], rtol=1e-12)
    assert result.notes[0].startswith("In 2025Q2 all stay or all leave: that says nothing of the ratio")
    assert result.basis.kept == pytest.approx(0.8)


def test_nobody_is_at_risk_after_leaving():
    with pytest.raises(MeasureError, match="entities that left in an earlier period"):
        cx.retention_effect(panel(), "retained", "nps", entity="id", time="period")
    frame = panel()
    gone = (1 - frame["retained"]).groupby(frame["id"]).cumsum() - (1 - frame["retained"])
    result = cx.retention_effect(frame[gone == 0], "retained", "nps", entity="id", time="period")
    assert result.leavers == int((frame["retained"] == 0).groupby(frame["id"]).any().sum())


def test_a_row_that_lacks_the_score_still_says_who_left():
    frame = panel()
    frame["retained"] = 1.0
    frame.loc[frame["period"] == "2025Q4", "retained"] = (frame["id"] % 3 > 0).astype(float)
    options = {"entity": "id", "time": "period"}
    assert cx.retention_effect(frame, "retained", "nps", **options).leavers == 20
    back = frame.copy()
    back.loc[(back["id"] == 7) & (back["period"] == "2025Q2"), ["retained", "nps"]] = [0.0, np.nan]
    with pytest.raises(MeasureError, match="2 rows are of entities that left in an earlier period"):
        cx.retention_effect(back, "retained", "nps", **options)
    # Rows after leaving that are not used do no harm.
    back.loc[(back["id"] == 7) & (back["period"] > "2025Q2"), "nps"] = np.nan
    assert cx.retention_effect(back, "retained", "nps", **options).basis.n < 300


def test_averages_are_over_all_rows_at_risk():
    """In a period in which all stay a point changes nothing; its rows count, in the error too."""
    frame = panel(entities=80)
    frame.loc[frame["period"] == "2025Q2", "retained"] = 1.0
    options = {"model": "logit", "time": "period", "entity": "id"}

    def asked(rows: pd.DataFrame):
        return cx.retention_effect(rows, "retained", "nps", **options)

    result, row = asked(frame), asked(frame).rows.iloc[0]
    fitted = asked(frame[frame["period"] != "2025Q2"])
    assert row["effect"] == pytest.approx(0.8 * fitted.rows["effect"][0])
    assert result.share_leaving == pytest.approx(1 - frame["retained"].mean())
    drawn = frame[(frame["period"] != "2025Q2") | (frame["id"] % 2 > 0)]
    left = [asked(drawn[drawn["id"] != one]).rows["effect"][0] for one in range(80)]
    jackknife = np.sqrt(79 / 80 * ((np.array(left) - np.mean(left)) ** 2).sum())
    # Leaving one of G out and its infinitesimal form differ by the order of 1/G.
    assert asked(drawn).rows["effect_std_error"][0] == pytest.approx(jackknife, rel=2 / 80)


def test_few_leavers_are_said():
    frame = panel()
    frame["retained"] = 1.0
    frame.loc[frame.index[::45], "retained"] = 0.0
    result = cx.retention_effect(frame, "retained", "nps", model="logit", entity="id")
    assert "intervals may be too short" in result.notes[0]


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {}, "no time= was named"),
        ({}, {"model": "probit"}, "unknown model 'probit'; take one of logit, hazard"),
        ({"retained": 1.0}, {"model": "logit"}, "nobody leaves"),
        ({"retained": 0.0}, {"model": "logit"}, "everybody leaves"),
        ({"retained": lambda frame: frame["retained"] * 2}, {"model": "logit"}, "neither 0 nor 1, such as 2"),
        ({}, {"model": "logit", "leaves": 2}, "leaves=2 is neither 0 nor 1"),
        ({"retained": lambda frame: frame["nps"] > 6}, {"model": "logit"}, "tells the outcome perfectly"),
    ],
)
def test_what_is_no_leaving_is_refused(change: dict, options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        cx.retention_effect(panel().assign(**change), "retained", "nps", **options)
