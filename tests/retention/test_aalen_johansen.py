"""Aalen–Johansen: against R's survfit, the Telco customers, brute force, and data that cannot carry it."""

import os
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.melanoma import CLOCKS, EXACT, followed, melanoma, numbers, reference


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("aj", {}),
        ("aj_weighted", {"weight": "weight"}),
        ("aj_clustered", {"weight": "weight", "cluster": "cluster"}),
        ("aj_entry", {"entry": "start"}),
    ],
)
def test_it_equals_survfit(clock, name, options):
    frame = followed(clock) if "entry" in options else melanoma(clock)
    rows = cx.aalen_johansen(frame, "t", "cause", **options).rows
    expected = reference(clock, name)
    for cause in ("melanoma", "other"):
        found = rows[rows["cause"] == cause]
        assert found["time"].tolist() == expected["time"]
        np.testing.assert_allclose(found["incidence"], expected[cause], rtol=EXACT)
        np.testing.assert_allclose(found["std_error"], expected[f"{cause}_error"], rtol=EXACT)
    if "melanoma_low" in expected:
        found = rows[rows["cause"] == "melanoma"]
        for end in ("low", "high"):
            there = numbers(expected[f"melanoma_{end}"])
            np.testing.assert_allclose(found[f"conf_{end}"], there, rtol=EXACT)


def test_the_published_incidence_of_melanoma():
    # check values of the design: cause 1 at 1000, 2000 and 3000 days
    found = cx.aalen_johansen(melanoma("time"), "time", "cause").at([1000, 2000, 3000])
    assert found["incidence"].round(5).tolist()[:3] == [0.12746, 0.23014, 0.30962]


@pytest.mark.skipif("CXLAB_DATA" not in os.environ, reason="CXLAB_DATA does not name the folder of real data")
def test_why_the_telco_customers_left():
    folder = Path(os.environ["CXLAB_DATA"]) / "ibm_telco_extended"
    status = pd.read_csv(folder / "Telco_customer_churn_status.csv")
    services = pd.read_csv(folder / "Telco_customer_churn_services.csv")
    rows = status.merge(services[["Customer ID", "Tenure in Months"]], on="Customer ID")
    service = {"Attitude": "Service", "Dissatisfaction": "Service"}
    rows["why"] = rows["Churn Category"].replace(service)
    assert rows["why"].notna().sum() == (rows["Churn Value"] == 1).sum() == 1869
    found = cx.aalen_johansen(rows, "Tenure in Months", "why").at([72]).set_index("cause")["incidence"]
    # check values of the design, five digits
    expected = {"Price": 0.04936, "Service": 0.13220, "Competitor": 0.18486, "Other": 0.04062}
    assert found.round(5).to_dict() == expected
    naive = cx.kaplan_meier(rows.assign(price=rows["why"] == "Price"), "Tenure in Months", "price").at([72])
    assert 1 - naive["survival"].iloc[0] == pytest.approx(0.0624, abs=5e-5)


@pytest.fixture
def contracts() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    months = rng.integers(1, 25, 400).astype("float64")
    return pd.DataFrame(
        {
            "months": months,
            "start": np.floor(months * rng.uniform(0, 0.9, 400) * (rng.random(400) < 0.4)),
            "why": rng.choice(["price", "service", "", "competitor"], 400),
            "market": rng.choice(["es", "it"], 400),
            "w": rng.uniform(0.5, 2, 400).round(3),
            "account": rng.integers(0, 50, 400),
        }
    )


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"entry": "start", "cluster": "account"}])
def test_the_causes_and_those_still_there_are_everyone(contracts, options):
    times = np.arange(1.0, 25)
    flagged = contracts.assign(left=contracts["why"] != "")
    by_cause = cx.aalen_johansen(contracts, "months", "why", **options).at(times)
    there = cx.kaplan_meier(flagged, "months", "left", **options).at(times)["survival"]
    left = by_cause.groupby("time")["incidence"].sum()
    np.testing.assert_allclose(left.to_numpy() + there.to_numpy(), 1, rtol=1e-12)


@pytest.mark.parametrize("by_row", ["w", "months"])
@pytest.mark.parametrize("entry", [None, "start"])
def test_curves_are_those_of_fractions_and_sum_to_one(contracts, by_row, entry):
    """Brute force without rounding: every row looked at, at every time, in fractions of its exact weight."""
    frame = contracts[contracts["months"] > contracts["start"]]
    weight = [Fraction(w) for w in frame[by_row]]
    begun = frame["start"] if entry else np.zeros(len(frame))
    rows = list(zip(begun, frame["months"], frame["why"], weight, strict=True))
    survival, gone = Fraction(1), dict.fromkeys(("competitor", "price", "service"), Fraction(0))
    brute = []
    for time in sorted({months for _, months, why, _ in rows if why}):
        risk = sum(w for start, months, _, w in rows if start < time <= months)
        left = {cause: sum(w for *_, t, why, w in rows if t == time and why == cause) for cause in gone}
        gone = {cause: share + survival * left[cause] / risk for cause, share in gone.items()}
        survival *= 1 - Fraction(sum(left.values())) / risk
        assert survival + sum(gone.values()) == 1
        brute.append((time, float(survival), *map(float, gone.values())))
    times, there, *shares = np.array(brute).T
    asked = {"weight": by_row, "entry": entry}
    found = cx.aalen_johansen(frame, "months", "why", **asked).at(times)
    alive = cx.kaplan_meier(frame.assign(left=frame["why"] != ""), "months", "left", **asked).at(times)
    every = found["incidence"].to_numpy().reshape(3, -1)
    # A few roundings of doubles (1.1e-16) per time.
    np.testing.assert_allclose(alive["survival"], there, rtol=0, atol=1e-14)
    np.testing.assert_allclose(every, shares, rtol=0, atol=1e-14)
    np.testing.assert_allclose(every.sum(axis=0) + alive["survival"], 1, rtol=0, atol=1e-14)


def test_a_single_cause_is_one_less_kaplan_meier(contracts):
    flagged = contracts.assign(left=contracts["why"] != "", why=np.where(contracts["why"] != "", "any", ""))
    one = cx.aalen_johansen(flagged, "months", "why", weight="w", cluster="account").rows
    other = cx.kaplan_meier(flagged, "months", "left", weight="w", cluster="account").rows
    np.testing.assert_allclose(one["incidence"], 1 - other["survival"], rtol=1e-12)
    np.testing.assert_allclose(one["std_error"], other["std_error"], rtol=1e-10)


@pytest.mark.parametrize("entry", [None, "start"])
def test_the_error_is_the_derivative_by_the_weight_of_each_cluster(contracts, entry):
    """Brute force: each account's weight a little up and a little down."""
    times, step, total = [6.0, 12.0, 18.0], 1e-4, 0.0
    frame = contracts[contracts["account"] < 7]

    def incidence(weights):
        rows = frame.assign(w=weights)
        return cx.aalen_johansen(rows, "months", "why", weight="w", entry=entry).at(times)["incidence"]

    for account in frame["account"].unique():
        mine = (frame["account"] == account) * step
        ends = [incidence(frame["w"] * (1 + sign * mine)).to_numpy() for sign in (1, -1)]
        total = total + ((ends[0] - ends[1]) / (2 * step)) ** 2
    found = cx.aalen_johansen(frame, "months", "why", weight="w", entry=entry, cluster="account").at(times)
    np.testing.assert_allclose(found["std_error"], np.sqrt(total), rtol=1e-6)  # of the difference quotient


def test_a_weight_of_two_is_the_row_twice(contracts):
    twice = contracts.assign(times=1 + contracts["account"] % 2)
    repeated = twice.loc[np.repeat(twice.index, twice["times"])]
    whole = cx.aalen_johansen(repeated, "months", "why").rows
    counted = cx.aalen_johansen(twice, "months", "why", weight="times", weight_kind="frequency").rows
    pd.testing.assert_frame_equal(counted, whole, rtol=1e-12)


def test_equal_weights_are_no_weights(contracts):
    plain = cx.aalen_johansen(contracts, "months", "why").rows
    equal = cx.aalen_johansen(contracts.assign(w=7.0), "months", "why", weight="w").rows
    pd.testing.assert_frame_equal(equal, plain, rtol=1e-12)


def test_every_engine_and_spelling_gives_the_same(contracts):
    expected = cx.aalen_johansen(contracts, "months", "why", by="market").rows
    missing = contracts.assign(why=contracts["why"].replace("", None))
    category = missing.assign(why=missing["why"].astype("category"))
    frames = [missing, category, pl.from_pandas(missing), duckdb.sql("SELECT * FROM contracts")]
    for frame in frames:
        found = cx.aalen_johansen(frame, "months", "why", by="market").rows
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)
    named = contracts.assign(why=contracts["why"].replace("", "stayed"))
    found = cx.aalen_johansen(named, "months", "why", by="market", censored="stayed").rows
    pd.testing.assert_frame_equal(found, expected)
    code = contracts["why"].map({"": 0, "competitor": 1, "price": 2, "service": 3})
    found = cx.aalen_johansen(contracts.assign(why=code), "months", "why", by="market", censored=0).rows
    pd.testing.assert_frame_equal(found.drop(columns="cause"), expected.drop(columns="cause"))


def test_a_cause_that_nobody_of_a_segment_had(contracts):
    frame = contracts[(contracts["market"] == "it") | (contracts["why"] != "price")]
    found = cx.aalen_johansen(frame, "months", "why", by="market")
    price = found.rows[(found.rows["level"] == "es") & (found.rows["cause"] == "price")]
    assert (price["incidence"] == 0).all() and (price["std_error"] == 0).all()
    assert "price 0.0% (nobody)" in found.summary()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"why": ""}, "nobody left: there is no cause"),
        ({"why": 0}, "0 may be a cause"),
        ({"months": np.nan}, "none of 400 rows has both months and why"),
        ({"months": -2.0}, "time below 0"),
        ({"months": "long"}, "not numbers"),
    ],
)
def test_what_cannot_be_answered_is_refused(contracts, change, said):
    with pytest.raises(MeasureError, match=said):
        cx.aalen_johansen(contracts.assign(**change), "months", "why")


def test_a_rare_cause_keeps_its_share_and_not_its_count(contracts):
    rare = contracts.assign(why=contracts["why"].mask(contracts.index < 5, "moved"))
    found = cx.aalen_johansen(rare, "months", "why")
    shown = found.suppress(10)
    moved = shown.groups.set_index("cause").loc["moved"]
    assert moved["incidence"] == found.groups.set_index("cause").loc["moved", "incidence"] > 0
    assert pd.isna(moved["events"]) and shown.rows.query("cause == 'moved'")["n_event"].isna().all()
    assert shown.groups["events"].notna().sum() == 3 and "moved 1" in shown.summary()
    assert "(nobody)" not in shown.summary()


def test_small_segments_are_hidden_with_all_their_causes(contracts):
    frame = contracts.assign(market=np.where(contracts.index < 8, "pl", contracts["market"]))
    found = cx.aalen_johansen(frame, "months", "why", by="market")
    shown = found.suppress(20)
    hidden = shown.groups[shown.groups["suppressed"]]
    assert len(hidden) == 6 and "pl" in set(hidden["level"]) and hidden["incidence"].isna().all()
    assert shown.tidy().query("suppressed")["n_event"].isna().all()
    with pytest.raises(MeasureError, match="ask before suppress"):
        shown.time_lost(12)
    assert "too few rows" in found.suppress(10_000).summary()
    assert found.summary() in found._repr_html_() and repr(found) == found.summary()
