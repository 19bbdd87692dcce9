"""The mean time there and the mean time lost up to a horizon."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.melanoma import CLOCKS, EXACT, followed, melanoma, reference


@pytest.mark.parametrize("clock", CLOCKS)
def test_means_and_errors_are_those_of_r(clock):
    horizon = reference(clock, "horizon")
    found = cx.kaplan_meier(melanoma(clock), "t", "left").restricted_mean(horizon)
    np.testing.assert_allclose(found[["mean", "std_error"]].iloc[0], reference(clock, "mean"), rtol=EXACT)
    found = cx.kaplan_meier(melanoma(clock), "t", "left", weight="times", weight_kind="frequency")
    expected = reference(clock, "frequency_mean")
    np.testing.assert_allclose(
        found.restricted_mean(horizon)[["mean", "std_error"]].iloc[0], expected, rtol=EXACT
    )
    lost = cx.aalen_johansen(melanoma(clock), "t", "cause").time_lost(horizon)
    expected = reference(clock, "aj_mean")
    np.testing.assert_allclose(lost["mean"], expected["mean"], rtol=EXACT)
    np.testing.assert_allclose(lost["std_error"], expected["std_error"], rtol=EXACT)


def test_time_there_and_time_lost_are_the_horizon():
    frame = followed("tied")
    options = {"by": "group", "weight": "weight", "entry": "start", "cluster": "cluster"}
    there = cx.kaplan_meier(frame, "t", "left", **options).restricted_mean(12)
    lost = cx.aalen_johansen(frame, "t", "cause", **options).time_lost(12).groupby("level")["mean"].sum()
    np.testing.assert_allclose(there["mean"].to_numpy() + lost.to_numpy(), 12, rtol=1e-12)


@pytest.mark.parametrize("entry", [None, "start"])
def test_the_error_is_the_derivative_by_the_weight_of_each_cluster(entry):
    frame, step, total = followed("tied"), 1e-4, np.zeros(3)
    frame = frame.assign(cluster=frame["cluster"] % 3)

    def means(weights):
        rows = frame.assign(w=weights)
        there = cx.kaplan_meier(rows, "t", "left", weight="w", entry=entry).restricted_mean(15)["mean"]
        lost = cx.aalen_johansen(rows, "t", "cause", weight="w", entry=entry).time_lost(15)["mean"]
        return np.concatenate([there, lost])

    for cluster in frame["cluster"].unique():
        mine = (frame["cluster"] == cluster) * step
        up, down = (means(frame["weight"] * (1 + sign * mine)) for sign in (1, -1))
        total += ((up - down) / (2 * step)) ** 2
    options = {"weight": "weight", "entry": entry, "cluster": "cluster"}
    there = cx.kaplan_meier(frame, "t", "left", **options).restricted_mean(15)["std_error"]
    lost = cx.aalen_johansen(frame, "t", "cause", **options).time_lost(15)["std_error"]
    np.testing.assert_allclose(np.concatenate([there, lost]), np.sqrt(total), rtol=1e-6)


def test_without_censoring_it_is_the_mean_of_the_durations_cut_at_the_horizon():
    t = np.random.default_rng(3).exponential(10, 500)
    frame = pd.DataFrame({"t": t, "e": 1})
    found = cx.kaplan_meier(frame, "t", "e").restricted_mean(12).iloc[0]
    cut = np.minimum(t, 12)
    assert found["mean"] == pytest.approx(cut.mean(), rel=1e-12)
    assert found["std_error"] == pytest.approx(cut.std() / np.sqrt(500), rel=1e-10)


def test_a_horizon_beyond_what_was_seen_has_no_mean():
    frame = pd.DataFrame({"t": [2.0, 4, 6], "e": [1, 1, 0], "c": ["a", "a", None]})
    assert cx.kaplan_meier(frame, "t", "e").restricted_mean(7)["mean"].isna().all()
    assert cx.aalen_johansen(frame, "t", "c").time_lost(7)["mean"].isna().all()
    everybody = cx.kaplan_meier(frame.assign(e=1), "t", "e").restricted_mean(99)
    assert everybody["mean"].tolist() == [pytest.approx(4)]
    nobody = cx.kaplan_meier(frame.assign(e=0), "t", "e").restricted_mean(5)
    assert nobody[["mean", "std_error"]].iloc[0].tolist() == [5, 0]
    early = cx.kaplan_meier(frame, "t", "e").restricted_mean(1.5)
    assert early[["mean", "std_error"]].iloc[0].tolist() == [1.5, 0]
    for horizon in (0, -1, np.nan, "x"):
        with pytest.raises(MeasureError, match="is none"):
            cx.kaplan_meier(frame, "t", "e").restricted_mean(horizon)
