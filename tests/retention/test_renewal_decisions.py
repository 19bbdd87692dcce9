"""Decisions are taken out of the books as they stood on a day: against a loop, and whatever comes later."""

from itertools import product

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxlab as cx
from cxlab.model.errors import MeasureError

AS_OF = "2026-03-15"
DAY = pd.Timestamp(AS_OF)
ASKED = {"scales": (1, 10), "by": ("segment",)}


def books(seed: int, n: int = 60) -> dict[str, pd.DataFrame]:
    """Customers with yearly contracts one after another from 2023 on, and answers at any time."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(n):
        start = pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(rng.integers(0, 700)))
        while start < pd.Timestamp("2027-06-01"):
            end = start + pd.Timedelta(days=int(rng.integers(330, 400)))
            outcome = (
                rng.choice(["renewed", "lost"], p=[0.8, 0.2]) if end < pd.Timestamp("2026-12-01") else "open"
            )
            rows.append((f"c{customer}", start, end, float(rng.integers(50, 500)), outcome))
            if outcome != "renewed":
                break
            start = end + pd.Timedelta(days=1)
    contracts = pd.DataFrame(rows, columns=["customer_id", "start", "end", "value", "outcome"])
    contracts["contract_id"] = [f"v{place}" for place in range(len(contracts))]
    contracts["account_id"] = np.where(
        contracts["customer_id"].str[1:].astype(int) % 3 > 0, "a" + contracts["customer_id"], None
    )
    k = 4 * n
    moments = pd.Timestamp("2023-06-01") + pd.to_timedelta(rng.integers(0, 1300 * 86400, k), unit="s")
    responses = pd.DataFrame(
        {
            "response_id": [f"r{place}" for place in range(k)],
            "customer_id": rng.choice([f"c{customer}" for customer in range(n)] + [None], k),
            "responded_at": moments,
            "renew_q1": rng.choice([*np.arange(1.0, 11.0), np.nan], k),
            "renew_q2": rng.choice([*np.arange(1.0, 11.0), np.nan], k),
        }
    )  # fmt: skip
    customers = pd.DataFrame({"customer_id": [f"c{customer}" for customer in range(n)]})
    return {
        "contracts": contracts, "responses": responses,
        "customers": customers.assign(segment=rng.choice(["x", "y"], n)),
    }  # fmt: skip


def answer_by_hand(tables, customer, until, max_age):
    """The index of the last answer to both questions before a moment; NaN where there is none."""
    own = tables["responses"].dropna(subset=["customer_id", "renew_q1", "renew_q2"])
    own = own[(own["customer_id"] == customer) & (own["responded_at"] < until)]
    own = own[own["responded_at"] >= until - pd.Timedelta(days=max_age)]
    if own.empty:
        return np.nan
    last = own.loc[own["responded_at"].idxmax()]
    return 100 * ((last["renew_q1"] - 1) / 9 + (last["renew_q2"] - 1) / 9) / 2


def by_hand(tables, *, months=6, periods=1, max_age=365, answers="period", holders="all", written_after=0):
    """One contract after another: where it goes, its period and its answer."""
    first = tables["responses"].dropna(subset=["customer_id", "renew_q1", "renew_q2"])["responded_at"].min()
    past, due = {}, {}
    for row in tables["contracts"].itertuples():
        if (holders == "accounts" and pd.isna(row.account_id)) or row.start >= DAY:
            continue
        place = 0
        while row.end < DAY + pd.DateOffset(months=months * place):
            place -= 1
        while row.end >= DAY + pd.DateOffset(months=months * (place + 1)):
            place += 1
        begin = min(DAY, DAY + pd.DateOffset(months=months * place))
        until = begin if answers == "period" else min(row.end, DAY)
        period = (DAY + pd.DateOffset(months=months * place)).date().isoformat()
        facts = (period, answer_by_hand(tables, row.customer_id, until, max_age))
        if row.end < DAY:
            written = row.outcome != "open" and row.end < DAY - pd.Timedelta(days=written_after)
            if row.end >= first and written:
                past[row.contract_id] = (*facts, row.outcome)
        elif place < periods:
            due[row.contract_id] = facts
    return past, due


OPTIONS = [
    {}, {"months": 3, "periods": 2, "max_age": 120}, {"answers": "decision", "holders": "accounts"},
    {"months": 1, "written_after": 40, "answers": "decision"},
]  # fmt: skip


@pytest.mark.parametrize(("seed", "options"), list(product([1, 2], OPTIONS)))
def test_history_and_due_are_those_of_a_loop_over_the_contracts(seed, options):
    tables = books(seed)
    found = cx.renewal_decisions(tables, AS_OF, **ASKED, **options)
    past, due = by_hand(tables, **options)
    assert len(past) > 30 and (len(due) > 3 or options.get("months") == 1)
    history = found.history.set_index("contract_id")
    assert history[["period", "outcome"]].agg(tuple, axis=1).to_dict() == {
        name: (period, outcome) for name, (period, _, outcome) in past.items()
    }
    assert history["renewal_index"].to_dict() == pytest.approx(
        {name: index for name, (_, index, _) in past.items()}, nan_ok=True
    )
    coming = found.due.set_index("contract_id")
    assert coming["period"].to_dict() == {name: period for name, (period, _) in due.items()}
    assert coming["renewal_index"].to_dict() == pytest.approx(
        {name: index for name, (_, index) in due.items()}, nan_ok=True
    )
    assert "outcome" not in coming and set(coming["due_month"]) == set(coming["end"].dt.strftime("%Y-%m"))
    counts = found.counts.set_index("reason")["n"]
    assert counts["in"] == len(tables["contracts"]) == counts.drop("in").sum()
    assert (counts["decided"], counts["due"]) == (len(past), len(due))


def later(tables, seed, change):
    """Change what is dated on the day of the forecast or after it, and nothing else."""
    rng = np.random.default_rng(seed)
    contracts, responses = tables["contracts"].copy(), tables["responses"].copy()
    if change == "outcomes":
        ahead = contracts["end"] >= DAY
        drawn = rng.choice(["renewed", "lost", "open"], int(ahead.sum()))
        contracts.loc[ahead, "outcome"] = drawn
    if change == "contracts":
        begun = contracts["start"] < DAY
        contracts = contracts[begun | (rng.random(len(contracts)) < 0.5)]
        contracts.loc[contracts["start"] >= DAY, "value"] *= 3
    if change == "answers":
        after = responses["responded_at"] >= DAY
        responses = responses[~after | (rng.random(len(responses)) < 0.5)]
        again = responses["responded_at"] >= DAY
        responses.loc[again, ["renew_q1", "renew_q2"]] = 1.0
    if change == "order":
        contracts = contracts.sample(frac=1, random_state=seed)
        responses = responses.sample(frac=1, random_state=seed)
    return {**tables, "contracts": contracts, "responses": responses}


@settings(max_examples=16, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    change=st.sampled_from(["outcomes", "contracts", "answers", "order"]),
    options=st.sampled_from(OPTIONS),
)
def test_nothing_dated_on_the_day_or_later_changes_a_row(seed, change, options):
    tables = books(seed % 7, 30)
    first = cx.renewal_decisions(tables, AS_OF, **ASKED, **options, books_end="2027-12-31")
    other = later(tables, seed, change)
    again = cx.renewal_decisions(other, AS_OF, **ASKED, **options, books_end="2027-12-31")
    pd.testing.assert_frame_equal(first.history, again.history)
    pd.testing.assert_frame_equal(first.due, again.due)
    pd.testing.assert_frame_equal(first.cohorts, again.cohorts)


def test_what_is_over_but_not_written_is_neither_past_nor_due():
    tables = books(3)
    over = tables["contracts"]["end"].between("2026-02-20", "2026-03-14")
    assert over.sum() >= 2
    open_ = tables["contracts"].assign(outcome=tables["contracts"]["outcome"].where(~over, "open"))
    found = cx.renewal_decisions({**tables, "contracts": open_}, AS_OF, **ASKED)
    names = set(tables["contracts"].loc[over, "contract_id"])
    assert not names & {*found.history["contract_id"], *found.due["contract_id"]}
    assert found.counts.set_index("reason")["n"]["not written yet"] == over.sum()
    assert "their outcome is not written" in found.summary()
    slow = cx.renewal_decisions(tables, AS_OF, **ASKED, written_after=30)
    assert slow.history["end"].max() < DAY - pd.Timedelta(days=30)


def survivors_by_hand(tables, months):
    """Customers whose first contract began after the books opened, and who is there after each renewal."""
    known = tables["contracts"][tables["contracts"]["start"] < DAY].sort_values("start")
    opened, cohorts = known["end"].min(), {}
    for _, own in known.groupby("customer_id"):
        if own["start"].min() > opened:
            place = 1
            while own["start"].min() < DAY - pd.DateOffset(months=months * place):
                place += 1
            cohorts.setdefault(place, []).append(own.reset_index(drop=True))
    found = {}
    for place, members in cohorts.items():
        there, row = members, [len(members)]
        while there:
            at = len(row) - 1
            if any(len(own) <= at or own["end"][at] >= DAY or own["outcome"][at] == "open" for own in there):
                break
            there = [own for own in there if own["outcome"][at] == "renewed"]
            row.append(len(there))
        found[(DAY - pd.DateOffset(months=months * place)).date().isoformat()] = row
    return found


@pytest.mark.parametrize("months", [2, 6])
def test_survivors_are_those_of_a_loop_over_the_customers(months):
    tables = books(4, 150)
    found = cx.renewal_decisions(tables, AS_OF, **ASKED, months=months)
    assert {name: rows["customers"].tolist() for name, rows in found.cohorts.groupby("cohort")} == (
        survivors_by_hand(tables, months)
    )
    assert max(map(len, found.survivors)) == (3 if months == 2 else 2) and all(
        len(cohort) > 1 for cohort in found.survivors
    )


def test_engines_agree_and_inputs_stay_as_they_are():
    tables = books(5)
    before = {name: table.copy() for name, table in tables.items()}
    first = cx.renewal_decisions(tables, AS_OF, **ASKED)
    for change in (pl.from_pandas, duckdb.from_df):
        other = cx.renewal_decisions({name: change(table) for name, table in tables.items()}, AS_OF, **ASKED)
        pd.testing.assert_frame_equal(first.history, other.history)
        pd.testing.assert_frame_equal(first.due, other.due)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_it_is_what_the_forecast_asks_for():
    found = cx.renewal_decisions(books(6, 400), AS_OF, **ASKED)
    made = cx.renewal_forecast(
        found.history, found.due, entity="contract_id", period="period", value="value", by="segment"
    )
    assert made.rows["n"].iloc[0] == len(found.due) and made.past == len(found.history)
    assert made.due_periods == (AS_OF,)
    bare = cx.renewal_decisions(books(6), AS_OF, questions=(), by=())
    assert "renewal_index" not in bare.history and len(bare.history)


def test_contracts_that_run_until_they_are_lost_are_told():
    tables = books(1)
    alone = tables["contracts"]["account_id"].isna() & (tables["contracts"]["outcome"] == "renewed")
    tables["contracts"] = tables["contracts"][~alone]
    said = cx.renewal_decisions(tables, AS_OF, **ASKED).summary()
    assert "No contract without an account was ever renewed" in said
    found = cx.renewal_decisions(tables, AS_OF, **ASKED, holders="accounts")
    assert found.history["account_id"].notna().all() and "ever renewed" not in found.summary()


def test_small_counts_are_hidden_with_one_that_would_tell_them():
    found = cx.renewal_decisions(books(3), AS_OF, **ASKED)
    counts = found.counts.set_index("reason")["n"]
    small = counts[(counts > 0) & (counts < 20)]
    shown = found.suppress(20)
    hidden = shown.counts.set_index("reason")["n"].isna()
    assert hidden[small.index].all() and hidden.sum() >= 2 and not hidden["in"]
    assert "v1" not in shown._repr_html_() and shown.suppress(5) is shown
    assert len(shown.history) == len(found.history)
    begun = found.cohorts.groupby("cohort")["customers"].transform("first")
    assert (shown.cohorts["customers"].isna() == (begun < 20)).all()


def _contracts(**changes):
    tables = books(2)
    contracts = tables["contracts"].copy()
    for name, (row, value) in changes.items():
        contracts.loc[row, name] = value
    return {**tables, "contracts": contracts}


@pytest.mark.parametrize(
    ("tables", "as_of", "options", "said"),
    [
        (_contracts(end=(0, pd.Timestamp("2020-01-01"))), AS_OF, {}, "1 contracts end before they start"),
        (_contracts(end=(0, pd.Timestamp("2025-12-31"))), AS_OF, {}, "overlap an earlier one"),
        (_contracts(value=(0, -5.0)), AS_OF, {}, "have a negative value"),
        (_contracts(outcome=(0, "maybe")), AS_OF, {}, "an outcome that is none of"),
        (_contracts(contract_id=(1, "v0")), AS_OF, {}, "1 contracts repeat the name of another"),
        (books(2), "2031-01-01", {}, "lies outside the books"),
        (books(2), "2020-01-01", {}, "lies outside the books"),
        (books(2), "soon", {}, "is no day"),
        (books(2), AS_OF, {"scales": (1, 5)}, "lies outside 1 to 5"),
        (books(2), AS_OF, {"months": 0}, "months=0 is no number of days"),
        (books(2), AS_OF, {"holders": "some"}, "unknown holders 'some'"),
        (books(2), AS_OF, {"by": ("colour",)}, "there is no column 'colour'"),
        ({"responses": books(2)["responses"]}, AS_OF, {}, "there is no table 'contracts'"),
        ({"contracts": books(2)["contracts"]}, AS_OF, {"by": ()}, "there is no table 'responses'"),
    ],
)
def test_what_cannot_be_right_is_refused(tables, as_of, options, said):
    with pytest.raises(MeasureError) as error:
        cx.renewal_decisions(tables, as_of, **{**ASKED, **options})
    assert said in str(error.value)
