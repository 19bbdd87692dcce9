"""The linked panel: against a loop over customers and periods (the planted slope: tests/demo)."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.linkage.link_panel import link_panel
from cxlab.linkage.linked_answers import ANSWERS, PERIODS
from cxlab.model.errors import MeasureError

EARLY = pd.Timestamp("2024-02-01")
LATE = pd.to_datetime([f"2025-02-0{day}" for day in range(1, 7)])


def _tables(**changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    tables = {
        "responses": pd.DataFrame(
            {
                "customer_id": ["a", "a", "b", "c", None, "x"],
                "responded_at": pd.to_datetime(
                    ["2024-02-10", "2024-05-10", "2024-03-31", "2024-08-01", "2024-02-01", "2024-02-01"]
                ),
                "csat_overall": [2.0, 4.0, 5.0, 3.0, 1.0, 1.0],
            }
        ),
        "transactions": pd.DataFrame(
            {
                "customer_id": ["a", "a", "b", "b", "c", "d"],
                "date": pd.to_datetime(
                    ["2024-01-15", "2024-11-15", "2024-04-01", "2024-07-20", "2024-02-02", "2024-12-31"]
                ),
                "amount": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
            }
        ),
        "customers": pd.DataFrame(
            {"customer_id": list("abcd"), "segment": ["home", "home", "office", "office"]}
        ),
    }
    return {**tables, **changes}


def _at(frame: pd.DataFrame, customer: str, period: str) -> pd.Series:
    return frame.set_index(["customer_id", "period"]).loc[(customer, period)]


def test_the_last_answer_before_each_period_stands_beside_its_revenue():
    frame = link_panel(_tables()).frame
    assert list(frame["period"].unique()) == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    first, third = _at(frame, "a", "2024Q1"), _at(frame, "a", "2024Q3")
    assert np.isnan(first["csat_overall"]) and first["csat_overall_lead"] == 4
    assert third["csat_overall"] == 4 and third["csat_overall_previous"] == 2 and third["revenue"] == 0
    assert third["csat_overall_age"] == 52 and third["segment"] == "home"  # 10 May to 1 July
    assert _at(frame, "b", "2024Q2")["csat_overall"] == 5  # answered on the last day before it
    assert "2024Q1" not in set(frame.loc[frame["customer_id"] == "b", "period"])  # before the first purchase
    assert frame.loc[frame["customer_id"] == "d", "period"].tolist() == ["2024Q4"]
    assert frame["retained"].isna().tolist() == (frame["period"] == "2024Q4").tolist()
    assert _at(frame, "a", "2024Q3")["retained"] == 1 and _at(frame, "a", "2024Q1")["retained"] == 0


def test_an_answer_at_the_very_beginning_of_a_period_does_not_count_for_it():
    tables = _tables()
    tables["responses"] = tables["responses"].assign(responded_at=pd.Timestamp("2024-04-01"))[:1]
    frame = link_panel(tables).frame
    assert np.isnan(_at(frame, "a", "2024Q2")["csat_overall"])
    assert _at(frame, "a", "2024Q3")["csat_overall"] == 2


def test_a_lag_of_two_periods_looks_one_period_further_back():
    one, two = link_panel(_tables()).frame, link_panel(_tables(), lag=2).frame
    assert _at(two, "a", "2024Q3")["csat_overall"] == _at(one, "a", "2024Q2")["csat_overall"] == 2
    assert _at(two, "a", "2024Q4")["csat_overall"] == 4


def test_contacts_of_an_account_are_averaged_each_once_and_their_number_is_kept():
    tables = _tables()
    tables["customers"] = tables["customers"].assign(account_id=["A", "A", None, None])
    panel = link_panel(tables)
    frame = panel.frame.set_index(["account_id", "period"])
    assert panel.entity == "account_id"
    row = frame.loc[("A", "2024Q3")]
    assert row["csat_overall"] == 4.5 and row["csat_overall_n"] == 2 and row["revenue"] == 40
    assert row["csat_overall_previous"] == 2 and row["csat_overall_previous_n"] == 1
    assert frame.loc[("c", "2024Q4"), "csat_overall"] == 3  # a customer without an account is its own
    assert link_panel(tables, unit="customer_id").frame.equals(link_panel(_tables()).frame)


def test_segments_on_which_contacts_differ_are_mixed():
    tables = _tables()
    tables["customers"] = tables["customers"].assign(
        account_id=["A", "A", "B", "B"], gender=["f", None, "f", "m"]
    )
    frame = link_panel(tables).frame.drop_duplicates("account_id").set_index("account_id")
    assert frame.loc["A", "segment"] == "home" and frame.loc["A", "gender"] == "f"
    assert frame.loc["B", "gender"] == "(mixed)"


def test_contracts_say_who_left_and_spread_their_value_over_their_days():
    contracts = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "start": pd.to_datetime(["2024-01-01", "2024-02-01"]),
            "end": pd.to_datetime(["2024-06-30", "2024-12-31"]),
            "value": [182.0, 335.0],
            "outcome": ["lost", "open"],
        }
    )
    frame = link_panel(_tables(contracts=contracts), revenue="contracts").frame
    assert _at(frame, "a", "2024Q1")["revenue"] == pytest.approx(91)
    assert _at(frame, "b", "2024Q1")["revenue"] == pytest.approx(60)
    assert frame.loc[frame["customer_id"] == "a", "period"].tolist() == ["2024Q1", "2024Q2"]
    assert _at(frame, "a", "2024Q1")["retained"] == 1 and _at(frame, "a", "2024Q2")["retained"] == 0
    yearly = link_panel(_tables(contracts=contracts), revenue="contracts", contract_value="year").frame
    assert _at(yearly, "a", "2024Q1")["revenue"] == pytest.approx(182 * 91 / 365.25)
    # By transactions, a has left in the third quarter, and is there again when it buys in the fourth.
    paid = link_panel(_tables(contracts=contracts)).frame
    assert paid.loc[paid["customer_id"] == "a", "period"].tolist() == ["2024Q1", "2024Q2", "2024Q4"]
    with pytest.raises(MeasureError, match="count the same money twice"):
        link_panel(_tables(contracts=contracts), revenue="both")
    rest = _tables(contracts=contracts)
    rest["transactions"] = rest["transactions"][rest["transactions"]["customer_id"].isin(["c", "d"])]
    both = link_panel(rest, revenue="both").frame
    assert _at(both, "c", "2024Q1")["revenue"] == 50 and _at(both, "b", "2024Q1")["revenue"] == pytest.approx(
        60
    )


def test_waves_are_periods_from_one_first_day_to_the_next():
    tables = _tables()
    tables["responses"] = tables["responses"].assign(wave=["w1", "w2", "w1", "w3", "w1", "w1"])
    frame = link_panel(tables, period="wave").frame
    assert sorted(frame["period"].unique()) == ["w1", "w2"]  # the last wave has no end
    assert _at(frame, "a", "w2")["csat_overall"] == 2 and _at(frame, "b", "w2")["revenue"] == 40
    undated = tables["responses"].drop(columns="responded_at")
    days = {"w1": "2024-02-01", "w2": "2024-05-10", "w3": date(2024, 8, 1)}
    again = link_panel({**tables, "responses": undated}, period="wave", wave_dates=days).frame
    pd.testing.assert_series_equal(again["csat_overall"], frame["csat_overall"])


def test_waves_before_and_after_the_books_have_their_dates():
    """Waves begin in January, March and so on; a answers in the first, b in all; the books hold w3 to w4."""
    days = pd.to_datetime([f"2023-{month:02d}-10" for month in (1, 3, 5, 7, 9, 11)])
    waves = [f"w{at}" for at in range(1, 7)]
    said = pd.DataFrame(
        {
            "customer_id": ["a", *["b"] * 6, "a"],
            "wave": ["w1", *waves, "w6"],
            "responded_at": [days[0], *days, days[5]],
            "csat_overall": [1.0, *[3.0] * 6, 2.0],
        }
    )
    bought = pd.DataFrame({"customer_id": ["a", "b"] * 2, "date": days[[2, 2, 3, 3]], "amount": 10.0})
    tables = {"responses": said, "transactions": bought}
    any_age, young = (link_panel(tables, period="wave", max_age=age).frame for age in (None, 1))
    assert any_age["period"].tolist() == ["w3", "w4"] * 2
    assert any_age["csat_overall"].tolist() == [1, 1, 3, 3]
    assert young["csat_overall"].isna().tolist() == [True, True, False, False]  # w2 began since a answered
    assert any_age["csat_overall_lead"].tolist() == [2, 2, 3, 3]
    assert young["csat_overall_lead"].isna().tolist() == [True, True, False, False]  # in w6, not in w5
    late = link_panel(tables, period="wave", lag=2)
    assert late.frame["csat_overall"].tolist() == [1, 1, 3, 3]  # before w2 began, and w3
    n = late.counts.set_index(["table", "reason"])["n"]
    assert n["periods", "before the first answer"] == 0 and n["periods", "with a score"] == 4


def test_an_answer_too_late_for_the_last_period_is_called_so_at_any_lag():
    tables = _tables()
    for lag, late in (
        (1, 0),
        (2, 1),
    ):  # c answered in August: before the fourth quarter, not before the third
        counts = link_panel(tables, lag=lag).counts
        assert counts.loc[counts["reason"] == "too late for the last period", "n"].tolist() == [late]


def test_last_days_of_contracts_do_not_carry_the_books_into_the_future():
    for outcome in ("lost", "renewed", "open"):
        tables = _contracts(end=pd.Timestamp("2026-09-30"), outcome=outcome)
        tables["transactions"] = tables["transactions"].drop(index=[1, 5])  # the last in July
        panel = link_panel(tables, revenue="contracts")
        assert panel.frame["period"].unique().tolist() == ["2024Q1", "2024Q2", "2024Q3"]
        assert (panel.notes[0].first, panel.notes[0].last) == ("2024-02-01", "2024-08-01")  # the last answer


def test_the_notes_have_codes_and_name_the_period_that_may_be_partial():
    assert [note.code for note in link_panel(_tables()).notes] == ["books_taken"]  # to the last of December
    tables = _tables()
    tables["transactions"] = tables["transactions"][:5]
    panel = link_panel(tables)
    taken, within = panel.notes
    assert (taken.code, taken.first, taken.last) == ("books_taken", "2024-01-15", "2024-11-15")
    assert (within.code, within.last, within.period) == ("books_end_within", "2024-11-15", "2024Q4")
    assert "`retained` of the period before it are not final" in panel.summary()
    assert link_panel(tables, books=("2024-01-01", "2024-09-30")).notes == ()


def test_rows_past_the_term_of_an_open_contract_are_counted():
    tables, books = _contracts(end=pd.Timestamp("2024-06-30")), ("2024-01-01", "2024-12-31")
    panel = link_panel(tables, revenue="contracts", books=books)
    assert panel.frame["revenue"].tolist() == pytest.approx([9 * 60 / 151, 9 * 91 / 151, 0, 0])
    assert panel.frame["retained"].tolist()[:3] == [1, 1, 1]
    assert [(note.code, note.n) for note in panel.notes] == [("past_term", 2)]
    assert "2 rows under an open contract whose term was over hold revenue 0" in panel.summary()
    (few,) = panel.suppress(10).notes
    assert few.n is None and str(few).startswith("Some rows")
    assert link_panel(tables, revenue="contracts", books=books, contract_value="year").notes == ()
    assert link_panel(tables, books=books).notes == ()  # revenue is what was bought


def test_who_is_retained_is_told_by_the_books_asked_for():
    """a is under contract in the first half-year and buys in the fourth quarter."""
    tables = _contracts(end=pd.Timestamp("2024-06-30"), outcome="lost")
    books = ("2024-01-01", "2024-12-31")
    by_contract = link_panel(tables, revenue="contracts", books=books).frame
    assert by_contract["retained"].tolist() == [1, 0]
    without = {name: frame for name, frame in tables.items() if name != "transactions"}
    pd.testing.assert_frame_equal(link_panel(without, revenue="contracts", books=books).frame, by_contract)
    bought = link_panel(tables, books=books).frame
    assert bought.loc[bought["customer_id"] == "a", "retained"].tolist()[:2] == [1, 0]
    tables["transactions"].loc[1, "date"] = pd.Timestamp("2024-09-30")
    bought = link_panel(tables, books=books).frame
    assert bought.loc[bought["customer_id"] == "a", "retained"].tolist() == [1, 1, 0]
    both = link_panel(tables, revenue="contracts", books=books).frame
    assert both["retained"].tolist() == [1, 0]


def test_an_answer_without_a_date_counts_from_the_last_day_of_its_wave():
    tables = _tables()
    waves = tables["responses"].assign(wave=["w1", "w2", "w1", "w2", "w1", "w1"])
    waves.loc[0, "responded_at"] = pd.NaT  # the wave was last answered on 31 March
    frame = link_panel({**tables, "responses": waves}).frame
    assert _at(frame, "a", "2024Q2")["csat_overall"] == 2
    assert _at(frame, "a", "2024Q2")["csat_overall_age"] == 1


@pytest.mark.parametrize("max_age", [None, 1])
def test_everything_that_came_in_is_used_or_has_a_reason(max_age: int | None):
    tables = _tables()
    tables["transactions"] = pd.concat(
        [tables["transactions"], tables["transactions"][:2].assign(customer_id=[None, "z"])]
    )
    tables["responses"] = tables["responses"].assign(nps=[9.0, None, 8, None, 1, 1])
    panel = link_panel(tables, scores=["nps"], max_age=max_age, books=("2024-01-01", "2024-12-30"))
    for _, part in panel.counts.groupby(["table", "score"], sort=False):
        assert part["reason"].iloc[0] == "in" and part["n"].iloc[0] == part["n"].iloc[1:].sum()
    n = panel.counts.set_index(["table", "score", "reason"])["n"]
    assert n["responses", "csat_overall", "without a customer"] == 1
    assert n["responses", "csat_overall", "of a customer nobody knows"] == 1
    assert n["responses", "nps", "without the score"] == 2
    assert n["transactions", "", "of a customer nobody knows"] == 1
    assert n["transactions", "", "outside the periods"] == 2  # the fourth quarter is not whole
    known = panel.frame["csat_overall"].notna()
    assert n["periods", "csat_overall", "in"] == len(panel.frame)
    assert n["periods", "csat_overall", "with a score"] == known.sum()
    assert n["responses", "csat_overall", "in"] == len(tables["responses"])


MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
KINDS = [*MONTHS, "wave"]
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize("seed", range(15))
def test_loops_over_customers_and_periods_find_the_same(seed: int):
    _compare(seed)


@pytest.mark.slow
def test_loops_over_customers_and_periods_find_the_same_in_two_hundred_worlds():
    assert sum(_compare(seed) for seed in range(15, 215)) > 140  # the others are refused, and must be


def _compare(seed: int) -> bool:
    rng = random.Random(seed)
    period, revenue = KINDS[seed % 5], ["transactions", "contracts", "both"][seed // 5 % 3]
    asked = {
        "period": period, "revenue": revenue, "lag": rng.choice([1, 1, 2, 3]),
        "max_age": rng.choice([None, 1, 2]), "contract_value": rng.choice(["term", "year"]),
    }  # fmt: skip
    first, last = rng.choice(
        [("2023-01-01", "2025-12-31"), ("2023-07-02", "2026-01-30"), ("2023-02-01", "2025-02-28")]
    )
    books = (datetime.fromisoformat(first), datetime.fromisoformat(last))
    world = _world(rng, endless=asked["contract_value"] == "year", few=revenue == "both")
    wanted, fates = _by_loop(world, books, **asked)
    given = {**asked, "books": (first, last), "negative": "keep", "score": "nps"}
    why = next((why for why in ("the books hold", "the same money twice") if fates[why]), None)
    if why or not fates["with a score"]:
        with pytest.raises(MeasureError, match=why or "no answer to nps"):
            link_panel(_frames(world), **given)
        return False
    panel = link_panel(_frames(world), **given)
    names = ["revenue", "retained", *("nps" + part for part in ("", *PARTS))]
    found = panel.frame.set_index([panel.entity, "period"])[names].astype(float)
    assert found.index.tolist() == sorted(wanted)
    np.testing.assert_allclose(found.to_numpy(), [wanted[at] for at in found.index], rtol=1e-9, atol=1e-9)
    n = panel.counts[panel.counts["score"] == "nps"].set_index("reason")["n"]
    for reason in (*ANSWERS[4:7], *PERIODS, "used"):
        assert n[reason] == fates[reason], reason
    assert [note.n for note in panel.notes] == [fates["past term"]] * (fates["past term"] > 0)
    return True


PARTS = ("_n", "_age", "_previous", "_previous_n", "_lead")


def _world(rng: random.Random, *, endless: bool, few: bool) -> dict[str, list[dict[str, object]]]:
    people = [f"c{at}" for at in range(rng.randint(3, 8))]
    bounds = [
        datetime(y, m, 1) - ONE_DAY * rng.randint(0, 1) for y in (2023, 2024, 2025) for m in (1, 4, 7, 10)
    ]

    def day() -> datetime:
        return rng.choice([datetime(2023, 1, 1) + ONE_DAY * rng.randint(0, 1200), rng.choice(bounds)])

    def who() -> str | None:
        return rng.choice([*people * 3, "ghost", None])

    said: dict[tuple[object, object], dict[str, object]] = {}
    for _ in range(rng.randint(10, 50)):
        at = day() + timedelta(hours=rng.choice([0, 0, 9, 23]))
        wave = f"w{1 + (at - datetime(2023, 1, 1)).days // 180}"
        one = {
            "customer_id": who(),
            "at": at,
            "responded_at": at,
            "wave": wave,
            "nps": rng.choice([None, 1, 2, 3, 4]),
        }
        said.setdefault((one["customer_id"], at), one)
    last = {
        one["wave"]: max(x["at"] for x in said.values() if x["wave"] == one["wave"]) for one in said.values()
    }
    for wave in rng.choices(sorted(last), k=4):
        one = {"customer_id": who(), "at": last[wave], "responded_at": None, "wave": wave, "nps": 5}
        said.setdefault((one["customer_id"], last[wave]), one)
    bills = [
        {
            "customer_id": who(),
            "date": day() + timedelta(hours=rng.choice([0, 23])),
            "amount": rng.choice([None, -3.0, 0.0, 5.5, 20.0]),
        }
        for _ in range(rng.randint(3, 6 if few else 40))
    ]
    terms = []
    for _ in range(rng.randint(1, 4 if few else 8)):
        start, outcome = day(), rng.choice(["open", "lost", "renewed"])
        end = start + ONE_DAY * rng.randint(0, 500)
        end = None if outcome != "renewed" and (endless or outcome == "lost") and rng.random() < 0.3 else end
        terms.append(
            {
                "customer_id": who(),
                "start": rng.choice([start] * 4 + [None]),
                "end": end,
                "value": float(rng.randint(1, 999)),
                "outcome": outcome,
            }
        )
    customers = [{"customer_id": one, "account_id": rng.choice([None, "A", "B"])} for one in people]
    return {
        "responses": list(said.values()),
        "transactions": bills,
        "contracts": terms,
        "customers": customers,
    }


def _frames(world: dict[str, list[dict[str, object]]]) -> dict[str, pd.DataFrame]:
    frames = {name: pd.DataFrame(rows) for name, rows in world.items()}
    frames["responses"] = frames["responses"].drop(columns="at").astype({"nps": float})
    for name, column in (
        ("responses", "responded_at"),
        ("transactions", "date"),
        ("contracts", "start"),
        ("contracts", "end"),
    ):
        frames[name][column] = pd.to_datetime(frames[name][column])
    return frames


def _clock(world, period: str, books) -> tuple[dict[int, str], Callable[[int], datetime]]:
    """Return the periods within the books by number, and where a number begins."""
    if period == "wave":
        days: dict[str, datetime] = {}
        for one in world["responses"]:
            midnight = one["at"].replace(hour=0)
            days[one["wave"]] = min(days.get(one["wave"], midnight), midnight)
        starts = [days[wave] for wave in sorted(days)]
        labels = dict(enumerate(sorted(days)[:-1]))
        ends = {False: datetime.min, True: datetime.max}
        begin = lambda at: starts[at] if 0 <= at < len(starts) else ends[at > 0]  # noqa: E731
    else:
        m = MONTHS[period]
        begin = lambda at: datetime(at * m // 12, at * m % 12 + 1, 1)  # noqa: E731
        labels = {}
        for at in range(2020 * 12 // m, 2028 * 12 // m):
            year, month = at * m // 12, at * m % 12
            of = {
                "month": f"{month + 1:02d}",
                "quarter": f"Q{month // 3 + 1}",
                "half_year": f"H{month // 6 + 1}",
            }
            dash = "" if period in ("quarter", "year") else "-"
            labels[at] = f"{year}{dash}{of.get(period, '')}"
    held = {
        at: name
        for at, name in labels.items()
        if begin(at) >= books[0] and begin(at + 1) <= books[1] + ONE_DAY
    }
    return held, begin


def _by_loop(world, books, *, period, revenue, lag, max_age, contract_value):
    held, begin = _clock(world, period, books)
    entity = {one["customer_id"]: one["account_id"] or one["customer_id"] for one in world["customers"]}
    bills = [x for x in world["transactions"] if x["customer_id"] in entity and x["amount"] is not None]
    terms = [
        x
        for x in world["contracts"]
        if x["customer_id"] in entity and x["start"] and (x["end"] or x["outcome"] == "open")
    ]
    answers = [x for x in world["responses"] if x["customer_id"] in entity and x["nps"] is not None]
    rows, fates, used = {}, Counter(), set()
    for one in sorted(set(entity.values())):
        people = [who for who, account in entity.items() if account == one]
        own_bills, own_terms, own = (
            [x for x in part if x["customer_id"] in people] for part in (bills, terms, answers)
        )
        for at, label in held.items():
            first, after, later = begin(at), begin(at + 1), begin(at + 2)
            paid, contracted, row = _booked(
                own_bills, own_terms, first, after, later, revenue, contract_value, fates
            )
            if row is None:
                continue
            fates["the same money twice"] += revenue == "both" and paid != 0 and contracted != 0
            retained = row if at + 1 in held else np.nan
            cut, oldest = begin(at + 1 - lag), begin(at + 1 - lag - max_age) if max_age else datetime.min
            latest = begin(at + 1 + max_age) if max_age else datetime.max
            now, before, lead, late = [], [], [], False
            for who in people:
                mine = sorted((x for x in own if x["customer_id"] == who), key=lambda x: x["at"])
                past = [x for x in mine if x["at"] < cut]
                if past and past[-1]["at"] >= oldest:
                    now, before = [*now, past[-1]], [*before, *past[-2:-1]]
                late |= bool(past) and past[-1]["at"] < oldest
                lead += [x for x in mine if x["at"] >= after][:1]
            lead = [x for x in lead if x["at"] < latest]
            used |= {id(x) for x in now}
            kind = 0 if now else 1 if not own else 3 if late else 2
            fates[PERIODS[kind]] += 1
            age = _mean([(first - x["at"]) / ONE_DAY for x in now])
            means = [_mean([x["nps"] for x in part]) for part in (now, before, lead)]
            rows[one, label] = (
                paid + contracted,
                retained,
                means[0],
                len(now),
                age,
                means[1],
                len(before),
                means[2],
            )
    fates["used"] = len(used)
    fates["the books hold"] = len(held) < 2
    there = {one for one, _ in rows}
    for x in answers:
        fates["of a customer without revenue"] += entity[x["customer_id"]] not in there
        fates["too late for the last period"] += entity[x["customer_id"]] in there and x["at"] >= begin(
            max(held) + 1 - lag
        )
    fates["without the score"] = sum(
        x["customer_id"] in entity and x["nps"] is None for x in world["responses"]
    )
    return rows, fates


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else np.nan


def _booked(bills, terms, first, after, later, revenue, contract_value, fates):
    """Return what was paid, what contracts are worth, whether an entry follows; None: not there."""

    def runs(x, low, high) -> bool:
        return x["start"] < high and (x["outcome"] == "open" or x["end"] + ONE_DAY > low)

    here = [x for x in bills if first <= x["date"] < after]
    covered = any(runs(x, first, after) for x in terms)
    left = any(x["outcome"] != "open" and x["end"] + ONE_DAY <= first for x in terms) and not covered
    bought = any(x["amount"] > 0 and x["date"] < after for x in bills)
    there = covered if revenue == "contracts" else bool(here) or covered or (bought and not left)
    if not there:
        return 0, 0, None
    worth, over = 0.0, False
    for x in terms if revenue != "transactions" else []:
        ends = x["end"] if contract_value == "term" or x["outcome"] != "open" else datetime.max - ONE_DAY
        days = (min(ends + ONE_DAY, after) - max(x["start"], first)).days
        per_day = x["value"] / ((x["end"] - x["start"]).days + 1 if contract_value == "term" else 365.25)
        worth += max(days, 0) * per_day
        over |= runs(x, first, after) and ends + ONE_DAY <= first
    paid = 0.0 if revenue == "contracts" else sum(x["amount"] for x in here)
    fates["past term"] += over and paid + worth == 0
    kept = any(runs(x, after, later) for x in terms)
    kept |= revenue != "contracts" and any(x["amount"] > 0 and after <= x["date"] < later for x in bills)
    return paid, worth, float(kept)


@pytest.mark.parametrize("engine", ["polars", "duckdb", "arrow"])
def test_every_engine_gives_the_same_panel(engine: str):
    tables = _tables()
    made = {
        "polars": pl.from_pandas,
        "duckdb": lambda frame: duckdb.from_df(frame),
        "arrow": lambda frame: pl.from_pandas(frame).to_arrow(),
    }[engine]
    frames = {name: made(frame) for name, frame in tables.items()}
    pd.testing.assert_frame_equal(link_panel(frames).frame, link_panel(tables).frame)


def test_numbers_as_keys_and_plain_dates_are_understood():
    tables = _tables()
    number = {"a": 1, "b": 2, "c": 3, "d": 4, "x": 9}
    for name, frame in tables.items():
        tables[name] = frame.assign(customer_id=frame["customer_id"].map(number))
    tables["transactions"] = pl.from_pandas(tables["transactions"]).with_columns(pl.col("date").cast(pl.Date))
    frame = link_panel(tables).frame
    assert sorted(frame["customer_id"].unique()) == ["1", "2", "3", "4"]
    assert frame["revenue"].tolist() == link_panel(_tables()).frame["revenue"].tolist()


def test_nothing_that_came_in_is_changed():
    tables = _tables()
    before = {name: frame.copy(deep=True) for name, frame in tables.items()}
    link_panel(tables)
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_moments_of_one_zone_keep_their_local_day():
    tables = _tables()
    for name, column in (("responses", "responded_at"), ("transactions", "date")):
        tables[name] = tables[name].assign(
            **{column: tables[name][column].dt.tz_localize("America/New_York")}
        )
    pd.testing.assert_frame_equal(link_panel(tables).frame, link_panel(_tables()).frame)


def test_the_summary_says_what_stands_beside_what_and_small_bases_are_blank():
    panel = cx.link_panel(_tables(), currency="EUR")
    said = panel.summary()
    assert "beside the revenue of 4 customers in 4 periods (2024Q1 to 2024Q4, EUR)" in said
    assert "7 of 12 rows hold it (58%), 1 are of customers who never answered." in said
    assert "say books=" in said
    tidy = panel.tidy()
    assert tidy["entities"].tolist() == [2, 3, 3, 4] and tidy["with_score"].tolist() == [0, 2, 2, 3]
    few = panel.suppress(3).tidy()
    assert few["suppressed"].all() and few["with_score"].isna().all()  # in the last, one has no score
    # The second period protects the first: the rows of all periods are counted.
    assert few["mean_revenue"].isna().tolist() == [True, True, False, False]
    assert few["mean_score"].isna().tolist() == [True, True, True, False]
    assert "too few customers" in panel.suppress(5).summary()
    assert "customer_id" not in panel._repr_html_()


def _matched(
    answers: dict[str, list[str | None]], scores: list[str], later: tuple[str, ...] = ()
) -> cx.LinkedPanel:
    """Forty customers who buy in two quarters; who gave each score in the first, or the one score later."""
    who = [f"c{at:02d}" for at in range(40)]
    days = pd.to_datetime(["2025-03-31", "2025-06-30"])
    bought = [(one, day, 10.0) for one in who for day in days] + [("lost", days[0], 5.0)] * 3
    said = []
    for hour, (score, names) in enumerate(answers.items()):
        at = pd.Timestamp("2025-02-01") + pd.Timedelta(hours=hour)
        said.append(pd.DataFrame({"customer_id": names, "responded_at": at, score: 4.0}))
    at = pd.Timestamp("2025-05-01")
    said.append(
        pd.DataFrame({"customer_id": pd.Series(later, dtype="str"), "responded_at": at, scores[0]: 4.0})
    )
    tables = {
        "responses": pd.concat(said, ignore_index=True),
        "transactions": pd.DataFrame(bought, columns=["customer_id", "date", "amount"]),
        "customers": pd.DataFrame({"customer_id": who}),
    }
    return link_panel(tables, score=scores[0], scores=scores[1:])


def _shown(panel: cx.LinkedPanel, table: str, score: str) -> dict[str, int]:
    rows = panel.counts[(panel.counts["table"] == table) & (panel.counts["score"] == score)]
    assert rows["n"].isna().tolist() == rows["suppressed"].tolist()
    return {reason: n for reason, n in zip(rows["reason"], rows["n"], strict=True) if pd.isna(n) or n}


def test_small_counts_and_what_would_give_them_are_hidden_and_the_frame_is_kept():
    who = [f"c{at:02d}" for at in range(40)]
    panel = _matched({"nps": [*who[:36], None, None, None]}, ["nps"])
    assert _shown(panel, "responses", "nps") == {"in": 39, "used": 36, "without a customer": 3}
    few = panel.suppress(10)
    assert _shown(few, "responses", "nps") == {"in": 39, "used": pd.NA, "without a customer": pd.NA}
    # 80 rows: 36 with a score, 36 before the first answer, and 8 of the 4 who never answered.
    assert list(map(pd.isna, _shown(few, "periods", "nps").values())) == [False, True, True, False]
    tidy = few.tidy()  # 36 of 40 hold it in the second: the four are not told
    assert tidy["with_score"].isna().all() and tidy["entities"].tolist() == [40, 40]
    assert tidy["mean_score"].iloc[1] == 4 and tidy["suppressed"].all()
    assert "36" not in few.summary() and "never" not in few.summary()
    assert few.counts.loc[few.counts["table"] == "transactions", "n"].tolist()[:3] == [83, 80, 0]  # the books
    assert few.frame is panel.frame and few.suppress(3) is few
    assert panel.suppress(3).counts["suppressed"].sum() == 0 and panel.counts["n"].notna().all()
    assert panel.suppress(200).counts["n"].dropna().sum() == 83 + 80 + 3


def test_the_sum_over_periods_does_not_tell_a_count_that_is_hidden():
    """Eight rows of customers who never answered, 20 with a score, 52 before the first answer."""
    who = [f"c{at:02d}" for at in range(40)]
    few = _matched({"nps": who[:20]}, ["nps"], later=tuple(who[20:36])).suppress(10)
    told = [few.counts[few.counts["reason"] == reason]["n"].isna().tolist() for reason in PERIODS[:3]]
    assert told == [[True], [True], [False]]
    assert few.tidy()["with_score"].isna().tolist() == [False, True]  # 0, and 20 of 40
    assert few.tidy()["mean_score"].iloc[1] == 4


def test_a_count_that_scores_share_is_hidden_for_all_of_them():
    """Twelve answers without a customer protect three of one score; the other score must not tell them."""
    who = [f"c{at:02d}" for at in range(40)]
    panel = _matched({"nps": [*who[:30], *[None] * 12], "ces": who[:3], "csat": who[:28]}, ["nps", "ces"])
    assert _shown(panel.suppress(2), "responses", "nps") == {
        "in": 73, "used": 30, "without a customer": 12, "without the score": 31,
    }  # fmt: skip
    assert _shown(panel.suppress(2), "responses", "ces")["used"] == 3
    few = panel.suppress(10)
    for score in ("nps", "ces"):
        shown = _shown(few, "responses", score)
        assert shown["in"] == 73 and pd.isna(shown["without a customer"])
        assert sum(map(pd.isna, shown.values())) >= 2


def test_refunds_that_exceed_purchases_are_refused_unless_said_otherwise():
    tables = _tables()
    tables["transactions"].loc[1, "amount"] = -5.0
    with pytest.raises(MeasureError, match="-5 of a in 2024Q4"):
        link_panel(tables)
    for negative, expected in (("zero", 0), ("keep", -5)):
        assert _at(link_panel(tables, negative=negative).frame, "a", "2024Q4")["revenue"] == expected


def _with(name: str, **columns: object) -> dict[str, pd.DataFrame]:
    tables = _tables()
    return {**tables, name: tables[name].assign(**columns)}


def _contracts(**columns: object) -> dict[str, pd.DataFrame]:
    row = {
        "customer_id": ["a"],
        "start": pd.to_datetime(["2024-02-01"]),
        "end": pd.to_datetime(["2024-12-31"]),
    }
    return _tables(contracts=pd.DataFrame({**row, "value": [9.0], "outcome": ["open"]}).assign(**columns))


@pytest.mark.parametrize(
    ("tables", "options", "said"),
    [
        (_tables(), {"lag": 0}, "could come after the revenue"),
        (_tables(), {"max_age": 0}, "leaves no answer"),
        (_tables(), {"lag": "1"}, "lag='1' is no whole number"),
        (_tables(), {"lag": 1.5}, "lag=1.5 is no whole number"),
        (_tables(), {"lag": True}, "lag=True is no whole number"),
        (_tables(), {"max_age": 1.5}, "max_age=1.5 is no whole number"),
        (_tables(), {"period": "week"}, "unknown period 'week'"),
        (_tables(), {"revenue": "sales"}, "unknown revenue 'sales'"),
        (_tables(), {"unit": "account"}, "unknown unit"),
        (_tables(), {"unit": "account_id"}, "no customer has an account"),
        (_tables(), {"score": "csat_overal"}, "did you mean 'csat_overall'"),
        (_tables(), {"period": "year"}, "the books hold 1 period,"),
        (_tables(), {"period": "wave"}, "no two periods"),
        (_tables(), {"books": ("2024-06-01", "2024-01-01")}, "run backwards"),
        (_tables(), {"books": ("2030-01-01", "2030-02-28")}, "hold no periods"),
        (_tables(), {"wave_dates": {"w1": "2024-01-01"}}, "there is no wave 'w1'"),
        (_tables(), {"revenue": "contracts"}, "there is no table 'contracts'"),
        (_tables(), {"segments": ["size"]}, "there is no column 'size'"),
        (_tables(bills=pd.DataFrame()), {}, "no canonical table 'bills'"),
        (pd.DataFrame(), {}, "neither a market nor frames"),
        (_with("responses", csat_overall="good"), {}, "table 'responses'.*not numbers"),
        (_with("responses", csat_overall=np.nan), {}, "csat_overall.*4 without the score"),
        (_with("responses", customer_id="nobody"), {}, "6 of a customer nobody knows"),
        (_with("responses", customer_id="a", responded_at=EARLY), {}, "twice at one moment"),
        (_with("responses", responded_at="2024-02-01"), {}, "not dates of one kind"),
        (_with("responses", responded_at=EARLY.tz_localize("UTC")), {}, "different time zones"),
        (_with("responses", responded_at=[EARLY.tz_localize("UTC"), *[EARLY] * 5]), {}, "stand beside dates"),
        (_with("responses", responded_at=LATE), {}, "4 too late for the last period"),
        (_with("transactions", currency=["EUR", "USD"] * 3), {}, "in USD stand beside amounts in EUR"),
        (_with("transactions", currency="USD"), {"currency": "EUR"}, "in USD stand beside amounts in EUR"),
        (_with("transactions", customer_id="nobody"), {}, "no row of transactions has a customer"),
        (_with("customers", customer_id="a"), {}, "stand in it more than once"),
        (_with("customers", account_id=["A", "A", "d", None]), {}, "'d' names an account and a customer"),
        (_contracts(end=pd.Timestamp("2024-01-01")), {}, "end before they start"),
        (_contracts(end=pd.NaT), {"revenue": "contracts"}, "have no days|no days to go over"),
        (_contracts(value=-1.0), {"revenue": "contracts"}, "have no value, or a negative one"),
        (_contracts(value=np.nan), {"revenue": "contracts"}, "have no value"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(tables, options: dict[str, object], said: str):
    with pytest.raises(MeasureError, match=said):
        link_panel(tables, **options)


def test_two_accounts_of_one_customer_are_refused():
    contracts = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "account_id": ["A", "B"],
            "start": pd.Timestamp("2024-01-01"),
            "end": pd.Timestamp("2024-12-31"),
            "value": 1.0,
            "outcome": "open",
        }
    )
    with pytest.raises(MeasureError, match="more than one account \\(such as a\\)"):
        link_panel(_tables(contracts=contracts))


def test_empty_tables_are_refused():
    tables = _tables()
    for name in ("responses", "transactions"):
        with pytest.raises(MeasureError):
            link_panel({**tables, name: tables[name][:0]})


def test_labels_sort_and_shifts_go_beyond_the_books():
    for period, labels in (("month", ["2024-01", "2024-12"]), ("half_year", ["2024-H1", "2024-H2"])):
        frame = link_panel(_tables(), period=period).frame
        assert [frame["period"].min(), frame["period"].max()] == labels
