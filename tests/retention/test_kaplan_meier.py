"""Kaplan–Meier: against R's survfit, against brute force, and over data that cannot carry it."""

import pickle

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.melanoma import CLOCKS, EXACT, followed, melanoma, numbers, reference

FIGURES = ["time", "survival", "std_error", "conf_low", "conf_high"]


@pytest.fixture
def contracts() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "months": rng.integers(1, 25, 300).astype("float64"),
            "left": rng.integers(0, 2, 300),
            "market": rng.choice(["es", "it", "pl"], 300),
            "w": rng.uniform(0.5, 2, 300).round(3),
            "account": rng.integers(0, 60, 300),
        }
    )


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("log_log", {}),
        ("log", {"conf_type": "log"}),
        ("plain", {"conf_type": "plain"}),
        ("weighted", {"weight": "weight"}),
        ("clustered", {"weight": "weight", "cluster": "cluster"}),
        ("frequency", {"weight": "times", "weight_kind": "frequency"}),
        ("entry", {"entry": "start"}),
        ("entry_clustered", {"entry": "start", "weight": "weight", "cluster": "cluster"}),
    ],
)
def test_it_equals_survfit(clock, name, options):
    frame = followed(clock) if "entry" in options else melanoma(clock)
    rows = cx.kaplan_meier(frame, "t", "left", **options).rows
    for column in FIGURES:
        expected = numbers(reference(clock, name)[column])
        np.testing.assert_allclose(rows[column].to_numpy("float64"), expected, rtol=EXACT, err_msg=column)


@pytest.mark.parametrize("clock", CLOCKS)
def test_quantiles_and_their_intervals_are_those_of_r(clock):
    found = cx.kaplan_meier(melanoma(clock), "t", "left").quantile(0.25)
    columns = ["time", "conf_low", "conf_high"]
    assert found[columns].to_numpy().ravel().tolist() == reference(clock, "quartile")
    by = cx.kaplan_meier(melanoma(clock), "t", "left", by="group").quantile(0.25)
    np.testing.assert_array_equal(by[columns].to_numpy().T.ravel(), numbers(reference(clock, "by_group")))


def test_a_curve_that_stands_at_a_half_has_its_median_in_the_middle():
    # As R 4.2 with survival 3.5-3: survfit(Surv(1:4, c(1, 1, 1, 1)) ~ 1) has the median 2.5.
    frame = pd.DataFrame({"t": [1, 2, 3, 4], "e": 1})
    assert cx.kaplan_meier(frame, "t", "e").groups["median"].tolist() == [2.5]


def test_the_jackknife_of_equal_weights_is_greenwood(contracts):
    plain = cx.kaplan_meier(contracts, "months", "left").rows
    equal = cx.kaplan_meier(contracts.assign(w=3.5), "months", "left", weight="w").rows
    pd.testing.assert_frame_equal(equal, plain, rtol=1e-10)


def test_a_weight_of_two_is_the_row_twice(contracts):
    twice = contracts.assign(times=1 + contracts["account"] % 2)
    repeated = twice.loc[np.repeat(twice.index, twice["times"])]
    whole = cx.kaplan_meier(repeated, "months", "left").rows
    counted = cx.kaplan_meier(twice, "months", "left", weight="times", weight_kind="frequency").rows
    pd.testing.assert_frame_equal(counted, whole, rtol=1e-12)
    sampled = cx.kaplan_meier(twice, "months", "left", weight="times").rows
    np.testing.assert_allclose(sampled["survival"], whole["survival"], rtol=1e-12)


def test_neither_the_scale_of_weights_nor_the_order_of_rows_matters(contracts):
    one = cx.kaplan_meier(contracts, "months", "left", weight="w", cluster="account").rows
    turned = contracts.assign(w=contracts["w"] * 1e6)[::-1]
    other = cx.kaplan_meier(turned, "months", "left", weight="w", cluster="account").rows
    pd.testing.assert_frame_equal(other, one, rtol=1e-9)


def test_each_row_as_a_cluster_is_no_cluster(contracts):
    rows = contracts.assign(row=range(300), start=np.floor(contracts["months"] / 3))
    alone = cx.kaplan_meier(rows, "months", "left", weight="w", entry="start", cluster="row").rows
    none = cx.kaplan_meier(rows, "months", "left", weight="w", entry="start").rows
    pd.testing.assert_frame_equal(alone, none, rtol=1e-9)


def test_time_cut_into_pieces_is_the_same_curve(contracts):
    """A row from 0 to t, and two rows from 0 to a and from a to t, are one customer."""
    rows = contracts.assign(customer=range(300), start=0.0)
    middle = np.floor(rows["months"] / 2)
    first = rows.assign(months=middle, left=0)[middle > 0]
    pieces = pd.concat([first, rows.assign(start=middle)])
    whole = cx.kaplan_meier(rows, "months", "left", cluster="customer").rows
    cut = cx.kaplan_meier(pieces, "months", "left", entry="start", cluster="customer").rows
    pd.testing.assert_frame_equal(cut, whole, rtol=1e-9)


def test_every_engine_gives_the_same(contracts):
    frame = contracts.assign(market=contracts["market"].where(contracts["months"] > 1, None))
    expected = cx.kaplan_meier(frame, "months", "left", by="market", weight="w").rows
    assert expected["level"].iloc[-1] == "(missing)"
    engines = [pl.from_pandas(frame), pl.from_pandas(frame).lazy(), duckdb.sql("SELECT * FROM frame")]
    for engine in engines:
        found = cx.kaplan_meier(engine, "months", "left", by="market", weight="w").rows
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"by": "market"}, {"cluster": "account"}])
def test_many_different_durations_are_sorted_to_what_grouping_gives(options):
    """More than 1,000 durations take the way of sorting in memory, and that of the engine in DuckDB."""
    rng = np.random.default_rng(5)
    months = np.where(rng.random(4000) < 0.5, rng.exponential(10, 4000), rng.integers(1, 9, 4000))
    frame = pd.DataFrame(
        {
            "months": np.where(rng.random(4000) < 0.01, np.nan, months), "left": rng.random(4000) < 0.6,
            "market": rng.choice(["es", "it"], 4000), "w": rng.uniform(0.5, 2, 4000),
            "account": rng.integers(0, 300, 4000),
        }
    )  # fmt: skip
    here = cx.kaplan_meier(frame, "months", "left", **options)
    there = cx.kaplan_meier(duckdb.sql("SELECT * FROM frame"), "months", "left", **options)
    pd.testing.assert_frame_equal(here.rows, there.rows, rtol=1e-9)
    assert here.kept == there.kept == frame["months"].notna().mean()


def test_rows_without_duration_or_event_are_left_out_and_told(contracts):
    holes = contracts.assign(
        months=contracts["months"].where(contracts.index % 10 > 0, np.inf),
        left=contracts["left"].where(contracts.index % 10 != 1),
    )
    found = cx.kaplan_meier(holes, "months", "left")
    complete = contracts[contracts.index % 10 > 1]
    pd.testing.assert_frame_equal(found.rows, cx.kaplan_meier(complete, "months", "left").rows)
    assert found.kept == 0.8 and "80% of the rows" in found.summary()


def test_what_the_curve_says_at_a_time():
    frame = pd.DataFrame({"t": [2.0, 4, 4, 6], "e": [1, 1, 0, 0]})
    found = cx.kaplan_meier(frame, "t", "e").at([0, 2, 3.9, 4, 6, 6.1])
    np.testing.assert_allclose(found["survival"], [1, 0.75, 0.75, 0.5, 0.5, np.nan])
    # Nobody is left after the last: it is known for good.
    gone = cx.kaplan_meier(frame.assign(e=1), "t", "e").at([99.0])
    assert gone["survival"].tolist() == [0.0]


def test_nobody_left_everybody_left_and_one_time_only():
    frame = pd.DataFrame({"t": [1.0, 2, 3], "e": 0})
    nobody = cx.kaplan_meier(frame, "t", "e")
    assert nobody.rows.empty and nobody.at([2])["survival"].tolist() == [1.0]
    assert "fewer than half had left by 3" in nobody.summary()
    everybody = cx.kaplan_meier(frame.assign(e=True), "t", "e")
    np.testing.assert_allclose(everybody.rows["survival"], [2 / 3, 1 / 3, 0], atol=1e-15)
    assert np.isnan(everybody.rows["std_error"].iloc[-1])
    once = cx.kaplan_meier(frame.assign(t=5.0, e=[1, 0, 0]), "t", "e").rows
    assert once["survival"].tolist() == [pytest.approx(2 / 3)]


def test_a_segment_of_one_cluster_has_no_error(contracts):
    frame = contracts.assign(account=np.where(contracts["market"] == "es", 1, contracts["account"] + 2))
    rows = cx.kaplan_meier(frame, "months", "left", by="market", cluster="account").rows
    alone = rows["level"] == "es"
    assert rows.loc[alone, "std_error"].isna().all() and rows.loc[~alone, "std_error"].notna().any()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"months": -1.0}, {}, "time below 0"),
        ({"left": 2}, {}, "neither 0 nor 1, such as 2"),
        ({"left": "yes"}, {}, "not numbers"),
        ({"left": np.nan}, {}, "none of 300 rows has both months and left"),
        ({}, {"weight": "neg"}, "negative one"),
        ({}, {"entry": "months"}, "end before they were followed"),
        ({}, {"entry": "neg"}, "time below 0"),
        ({}, {"entry": "hole"}, "300 rows have no entry"),
        ({}, {"cluster": "hole"}, "300 rows have no cluster"),
        ({}, {"cluster": "one"}, "of one cluster"),
        ({}, {"by": "markt"}, "no column 'markt'"),
        ({}, {"by": ["market", "market"]}, "twice"),
        ({}, {"conf_type": "logit"}, "take one of log_log, log, plain"),
        ({}, {"conf_level": 95}, "confidence level"),
        ({}, {"weight": "w", "weight_kind": "frequency"}, "not whole numbers"),
        ({}, {"weight": "w", "weight_kind": "none"}, "take one of sampling, frequency"),
    ],
)
def test_what_cannot_be_answered_is_refused(contracts, change, options, said):
    frame = contracts.assign(neg=-1.0, hole=np.nan, one=1, **change)
    with pytest.raises(MeasureError, match=said):
        cx.kaplan_meier(frame, "months", "left", **options)


def test_times_shares_and_frames_that_are_none_are_refused(contracts):
    found = cx.kaplan_meier(contracts, "months", "left")
    for call in (lambda: found.at([-1]), lambda: found.at("x"), lambda: found.quantile(1)):
        with pytest.raises(MeasureError, match="is none"):
            call()
    with pytest.raises(MeasureError, match="none of 0 rows"):
        cx.kaplan_meier(contracts[:0], "months", "left")
    with pytest.raises(MeasureError, match="a list is no frame"):
        cx.kaplan_meier([1], "months", "left")


def test_small_segments_and_thin_tails_are_hidden(contracts):
    few = pd.concat([contracts[contracts["market"] == "es"][:5], contracts[contracts["market"] != "es"]])
    whole = cx.kaplan_meier(few, "months", "left", by="market")
    shown = whole.suppress(30)
    hidden = shown.groups["suppressed"]
    # The smallest of the others goes with it: else it could be found from the total.
    assert hidden.sum() == 2 and hidden.iloc[0] and shown.groups.loc[hidden, "n"].isna().all()
    tail = shown.rows[~shown.rows["suppressed"]]
    assert tail["n_risk"].min() >= 30 and "suppressed for small bases" in shown.summary()
    level = shown.groups.loc[~hidden, "level"].iloc[0]
    beyond = whole.rows[(whole.rows["level"] == level) & (whole.rows["n_risk"] < 30)]["time"].iloc[0]
    told = shown.at([beyond - 0.5, beyond])
    assert told.loc[told["level"] == level, "survival"].notna().tolist() == [True, False]
    with pytest.raises(MeasureError, match="ask before suppress"):
        shown.log_rank()
    assert shown.suppress(5) is shown
    nothing = cx.kaplan_meier(few, "months", "left").suppress(1000)
    assert "too few rows to say" in nothing.summary() and nothing.rows["suppressed"].all()


def test_nothing_of_what_was_hidden_stays_in_the_result(contracts):
    few = contracts.assign(months=contracts["months"] + 1 / 7, market="es").iloc[:40]
    whole = cx.kaplan_meier(few, "months", "left")
    # A time at which fewer than 20 were at risk, as it stands in memory.
    secret = np.float64(whole.rows.loc[whole.rows["n_risk"] < 20, "time"].iloc[-2]).tobytes()
    assert secret in pickle.dumps(whole)
    assert secret not in pickle.dumps(whole.suppress(20))
    # Nothing was cut off, but what the errors are made of knows who was still there.
    shown = whole.suppress(1)
    assert shown.counts is None and b"FollowedCounts" not in pickle.dumps(shown)
    pd.testing.assert_frame_equal(shown.rows, whole.rows)


def test_what_is_read_at_each_time_is_what_stands_there(contracts):
    found = cx.kaplan_meier(contracts, "months", "left")
    at = found.at(found.rows["time"])
    for _ in range(2):  # errors are found once, and then remembered
        pd.testing.assert_frame_equal(at[FIGURES], found.rows[FIGURES])


@pytest.mark.parametrize("entry", [None, "start"])
def test_the_number_still_followed_is_counted_at_any_time(contracts, entry):
    """By hand at times with and without leavers, and after the last of them, up to the last of all."""
    rng = np.random.default_rng(3)
    frame = contracts.assign(start=np.where(rng.random(300) < 0.5, 0, contracts["months"] / 3))
    frame.loc[frame["months"] > 20, "left"] = 0
    found = cx.kaplan_meier(frame, "months", "left", entry=entry)
    begun = frame["start"] if entry else 0 * frame["start"]
    times = [0.0, 0.5, 3.0, 3.5, 20.0, 20.5, 22.0, 24.0]
    by_hand = [((frame["months"] >= t) & ((begun < t) | (begun == 0))).sum() for t in times]
    assert found.at(times)["n_risk"].tolist() == by_hand and by_hand[-1] > 0
    assert found.at([25.0])["n_risk"].isna().all()
    at_events = found.at(found.rows["time"])["n_risk"]
    assert at_events.tolist() == found.rows["n_risk"].tolist()
    # Few are hidden, and who is shown stays as it was.
    shown = found.suppress(by_hand[-1] + 1).at(times)["n_risk"]
    assert shown[:-1].tolist() == by_hand[:-1] and shown.isna().tolist() == [False] * 7 + [True]
    assert found.suppress(5).suppress(by_hand[-2] + 1).at(times)["n_risk"].isna().sum() == 2


def test_what_it_says_and_shows(contracts):
    before = contracts.copy()
    found = cx.kaplan_meier(contracts, "months", "left", by="market", weight="w")
    assert repr(found) == found.summary() and "half had left by" in found.summary()
    assert found.summary().endswith("weighted).") and found.summary() in found._repr_html_()
    tidy = found.tidy()
    assert set(tidy["method"]) == {"infinitesimal_jackknife, log_log"} and set(tidy["by"]) == {"market"}
    pd.testing.assert_frame_equal(contracts, before)
