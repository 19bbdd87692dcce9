"""Retention against a loop over days, and tables worked out by hand."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.intervals import wilson
from cxlab.measure.contract_flow import contract_flow
from cxlab.measure.retention_rate import retention_rate
from cxlab.model.errors import MeasureError

START, END = "2026-01-01", "2026-12-31"
BY_HAND = pd.DataFrame(
    [
        # Kept by one contract, by two that follow each other, and by two that overlap.
        ("kept", "2020-01-01", "2027-06-30", "open"),
        ("renewed", "2025-07-01", "2026-06-30", "renewed"),
        ("renewed", "2026-07-01", "2027-06-30", "open"),
        ("overlap", "2025-03-01", "2026-10-31", "renewed"),
        ("overlap", "2026-02-01", "2027-02-01", "open"),
        # An open contract whose term is over runs on; one that ends on the last day is still there then.
        ("runs_on", "2024-01-01", "2026-03-31", "open"),
        ("last_day", "2024-01-01", "2026-12-31", "lost"),
        # Lost the day before, lost on the first day, gone before it.
        ("lost", "2024-01-01", "2026-12-30", "lost"),
        ("first_day", "2024-01-01", "2026-01-01", "lost"),
        ("gone", "2024-01-01", "2025-12-31", "lost"),
        # Left for 31 days and came back; new; new and gone again.
        ("back", "2025-01-01", "2026-03-31", "lost"),
        ("back", "2026-05-02", "2027-05-01", "open"),
        ("new", "2026-04-01", "2027-03-31", "open"),
        ("brief", "2026-04-01", "2026-05-31", "lost"),
    ],
    columns=["customer_id", "start", "end", "outcome"],
).assign(start=lambda rows: pd.to_datetime(rows["start"]), end=lambda rows: pd.to_datetime(rows["end"]))
AT_START = {"kept", "renewed", "overlap", "runs_on", "last_day", "lost", "first_day", "back"}
KEPT = AT_START - {"lost", "first_day"}


def test_the_flow_by_hand():
    flow = contract_flow(BY_HAND, START, END).set_index("customer_id")
    assert set(flow.index[flow["at_start"]]) == AT_START
    assert set(flow.index[flow["at_start"] & flow["at_end"]]) == KEPT
    assert set(flow.index[flow["at_end"] & ~flow["at_start"]]) == {"new"}
    assert set(flow.index[flow["came_back"]]) == {"back"}
    assert "brief" not in flow.index and "gone" not in flow.index


def test_the_rate_is_end_less_new_over_start():
    flow = contract_flow(BY_HAND, START, END)
    result = retention_rate(flow)
    end, new, start = flow["at_end"].sum(), (flow["at_end"] & ~flow["at_start"]).sum(), flow["at_start"].sum()
    row = result.rows.iloc[0]
    assert row["estimate"] == (end - new) / start == 6 / 8
    assert row["n"] == 8
    low, high = wilson(np.array([0.75]), np.array([8.0]), 0.95)
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([low[0], high[0]], rel=1e-14)
    assert result.tidy()["metric"].tolist() == ["retention_rate"]


def test_a_short_gap_may_be_bridged():
    assert not contract_flow(BY_HAND, START, END, gap=31)["came_back"].any()
    assert contract_flow(BY_HAND, START, END, gap=30)["came_back"].sum() == 1
    # Within the bridged days the customer counts as there, after the last contract never.
    inside = contract_flow(BY_HAND, "2026-04-15", END, gap=31).set_index("customer_id")
    assert inside.loc["back", "at_start"]
    assert not contract_flow(BY_HAND, "2026-06-15", END, gap=31)["customer_id"].eq("brief").any()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("gap", [0, 12])
def test_random_contracts_equal_a_loop_over_days(seed: int, gap: int):
    rng = np.random.default_rng(seed)
    n = 70
    start = np.datetime64("2026-01-01") + rng.integers(-60, 60, n)
    end = start + rng.integers(0, 40, n)
    outcome = rng.choice(["renewed", "lost", "open"], n, p=[0.5, 0.4, 0.1])
    customer = rng.choice([f"c{number}" for number in range(25)], n)
    frame = pd.DataFrame({"customer_id": customer, "start": start, "end": end, "outcome": outcome})
    flow = contract_flow(frame, "2026-01-01", "2026-01-31", gap=gap).set_index("customer_id")
    for name in frame["customer_id"].unique():
        days = _days_by_loop(frame[frame["customer_id"] == name], gap)
        first, last = np.datetime64("2026-01-01"), np.datetime64("2026-01-31")
        at_start, at_end = first in days, last in days
        between = all(first + step in days for step in range(31))
        expected = (at_start, at_end, at_start and at_end and not between)
        if not at_start and not at_end:
            assert name not in flow.index
        else:
            assert tuple(flow.loc[name]) == expected, name


def _days_by_loop(contracts: pd.DataFrame, gap: int) -> set[np.datetime64]:
    """Every day under contract within four months, short gaps between two contracts filled."""
    every = [np.datetime64("2025-10-25") + step for step in range(190)]
    days = set()
    for row in contracts.itertuples():
        for day in every:
            if row.start <= day and (day <= row.end or row.outcome == "open"):
                days.add(day)
    held = sorted(days)
    for one, other in pairwise(held):
        if (other - one).astype(int) - 1 <= gap:
            days |= {one + step for step in range((other - one).astype(int))}
    return days


def test_accounts_are_kept_where_one_contact_is():
    frame = BY_HAND.assign(
        account_id=BY_HAND["customer_id"].map({"lost": "A", "kept": "A", "first_day": "B"})
    )
    flow = contract_flow(frame, START, END, unit="account_id")
    assert flow["account_id"].tolist() == ["A", "B"]
    assert flow["at_end"].tolist() == [True, False]


def test_segments_are_joined_and_small_ones_stay_as_they_are():
    flow = contract_flow(BY_HAND, START, END)
    rows = retention_rate(flow.assign(g=np.where(flow["customer_id"] == "kept", "x", "y")), by="g").rows
    assert rows["n"].tolist() == [1, 7]
    assert rows["estimate"].tolist() == pytest.approx([1, 5 / 7])


def test_without_customers_at_the_start_there_is_no_rate():
    result = retention_rate(contract_flow(BY_HAND, "1990-01-01", "1990-12-31"))
    assert result.rows["n"].tolist() == [0] and result.rows["estimate"].isna().all()


def test_every_engine_reads_alike():
    import duckdb
    import polars as pl

    known = contract_flow(BY_HAND, START, END)
    for frame in (pl.from_pandas(BY_HAND), duckdb.from_df(BY_HAND)):
        pd.testing.assert_frame_equal(contract_flow(frame, START, END), known)


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        ({}, ("2026-12-31", "2026-01-01"), "runs backwards; name the first day first"),
        ({}, ("soon", "2026-01-01"), "'soon' is no day"),
        ({"end": pd.Timestamp("2019-01-01")}, (START, END), "14 contracts end before they start"),
        ({"start": pd.NaT}, (START, END), "14 contracts lack the first or the last day"),
        ({"end": pd.NaT}, (START, END), "8 contracts lack the first or the last day"),
        ({"start": "2020"}, (START, END), "the column 'start' holds String, not dates"),
    ],
)
def test_bad_contracts_are_refused(change: dict, arguments: tuple[str, str], said: str):
    with pytest.raises(MeasureError, match=said):
        contract_flow(BY_HAND.assign(**change), *arguments)
    with pytest.raises(MeasureError, match="a gap of -1 days is none"):
        contract_flow(BY_HAND, START, END, gap=-1)
    with pytest.raises(MeasureError, match="there is no column 'account'"):
        contract_flow(BY_HAND, START, END, unit="account")


def test_flags_must_be_flags():
    with pytest.raises(MeasureError, match="the column 'at_end' holds Int64, not yes or no"):
        retention_rate(pd.DataFrame({"at_start": [True], "at_end": [1]}))
