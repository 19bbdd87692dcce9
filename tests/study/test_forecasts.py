"""A frozen forecast stays what it was, and is scored against what came."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError, StudyError
from cxlab.retention.frozen_forecast import digest_of, thawed
from cxlab.study import session
from cxlab.study.forecasts import freeze_forecast, latest_begin

ASKED = {"entity": "id", "period": "period"}


def decisions(periods: list[str], seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"id": np.tile(np.arange(80), len(periods)), "period": np.repeat(periods, 80)})
    renewed = rng.random(len(rows)) < np.repeat(0.7 + 0.1 * rng.standard_normal(len(periods)), 80)
    outcome = np.where(renewed, "renewed", "lost")
    return rows.assign(
        outcome=outcome, value=rng.lognormal(5, 1, len(rows)), cohort=np.where(rows["id"] < 30, "a", "b")
    )


@pytest.fixture(scope="module")
def came() -> pd.DataFrame:
    return decisions(["2026-1"], 2)


@pytest.fixture(scope="module")
def forecast(came):
    past = decisions(["2024-1", "2024-2", "2025-1", "2025-2"], 1)
    return cx.renewal_forecast(
        past, came.drop(columns="outcome"), covariates=(), value="value", by="cohort", **ASKED
    )


def test_a_forecast_is_scored_when_its_outcomes_are_there(tmp_path, forecast, came):
    path = cx.write_forecast(tmp_path / "forecasts", forecast, "2026-01-10")
    assert path.stat().st_mode & 0o777 == 0o600
    scores = cx.score_forecasts(path.parent, came, **ASKED)
    assert set(scores["status"]) == {"scored"} and set(scores["made_on"]) == {"2026-01-10"}
    renewed = (came["outcome"] == "renewed").to_numpy()
    whole = scores[scores["by"] == ""].set_index("quantity")
    assert whole.loc["renewals", "actual"] == renewed.sum()
    assert whole.loc["value", "actual"] == pytest.approx(came["value"][renewed].sum())
    assert whole.loc["renewals", "estimate"] == forecast.rows["estimate"].iloc[0]
    p = forecast.customers.set_index("entity")["probability"].reindex(came["id"]).to_numpy()
    assert whole.loc["renewals", "brier"] == pytest.approx(np.mean((renewed - p) ** 2))
    a = scores[(scores["level"] == "a") & (scores["quantity"] == "renewals")].iloc[0]
    assert a["actual"] == renewed[came["cohort"] == "a"].sum()
    assert a["inside"] == (a["conf_low"] <= a["actual"] <= a["conf_high"])


def test_it_waits_as_long_as_a_decision_is_not_known(tmp_path, forecast, came):
    cx.write_forecast(tmp_path, forecast, "2026-01-10")
    scores = cx.score_forecasts(tmp_path, came[came["id"] != 50], **ASKED)
    by_level = scores[scores["quantity"] == "renewals"].set_index("level")
    assert by_level["status"].to_dict() == {"": "waiting", "a": "scored", "b": "waiting"}
    assert by_level["known"].to_dict() == {"": 79, "a": 30, "b": 49}
    assert pd.isna(by_level.loc["b", "actual"]) and pd.isna(by_level.loc["b", "inside"])


def test_numbers_of_contracts_match_however_they_are_stored(tmp_path, forecast, came):
    cx.write_forecast(tmp_path, forecast, "2026-01-10")
    first = cx.score_forecasts(tmp_path, came, **ASKED)
    for kind in ("float64", "str"):
        again = cx.score_forecasts(tmp_path, came.assign(id=came["id"].astype(kind)), **ASKED)
        pd.testing.assert_frame_equal(again, first)


def test_days_match_texts_of_days(tmp_path, came):
    past = decisions(["2024-01-01", "2024-07-01", "2025-01-01"], 3)
    past, now = (
        rows.assign(period=pd.to_datetime(rows["period"]))
        for rows in (past, came.assign(period="2026-01-01"))
    )
    made = cx.renewal_forecast(past, now.drop(columns="outcome"), covariates=(), n_draws=500, **ASKED)
    assert made.due_periods == ("2026-01-01",)
    cx.write_forecast(tmp_path, made, "2026-01-01")
    scores = cx.score_forecasts(tmp_path, came.assign(period="2026-01-01"), **ASKED)
    assert scores["status"].tolist() == ["scored"]


def test_nothing_is_overwritten_and_the_same_is_frozen_once(tmp_path, forecast):
    first = cx.write_forecast(tmp_path, forecast, "2026-01-10")
    held, when = first.read_bytes(), first.stat().st_mtime_ns
    assert cx.write_forecast(tmp_path, forecast, "2026-01-10") == first
    other = cx.write_forecast(tmp_path, forecast, "2026-01-11")
    assert other != first and len(list(tmp_path.glob("*.json"))) == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".json") == ["index.csv"]
    assert (tmp_path / "index.csv").stat().st_mode & 0o777 == 0o600
    assert first.read_bytes() == held and first.stat().st_mtime_ns == when


def test_a_changed_forecast_is_refused(tmp_path, forecast, came):
    path = cx.write_forecast(tmp_path, forecast, "2026-01-10")
    path.write_text(path.read_text("utf-8").replace('"conf_level": 0.95', '"conf_level": 0.99'), "utf-8")
    with pytest.raises(StudyError, match="changed since it was frozen"):
        cx.score_forecasts(tmp_path, came, **ASKED)
    with pytest.raises(StudyError, match="changed since it was frozen"):
        cx.write_forecast(tmp_path, forecast, "2026-01-10")


def test_what_cannot_be_frozen_or_scored_is_refused(tmp_path, forecast, came):
    with pytest.raises(MeasureError, match="a suppressed forecast cannot be scored"):
        cx.write_forecast(tmp_path, forecast.suppress(10), "2026-01-10")
    with pytest.raises(MeasureError, match="'tomorrow' is no day"):
        cx.write_forecast(tmp_path, forecast, "tomorrow")
    with pytest.raises(StudyError, match="there is no frozen forecast"):
        cx.score_forecasts(tmp_path, came, **ASKED)
    cx.write_forecast(tmp_path, forecast, "2026-01-10")
    with pytest.raises(MeasureError, match="rows repeat one"):
        cx.score_forecasts(tmp_path, pd.concat([came, came]), **ASKED)


def test_the_same_forecast_is_frozen_once_on_whichever_day(tmp_path, forecast, came):
    first = freeze_forecast(tmp_path, forecast, "2026-01-10")
    assert freeze_forecast(tmp_path, forecast, "2026-02-10") == first
    assert len(list(tmp_path.glob("*.json"))) == 1
    past = decisions(["2024-1", "2024-2", "2025-1"], 1)
    other = cx.renewal_forecast(past, came.drop(columns="outcome"), covariates=(), **ASKED)
    assert freeze_forecast(tmp_path, other, "2026-02-10").name.startswith("2026-02-10_")


@pytest.fixture(scope="module")
def dated(came):
    """A forecast of a period named by its first day, and what came of it, each decision with its day."""
    past = decisions(["2024-01-01", "2024-07-01", "2025-01-01", "2025-07-01"], 1)
    now = came.assign(period="2026-01-01", day=pd.Timestamp("2026-03-05"))
    made = cx.renewal_forecast(
        past, now.drop(columns="outcome"), covariates=(), value="value", by="cohort", **ASKED
    )
    return made, now


def test_contracts_that_decide_once_need_no_period(tmp_path, dated):
    made, now = dated
    cx.write_forecast(tmp_path, made, "2026-01-01")
    first = cx.score_forecasts(tmp_path, now, **ASKED)
    assert set(first["status"]) == {"scored"}
    again = cx.score_forecasts(tmp_path, now.assign(period="later"), entity="id", decided="day")
    pd.testing.assert_frame_equal(first, again)
    with pytest.raises(MeasureError, match="rows repeat"):
        other = now.assign(day=pd.Timestamp("2026-04-01"))
        cx.score_forecasts(tmp_path, pd.concat([now, other]), entity="id", decided="day")
    for named in ({}, {"period": "period", "decided": "day"}):
        with pytest.raises(MeasureError, match="name either the period of a decision or its day"):
            cx.score_forecasts(tmp_path, now, entity="id", **named)


def test_an_earlier_decision_of_the_same_contract_is_another_one(tmp_path, dated):
    made, now = dated
    cx.write_forecast(tmp_path, made, "2026-01-01")
    old = now.assign(day=pd.Timestamp("2025-12-31"))
    scores = cx.score_forecasts(tmp_path, old, entity="id", decided="day")
    assert set(scores["status"]) == {"waiting"} and not scores["known"].any()


def test_a_contract_that_is_due_twice_needs_the_period(tmp_path, dated, forecast, came):
    _, now = dated
    past = decisions(["2024-01-01", "2024-07-01", "2025-01-01", "2025-07-01"], 1)
    twice = pd.concat([now, now.assign(period="2026-07-01")]).drop(columns="outcome")
    cx.write_forecast(tmp_path / "a", cx.renewal_forecast(past, twice, covariates=(), **ASKED), "2026-01-01")
    with pytest.raises(MeasureError, match="80 entities are due twice"):
        cx.score_forecasts(tmp_path / "a", now, entity="id", decided="day")
    row = cx.score_forecasts(tmp_path / "a", now, **ASKED).iloc[0]
    assert (row["status"], row["known"], row["n"]) == ("waiting", 80, 160)
    cx.write_forecast(tmp_path / "b", forecast, "2026-01-01")
    with pytest.raises(MeasureError, match="its periods are no days"):
        cx.score_forecasts(tmp_path / "b", came.assign(day="2026-02-01"), entity="id", decided="day")


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2026-01-01", "2026-01-01"), ("2026", "2026-01-01"), ("2026-03", "2026-03-01"),
        ("2026Q3", "2026-07-01"), ("2026-H2", "2026-07-01"), ("2026-2", "2026-12-31"),
        ("2026-W07", "2026-12-31"), ("7", "9999-12-31"),
    ],
)  # fmt: skip
def test_a_period_begins_no_later_than_its_name_says(period, day):
    assert latest_begin(period) == day


def test_a_forecast_made_after_its_period_began_was_made_late(tmp_path, dated):
    made, now = dated
    for day in ("2026-01-01", "2026-01-02", "2027-03-01"):
        cx.write_forecast(tmp_path, made, day)
    scores = cx.score_forecasts(tmp_path, now, **ASKED)
    found = scores[(scores["by"] == "") & (scores["quantity"] == "value")].set_index("made_on")
    assert found["status"].tolist() == ["scored", "made late", "made late"]
    assert found["actual"].nunique() == 1 and found["actual"].notna().all()
    assert set(cx.score_forecasts(tmp_path, now.iloc[:9], **ASKED)["status"]) == {"waiting"}


def altered(path, name=None, **changes):
    """Write a forecast anew with other figures, under the digest that they have."""
    record = json.loads(path.read_text("utf-8")) | changes
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.unlink()
    (path.parent / f"{name or path.name[:10]}_{digest_of(text)}.json").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: altered(path, conf_level=0.5), "a frozen forecast is missing"),
        (lambda path: altered(path, made_on="2025-01-01"), "a frozen forecast is missing"),
        (lambda path: path.rename(path.parent / path.name.replace("2026", "2019")), "is missing"),
        (lambda path: path.unlink(), "a frozen forecast is missing"),
        (lambda path: (path.parent / "index.csv").unlink(), "is not in the index"),
        (lambda path: path.write_bytes(path.read_bytes()[:50]), "was changed since it was frozen"),
        (lambda path: _of_index(path, lambda lines: [lines[0], *lines[2:]]), "index.csv, line 2: the index"),
        (lambda path: _of_index(path, lambda lines: [lines[0], lines[2], lines[1]]), "index.csv, line 2"),
        (lambda path: _of_index(path, lambda lines: [*lines[:2], lines[2].replace("2026-0", "2025-0")]),
         "index.csv, line 3"),
        (lambda path: _of_index(path, lambda lines: []), "the index of frozen forecasts was changed"),
    ],
)  # fmt: skip
def test_what_was_done_to_frozen_forecasts_is_seen(tmp_path, forecast, came, change, said):
    path = cx.write_forecast(tmp_path, forecast, "2026-01-10")
    cx.write_forecast(tmp_path, forecast, "2026-01-11")
    assert len(cx.score_forecasts(tmp_path, came, **ASKED)) == 12
    change(path)
    with pytest.raises(StudyError, match=said):
        cx.score_forecasts(tmp_path, came, **ASKED)


def _of_index(path, change):
    index = path.parent / "index.csv"
    lines = change(index.read_text("utf-8").splitlines())
    index.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def test_other_files_are_no_matter_and_a_stopped_write_is_taken_up_again(tmp_path, forecast, came):
    path = cx.write_forecast(tmp_path, forecast, "2026-01-10")
    (tmp_path / "notes.json").write_text("{}")
    assert len(cx.score_forecasts(tmp_path, came, **ASKED)) == 6
    (tmp_path / "index.csv").unlink()  # as if stopped between the file and the index
    assert freeze_forecast(tmp_path, forecast, "2026-05-01") == path
    assert len(cx.score_forecasts(tmp_path, came, **ASKED)) == 6
    path.unlink()  # as if lost: the same content brings it back
    assert freeze_forecast(tmp_path, forecast, "2026-05-01") == path
    assert len(cx.score_forecasts(tmp_path, came, **ASKED)) == 6


def test_ids_that_are_the_same_as_text_are_refused(tmp_path, forecast, came):
    cx.write_forecast(tmp_path, forecast, "2026-01-10")
    both = pd.concat([came.assign(id=came["id"].astype("object")), came.assign(id=came["id"].astype("str"))])
    with pytest.raises(MeasureError, match="80 rows repeat the decision of another, as text"):
        cx.score_forecasts(tmp_path, both, **ASKED)


def test_a_thawed_forecast_names_no_contract_when_it_is_printed(tmp_path, forecast):
    path = cx.write_forecast(tmp_path, forecast, "2026-01-10")
    assert repr(thawed(path.read_text("utf-8"))) == "Forecast of 2026-1, made on 2026-01-10."


def books(seed: int) -> dict[str, pd.DataFrame]:
    """Contracts of a year each, which end on any day, and no answers."""
    rng = np.random.default_rng(seed)
    end = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 1400, 900), unit="D")
    contracts = pd.DataFrame(
        {
            "contract_id": [f"v{at}" for at in range(900)], "customer_id": [f"c{at}" for at in range(900)],
            "start": end - pd.Timedelta(days=365), "end": end, "value": 100.0,
            "outcome": rng.choice(["renewed", "lost"], 900, p=[0.8, 0.2]),
        }
    )  # fmt: skip
    return {"contracts": contracts}


@pytest.fixture
def made(little, monkeypatch):
    """Return a function that forecasts on a day, freezes by the clock of another, and scores before it."""
    monkeypatch.chdir(little)
    study = cx.open_study("01_pulse", "north")

    def on(as_of: str, clock: str) -> pd.DataFrame:
        class Clock(date):
            @classmethod
            def today(cls) -> date:
                return date.fromisoformat(clock)

        monkeypatch.setattr(session, "date", Clock)
        taken = cx.renewal_decisions(books(1), as_of, questions=(), books_end="2027-12-31")
        ids = {"entity": "contract_id", "period": "period", "covariates": (), "n_draws": 500}
        before = study.frozen(taken)
        study.freeze(cx.renewal_forecast(taken.history, taken.due, **ids), taken)
        return before

    return on


def test_a_study_shows_forecasts_of_earlier_data_once_their_decisions_have_come(made, little):
    folder = little / "outputs" / ".scratch" / "forecasts" / "north"
    assert made("2026-01-01", "2026-01-20").empty
    assert made("2026-01-01", "2026-01-25").empty  # made again: neither shown nor frozen twice
    (path,) = folder.glob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600 and path.name.startswith("2026-01-20_")
    waiting = made("2026-04-01", "2026-04-02")
    assert set(waiting["status"]) == {"waiting"} and len(list(folder.glob("*.json"))) == 2
    scored = made("2026-07-10", "2026-07-12")
    came = books(1)["contracts"]
    came = came[came["end"].between("2026-01-01", "2026-06-30") & (came["outcome"] == "renewed")]
    row = scored[scored["due"] == "2026-01-01"].iloc[0]
    assert (row["status"], row["actual"], row["made_on"]) == ("made late", len(came), "2026-01-20")


def test_a_forecast_in_hindsight_is_not_frozen(made, little):
    made("2025-08-01", "2026-11-22")
    assert not (little / "outputs" / ".scratch" / "forecasts").exists()


def test_a_run_freezes_beside_its_outputs_and_work_by_hand_does_not(little, monkeypatch, tmp_path):
    monkeypatch.chdir(little)
    study = cx.open_study("01_pulse", "north")
    assert study._forecasts == little / "outputs" / ".scratch" / "forecasts" / "north"
    monkeypatch.setenv("CXLAB_RUN", str(tmp_path / "run"))
    assert study._forecasts == little / "outputs" / "forecasts" / "north"
