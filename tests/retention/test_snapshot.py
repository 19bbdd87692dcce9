"""Snapshots: against a loop over customers, and blind to whatever comes after the cut-off."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_days import churn_days
from cxlab.retention.snapshot import snapshot

CUTOFF = pd.Timestamp("2025-01-01")
HORIZON = 60


def _random_tables(seed: int, n: int = 40) -> dict[str, pd.DataFrame]:
    """Random books: chains of contracts with gaps, events on both sides of the cut-off, some at midnight."""
    rng = np.random.default_rng(seed)
    names = [f"c{number:02d}" for number in range(n)]
    contracts = []
    for name in names:
        day = date(2023, 1, 1) + timedelta(int(rng.integers(0, 700)))
        for _ in range(int(rng.integers(1, 4))):
            end = day + timedelta(int(rng.integers(0, 400)))
            outcome = str(rng.choice(["renewed", "renewed", "lost", "open"]))
            reason = (
                str(rng.choice(["price", "service"])) if outcome == "lost" and rng.random() < 0.8 else None
            )
            contracts.append((name, day, end, float(rng.integers(1, 9)), outcome, reason))
            day = end + timedelta(int(rng.integers(1, 20)))

    def events(k: int) -> dict[str, object]:
        days = rng.integers(-500, 200, k)
        hours = rng.choice([0, 0, 5, 23], k)
        when = [CUTOFF + timedelta(days=int(d), hours=int(h)) for d, h in zip(days, hours, strict=True)]
        return {"customer_id": rng.choice([*names, "stranger"], k), "when": when}

    answers = pd.DataFrame(events(150)).rename(columns={"when": "responded_at"})
    complaints = pd.DataFrame(events(100)).rename(columns={"when": "opened_at"})
    contacts = pd.DataFrame(events(150)).rename(columns={"when": "at"})
    closed = complaints["opened_at"] + pd.to_timedelta(rng.integers(0, 90, 100), unit="D")
    return {
        "contracts": pd.DataFrame(
            contracts, columns=["customer_id", "start", "end", "value", "outcome", "reason"]
        ).astype({"start": "datetime64[us]", "end": "datetime64[us]"}),
        "responses": answers.assign(nps=rng.choice([np.nan, 0, 5, 9, 10], 150)),
        "complaints": complaints.assign(
            closed_at=closed.where(rng.random(100) < 0.8), severity=rng.choice([np.nan, 1, 3, 5], 100)
        ),
        "interactions": contacts.assign(
            issue_id=[f"i{number}" if number else None for number in rng.integers(0, 30, 150)],
            resolved=rng.random(150) < 0.5,
        ),
        "transactions": pd.DataFrame(events(200)).rename(columns={"when": "date"}).assign(
            amount=rng.integers(-5, 50, 200).astype(float)
        ),
        "goodwill": pd.DataFrame(events(50)).rename(columns={"when": "date"}).assign(
            amount=rng.integers(0, 50, 50).astype(float)
        ),
    }  # fmt: skip


def _with_eves(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The books with customers whose contract ended on the eve: renewed or open, and followed or not."""
    eve, again = CUTOFF - timedelta(days=1), CUTOFF + timedelta(days=40)
    rows = []
    for number, (outcome, start) in enumerate(
        [("renewed", CUTOFF), ("renewed", CUTOFF), ("renewed", again), ("renewed", None), ("open", CUTOFF)]
    ):
        rows.append((f"e{number}", pd.Timestamp("2024-02-01"), eve, 3.0 + number, outcome, None))
        if start is not None:
            ends = start + timedelta(days=30 + 50 * number)
            rows.append((f"e{number}", start, ends, 9.0, "lost" if number < 2 else "open", "price"))
    more = pd.DataFrame(rows, columns=tables["contracts"].columns).astype(
        tables["contracts"].dtypes.to_dict()
    )
    return tables | {"contracts": pd.concat([tables["contracts"], more], ignore_index=True)}


def _by_hand(tables: dict[str, pd.DataFrame], customer: str, window: int) -> dict[str, float]:
    """What a clerk with the folder of one customer would write down."""

    def folder(table: str, when: str) -> pd.DataFrame:
        rows = tables[table]
        return rows[(rows["customer_id"] == customer) & (rows[when] < CUTOFF)].sort_values(
            when, kind="stable"
        )

    def days(moment: pd.Timestamp) -> int:
        return (CUTOFF - moment.normalize()).days

    def recent(rows: pd.DataFrame, when: str) -> pd.DataFrame:
        return rows[rows[when] >= CUTOFF - timedelta(days=window)]

    own = folder("contracts", "start")
    running = own.iloc[-1]
    said = folder("responses", "responded_at").dropna(subset="nps").sort_values(["responded_at", "nps"])
    opened, contacts = folder("complaints", "opened_at"), recent(folder("interactions", "at"), "at")
    bought, given_away = folder("transactions", "date"), recent(folder("goodwill", "date"), "date")
    lately = recent(bought, "date")
    half = CUTOFF - timedelta(days=window) / 2
    issues: dict[object, bool] = {}
    for place, row in enumerate(contacts.sort_values(["at", "resolved"]).itertuples()):
        issues[place if pd.isna(row.issue_id) else row.issue_id] = row.resolved
    graveness = recent(opened, "opened_at")["severity"].max()
    return {
        "tenure_days": days(own["start"].min()),
        "contract_value": running["value"],
        "contract_days": days(running["start"]),
        "contracts_n": len(own),
        "days_to_end": (running["end"] - CUTOFF).days + 1,
        "nps_last": said["nps"].iloc[-1] if len(said) else np.nan,
        "nps_change": said["nps"].iloc[-1] - said["nps"].iloc[-2] if len(said) > 1 else np.nan,
        "nps_n": len(recent(said, "responded_at")),
        "nps_days": days(said["responded_at"].iloc[-1]) if len(said) else np.nan,
        "complaints_n": len(recent(opened, "opened_at")),
        "complaints_open": sum(pd.isna(day) or day >= CUTOFF for day in opened["closed_at"]),
        "complaints_severity": graveness,
        "complaints_days": days(opened["opened_at"].iloc[-1]) if len(opened) else np.nan,
        "contacts_n": len(contacts),
        "issues_n": len(issues),
        "issues_unresolved": sum(not resolved for resolved in issues.values()),
        "purchases_n": len(lately),
        "purchases_amount": lately["amount"].sum(),
        "purchases_trend": lately.loc[lately["date"] >= half, "amount"].sum()
        - lately.loc[lately["date"] < half, "amount"].sum(),
        "purchases_days": days(bought["date"].iloc[-1]) if len(bought) else np.nan,
        "goodwill_n": len(given_away),
        "goodwill_amount": given_away["amount"].sum(),
    }


@pytest.mark.parametrize("seed", range(3))
def test_features_and_labels_are_those_of_a_loop_over_the_customers(seed):
    tables = _with_eves(_random_tables(seed, n=25))
    window = 200 + 50 * seed
    result = snapshot(tables, "2025-01-01", HORIZON, window=window, books_end="2025-05-01")
    contracts = tables["contracts"]
    running = contracts[(contracts["start"] < CUTOFF) & (contracts["end"] >= CUTOFF)]
    at_risk = sorted([*running["customer_id"], "e0", "e1"])
    assert result.features.index.tolist() == at_risk and len(running) > 5
    for name, row in result.features.iterrows():
        assert row.to_dict() == pytest.approx(_by_hand(tables, name, window), nan_ok=True), name
        ending = contracts[(contracts["customer_id"] == name) & (contracts["end"] >= CUTOFF)]
        ending = ending[ending["end"] < CUTOFF + timedelta(days=HORIZON)].sort_values("end")
        starts = contracts.loc[contracts["customer_id"] == name, "start"]
        followed = [((starts > end) & (starts <= "2025-05-01")).any() for end in ending["end"]]
        settled = [
            outcome
            for outcome, next_came in zip(ending["outcome"], followed, strict=True)
            if outcome == "lost" or (outcome == "open" and not next_came)
        ]
        expected = {"lost": 1, "open": None, "stayed": 0}[settled[0] if settled else "stayed"]
        label = result.label[name]
        assert (None if pd.isna(label) else int(label)) == expected, name
        if expected == 1:
            why = ending.loc[ending["outcome"] == "lost", "reason"].iloc[0]
            assert result.causes[name] == ("unknown" if pd.isna(why) else why)
        else:
            assert pd.isna(result.causes[name])
    assert result.counts["n"].sum() == result.n == len(at_risk)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000), change=st.integers(0, 10_000), how=st.sampled_from(["drop", "alter", "add"])
)
def test_no_later_row_changes_a_feature(seed, change, how):
    """Of contracts, those that begin on the cut-off after a renewal stay: they say who is asked about."""
    tables = _with_eves(_random_tables(seed, n=15))
    rng = np.random.default_rng(change)
    whens = {
        "responses": "responded_at", "complaints": "opened_at", "interactions": "at", "transactions": "date",
        "goodwill": "date", "contracts": "start",
    }  # fmt: skip
    other = {}
    for table, when in whens.items():
        rows = tables[table]
        later = (rows[when] >= CUTOFF).to_numpy()
        chosen = later & (rng.random(len(rows)) < 0.7)
        if how == "drop":
            other[table] = rows[~chosen | (rows[when] == CUTOFF)] if table == "contracts" else rows[~chosen]
        elif how == "add":
            more = _random_tables(change + 1, n=15)[table]
            more = more[more[when] >= CUTOFF]
            if table == "contracts":
                # Of customers there are, after all of theirs, and of new ones.
                after = rows.groupby("customer_id")["end"].max().clip(lower=CUTOFF)
                begin = more["customer_id"].map(after) + timedelta(days=2)
                length = more["end"] - more["start"]
                more = more.assign(start=begin, end=begin + length).drop_duplicates("customer_id")
                more["customer_id"] = more["customer_id"].where(
                    rng.random(len(more)) < 0.7, "new" + more["customer_id"]
                )
            other[table] = pd.concat([rows, more], ignore_index=True).sample(frac=1, random_state=change)
        else:
            values = [name for name in ("nps", "severity", "amount", "value") if name in rows]
            altered = rows.copy()
            for name in values:
                altered.loc[chosen, name] = rows[name].max() - rows.loc[chosen, name] + 3
            if table == "contracts":
                altered.loc[chosen, "outcome"] = "lost"
            if table == "interactions":
                altered.loc[chosen, "resolved"] = ~rows.loc[chosen, "resolved"]
            other[table] = altered
    # What becomes known later of earlier rows: when a complaint is closed, how a contract ends and why.
    late_close = (other["complaints"]["closed_at"] >= CUTOFF) & (other["complaints"]["opened_at"] < CUTOFF)
    other["complaints"] = other["complaints"].assign(
        closed_at=other["complaints"]["closed_at"].where(~late_close, pd.Timestamp("2027-01-01"))
    )
    runs = (other["contracts"]["start"] < CUTOFF) & (other["contracts"]["end"] >= CUTOFF)
    other["contracts"] = other["contracts"].assign(
        outcome=other["contracts"]["outcome"].where(~runs, "lost"),
        reason=other["contracts"]["reason"].where(~runs, "price"),
    )
    options = {"window": 365, "books_end": "2025-05-01"}
    before, after = (snapshot(each, "2025-01-01", HORIZON, **options) for each in (tables, other))
    pd.testing.assert_frame_equal(before.features, after.features, check_exact=True)


def test_ends_written_afterwards_are_no_feature():
    tables = _random_tables(1)
    options = {"ends": "actual", "books_end": "2025-05-01"}
    before = snapshot(tables, "2025-01-01", HORIZON, **options).features
    contracts = tables["contracts"]
    runs = (contracts["start"] < CUTOFF) & (contracts["end"] >= CUTOFF)
    moved = contracts.assign(end=contracts["end"].where(~runs, CUTOFF))
    after = snapshot(tables | {"contracts": moved}, "2025-01-01", HORIZON, **options).features
    assert "days_to_end" not in before
    pd.testing.assert_frame_equal(before, after)


def _one(end: str, outcome: str, *more: tuple[str, str, str]) -> dict[str, pd.DataFrame]:
    rows = [("2024-03-01", end, outcome), *more]
    frame = pd.DataFrame(rows, columns=["start", "end", "outcome"]).assign(customer_id="a", value=10.0)
    return {"contracts": frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))}


@pytest.mark.parametrize(
    ("tables", "label", "days", "left"),
    [
        (_one("2025-01-01", "lost"), 1, 1, 1),  # the cut-off is the last day
        (_one("2025-01-30", "lost"), 1, 30, 1),  # the last day of the horizon
        (_one("2025-01-31", "lost"), 0, 31, 1),
        (_one("2025-01-10", "renewed", ("2025-01-11", "2025-01-20", "lost")), 1, 20, 1),
        (_one("2025-01-10", "renewed"), 0, 121, 0),
        (_one("2025-01-30", "open"), None, 29, 0),
        (_one("2025-01-31", "open"), 0, 30, 0),
        (_one("2026-01-31", "open"), 0, 121, 0),
        (_one("2025-01-10", "lost", ("2025-02-01", "2026-01-01", "open")), 1, 10, 1),  # came back
        # Not written down as renewed, and yet seen to stay.
        (_one("2025-01-10", "open", ("2025-01-11", "2026-01-10", "open")), 0, 121, 0),
        (_one("2025-01-10", "open", ("2025-01-11", "2025-01-20", "lost")), 1, 20, 1),
        (_one("2025-01-10", "open", ("2025-05-02", "2026-01-10", "open")), None, 9, 0),  # not seen to begin
        # Renewed on the eve.
        (_one("2024-12-31", "renewed", ("2025-01-01", "2025-12-31", "open")), 0, 121, 0),
        (_one("2024-12-31", "renewed", ("2025-01-01", "2025-01-01", "lost")), 1, 1, 1),
    ],
)
def test_the_days_and_ends_of_a_horizon_by_hand(tables, label, days, left):
    result = snapshot(tables, "2025-01-01", 30, books_end="2025-05-01")
    assert (None if pd.isna(result.label["a"]) else result.label["a"]) == label
    assert result.follow_up[["days", "left"]].iloc[0].tolist() == [days, left]


def test_nobody_has_a_label_where_the_books_end_first_though_some_have_left():
    tables = _one("2025-01-10", "lost")
    short = snapshot(tables, "2025-01-01", 30, books_end="2025-01-29")
    assert short.label.isna().all() and short.follow_up["left"].tolist() == [1]
    assert "nobody has a label" in short.summary()
    assert snapshot(tables, "2025-01-01", 30, books_end="2025-01-30").label.tolist() == [1]
    # An ending settled ahead has not been seen yet.
    assert snapshot(tables, "2025-01-01", 5, books_end="2025-01-05").label.tolist() == [0]


def test_whoever_was_renewed_on_the_eve_is_at_risk_with_what_was_known():
    tables = _one("2024-12-31", "renewed", ("2025-01-01", "2025-12-31", "open"))
    tables["contracts"].loc[1, "value"] = 99.0
    features = snapshot(tables, "2025-01-01", 30, books_end="2025-05-01").features.loc["a"]
    assert features[["contract_value", "days_to_end", "contracts_n", "tenure_days"]].tolist() == [
        10,
        0,
        1,
        306,
    ]
    # On the day of scoring nobody can see the next contract, whether it is entered ahead or not.
    for rows in (tables["contracts"], tables["contracts"][:1]):
        scored = snapshot({"contracts": rows}, "2025-01-01", 30, books_end="2024-12-31")
        pd.testing.assert_series_equal(scored.features.loc["a"], features)
        assert scored.label.isna().all()
    for gone in (
        _one("2024-12-31", "renewed"),
        _one("2024-12-31", "renewed", ("2025-01-02", "2025-12-31", "open")),
        _one("2024-12-31", "open", ("2025-01-01", "2025-12-31", "open")),
    ):
        with pytest.raises(MeasureError, match="nobody has a contract"):
            snapshot(gone, "2025-01-01", 30, books_end="2025-05-01")


def _alone(*rows: tuple[str, str, str, str]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(rows, columns=["customer_id", "start", "end", "outcome"]).assign(value=1.0)
    return {"contracts": frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))}


AHEAD = [
    ("a", "2024-01-01", "2025-01-15", "lost"),
    ("b", "2024-01-01", "2025-12-31", "renewed"),  # settled ahead, and the next one entered
    ("b", "2026-01-01", "2026-12-31", "open"),
    ("c", "2024-03-01", "2025-08-31", "open"),
]


def test_contracts_alone_do_not_run_ahead_of_the_day():
    result = snapshot(_alone(*AHEAD), "2025-01-10", 300)
    assert result.books_last == "2025-01-15" and result.label.isna().all()
    assert "2025-01-15, the last day a contract began" in result.summary()
    assert snapshot(_alone(*AHEAD), "2025-01-10", 5).label.tolist() == [0, 0, 0]
    assert snapshot(_alone(*AHEAD), "2025-01-10", 6).label.tolist() == [1, 0, 0]
    forever = [*AHEAD[:1], ("b", "2024-01-01", "9999-12-31", "renewed")]
    assert snapshot(_alone(*forever), "2025-01-10", 6).books_last == "2025-01-15"


def test_a_row_dated_years_after_all_others_does_not_say_when_the_books_end():
    money = pd.DataFrame(
        {"customer_id": "a", "amount": 1.0, "date": pd.to_datetime(["2025-01-19", "2099-01-01"])}
    )
    tables = _alone(*AHEAD) | {"transactions": money}
    for stray in (tables, _alone(*AHEAD, ("d", "2024-01-01", "9999-12-31", "lost"))):
        with pytest.raises(MeasureError, match="in the years after 2025-01"):
            snapshot(stray, "2025-01-10", 6)
        assert snapshot(stray, "2025-01-10", 6, books_end="2025-01-20").label.tolist()[:3] == [1, 0, 0]
        # The days of a study are told from contracts and the day asked for.
        assert churn_days(stray, "2025-01-12", 3, origins=1, books_first="2025-01-01").eve == "2025-01-11"
    assert snapshot(tables | {"transactions": money[:1]}, "2025-01-10", 6).books_last == "2025-01-19"


def test_engines_agree_and_inputs_stay_as_they_are():
    tables = _random_tables(3)
    copies = {name: frame.copy() for name, frame in tables.items()}
    options = {"books_end": "2025-05-01"}
    first = snapshot(tables, "2025-01-01", HORIZON, **options)
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, copies[name])
    polars = {name: pl.from_pandas(frame) for name, frame in tables.items()}
    relations = {name: duckdb.from_arrow(frame.to_arrow()) for name, frame in polars.items()}
    for other in (polars, relations):
        result = snapshot(other, date(2025, 1, 1), HORIZON, **options)
        pd.testing.assert_frame_equal(result.features, first.features)
        pd.testing.assert_series_equal(result.label, first.label)


def test_since_lengthens_tenure_and_attributes_are_marked():
    tables = _one("2025-03-01", "open")
    tables["customers"] = pd.DataFrame(
        {"customer_id": ["b", "a"], "since": pd.to_datetime([None, "2023-01-01"]), "segment": ["x", "y"]}
    )
    result = snapshot(tables, "2025-01-01", 30, attributes=["segment"], books_end="2025-05-01")
    assert result.features.loc["a", "tenure_days"] == 731 and result.features.loc["a", "segment"] == "y"
    assert result.attributes == ("segment",)
    late = tables | {"customers": tables["customers"].assign(since=pd.Timestamp("2026-01-01"))}
    assert snapshot(late, "2025-01-01", 30, books_end="2025-05-01").features["tenure_days"].tolist() == [306]


def test_small_counts_are_hidden_with_one_that_would_tell_them():
    result = snapshot(_random_tables(2, n=120), "2025-01-01", HORIZON, books_end="2025-05-01")
    shown = result.suppress(8)
    hidden = shown.counts["suppressed"]
    assert hidden.sum() >= 2 and result.counts.loc[hidden, "n"].sum() >= 8
    assert shown.counts.loc[hidden, ["n", "share"]].isna().all(axis=None)
    assert result.suppress(1000).summary().endswith("too few to say.")
    assert "<table" in result._repr_html_() and "c01" not in result._repr_html_()


def test_notes_with_numbers_go_where_a_count_is_hidden():
    rows = [
        (f"c{number:02d}", "2024-06-01", end, outcome)
        for number, (end, outcome) in enumerate(
            [("2025-01-15", "lost")] * 30 + [("2026-01-01", "open")] * 30 + [("2025-01-15", "open")] * 3
        )
    ]
    result = snapshot(_alone(*rows), "2025-01-01", 30, books_end="2025-05-01")
    assert "3 have an open contract past its end" in result.summary()
    assert "3 have" in result.suppress(3).summary()
    shown = result.suppress(10)
    assert shown.counts["suppressed"].any()
    assert "3 have" not in shown.summary() and "3 have" not in shown._repr_html_()


def test_attributes_that_are_numbers_stay_so_and_names_are_free():
    tables = _one("2025-03-01", "open")
    tables["customers"] = pd.DataFrame(
        {"customer_id": ["a", "b"], "since": pd.Timestamp("2023-01-01"), "age": [41, 52], "tenure_days": 1}
    )
    options = {"books_end": "2025-05-01"}
    for customers in (tables["customers"], pl.from_pandas(tables["customers"])):
        given = tables | {"customers": customers}
        features = snapshot(given, "2025-01-01", 30, attributes=["age"], **options).features
        assert features["age"].dtype == "float64" and features.loc["a", "age"] == 41
    for name in ("since", "customer_id", "tenure_days", "days_to_end"):
        more = tables | {"customers": tables["customers"].assign(days_to_end=3)}
        with pytest.raises(MeasureError, match=f"names '{name}', which a snapshot has of its own"):
            snapshot(more, "2025-01-01", 30, attributes=[name], **options)


def _with(**changes):
    tables = _one("2025-03-01", "open")
    return tables | {"contracts": tables["contracts"].assign(**changes)}


@pytest.mark.parametrize(
    ("tables", "cutoff", "said"),
    [
        (_one("2025-03-01", "open"), "2026-01-01", "lies outside the books"),
        (_one("2025-03-01", "open"), "2024-03-01", "lies outside the books"),
        (_one("2025-03-01", "open"), "2025-01-01 12:00", "is no day"),
        (_one("2025-03-01", "open", ("2025-03-01", "2025-06-01", "open")), "2025-01-01", "overlap"),
        (_one("2024-02-01", "lost"), "2025-01-01", "end before they start"),
        (_one("2024-05-01", "lost"), "2025-01-01", "nobody has a contract"),
        (_with(value=-1.0), "2025-01-01", "negative value"),
        (_with(outcome="gone"), "2025-01-01", "none of renewed, lost, open"),
        (_with(start=pd.NaT), "2025-01-01", "lack their first or last day"),
        (_with(start="2024-03-01"), "2025-01-01", "not dates of one kind"),
        ({"responses": pd.DataFrame({"nps": [1]})}, "2025-01-01", "no table 'contracts'"),
        ({"contract": pd.DataFrame()}, "2025-01-01", "no canonical table 'contract'"),
        ({"contracts": _one("2025-03-01", "open")["contracts"][:0]}, "2025-01-01", "is empty"),
        ([1, 2], "2025-01-01", "neither a market nor frames"),
    ],
)
def test_books_that_cannot_be_right_are_refused(tables, cutoff, said):
    with pytest.raises(MeasureError, match=said):
        snapshot(tables, cutoff, 30, books_end="2025-05-01")


def test_options_that_make_no_sense_are_refused():
    tables = _one("2025-03-01", "open")
    for options in ({"horizon": 0}, {"horizon": True}, {"window": 1.5}, {"ends": "known"}):
        with pytest.raises(MeasureError):
            snapshot(tables, "2025-01-01", **{"horizon": 30, "books_end": "2025-05-01", **options})
    money = {"goodwill": pd.DataFrame({"customer_id": ["a"], "date": [CUTOFF], "amount": [-3.0]})}
    with pytest.raises(MeasureError, match="negative amount"):
        snapshot(tables | money, "2025-01-01", 30)
