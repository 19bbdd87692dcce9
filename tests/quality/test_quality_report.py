"""The verdict: every rule at its edge, every fault found, nothing changed."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from cxlab.model.errors import MeasureError
from cxlab.model.market import QUARANTINE_COLUMNS
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.finding import Finding, Findings
from cxlab.quality.quality_report import quality_report
from tests.quality.quality_markets import (
    WAVE,
    honest_answers,
    honest_market,
    invited_tables,
    market_of,
    responses_of,
)

GENEROUS = IntakeOptions(margin=1000)


def levels(market, **options):
    report = quality_report(market, options=IntakeOptions(**options) if options else None)
    return {finding.check: finding.level for finding in report.findings.findings}


@pytest.mark.parametrize(
    ("n", "verdict"), [(0, "stop"), (9, "stop"), (10, "caution"), (29, "caution"), (30, "go"), (400, "go")]
)
def test_the_number_of_answers_at_its_edges(n, verdict):
    assert quality_report(honest_market(n), options=GENEROUS).verdict == verdict


@pytest.mark.parametrize(("broken", "level"), [(0, "ok"), (4, "ok"), (5, "caution")])
def test_more_than_a_hundredth_in_quarantine_asks_for_caution(broken, level):
    rows = [["responses", "s", "x.csv", row, "nps", "x", "not a number"] for row in range(broken)]
    twice = [[*row[:-1], "outside 0–10"] for row in rows]  # a value that breaks two rules is one row
    quarantine = pd.DataFrame(rows + twice, columns=QUARANTINE_COLUMNS)
    market = market_of(responses_of(400 - broken, np.random.default_rng(1)), quarantine=quarantine)
    assert quality_report(market).findings.of("quarantine")[0].count == broken
    assert levels(market)["quarantine"] == level


def test_a_sound_wave_goes_and_says_what_it_could_not_check():
    report = quality_report(honest_market(400))
    assert report.verdict == "go" and report.segments == () and not report.has_invitations
    unchecked = {finding.check for finding in report.findings.findings if finding.n == 0}
    assert unchecked == {
        "response_rate", "response_gap", "sampling", "pilot",
        "incentive", "selective_sampling", "staff_present",
    }  # fmt: skip
    assert report.summary() == "Wave 2026-1, 400 answers. go: Nothing speaks against it."


@pytest.fixture(scope="module")
def faulty():
    """A wave with 30 straight lines, 40 speeders, 10 second answers, 12 copies and 60 given up, of 500."""
    rng = np.random.default_rng(5)
    answers = honest_answers(500, rng)
    items = [name for name in answers if "." in name]
    for name in items:
        answers[name][:30] = 8.0
    for scores in answers.values():
        scores[100:112] = scores[200:212]
    for name in items:
        answers[name][400:460] = np.nan
    responses = responses_of(500, rng)
    responses.loc[50:89, "duration_s"] = 20.0
    responses.loc[300:309, "customer_id"] = [f"c{i}" for i in range(310, 320)]
    return market_of(responses, answers)


def test_planted_faults_are_counted_and_flagged(faulty):
    report = quality_report(faulty)
    counts = {name: int(report.flags[name].sum()) for name in report.flags.columns[1:]}
    assert counts == {
        "straight_lining": 30, "speeders": 40, "repeat_answers": 10, "identical_answers": 12,
        "incomplete_answers": 60, "any_flag": 152,
    }  # fmt: skip
    assert report.flags["response_id"].tolist() == faulty.responses["response_id"].tolist()
    assert {finding.check for finding in report.findings.reasons} == set(counts)
    assert report.verdict == "stop"  # 152 of 500 are more than the limit of 30 %


def test_limits_are_the_markets_own(faulty):
    # 30 of the 440 who answered enough items are 6.8 %, 152 of 500 are 30.4 %
    tight = levels(faulty, straight_lining=0.06, any_flag=0.303)
    assert (tight["straight_lining"], tight["any_flag"]) == ("caution", "stop")
    wide = levels(faulty, straight_lining=0.07, any_flag=0.305)
    assert (wide["straight_lining"], wide["any_flag"]) == ("ok", "ok")


def test_nothing_is_deleted_or_changed(faulty):
    before = {name: frame.copy() for name, frame in faulty.tables.items()}
    report = quality_report(faulty)
    report.tidy()["level"].str.upper()
    for name, frame in faulty.tables.items():
        pd.testing.assert_frame_equal(frame, before[name])
    assert len(report.flags) == len(before["responses"])


def test_an_unknown_limit_is_refused():
    with pytest.raises(ValidationError, match="unknown key 'speeder'; did you mean 'speeders'"):
        IntakeOptions.model_validate({"speeder": 0.1})
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        IntakeOptions(speeders=10)


def surveyed(gap: float, n: int = 3000, segments=None):
    rng = np.random.default_rng(6)
    age = rng.choice(["young", "old"], n)
    answered = rng.random(n) < 0.3 + gap * (age == "old")
    number = np.cumsum(answered) - 1
    tables = invited_tables(rng, answered, np.array([f"r{i}" for i in number], dtype=object), age_band=age)
    k = int(answered.sum())
    market = market_of(responses_of(k, rng), {"nps": honest_answers(k, rng)["nps"]}, tables=tables)
    return quality_report(market, options=IntakeOptions(segments=segments)), age, answered


@pytest.mark.parametrize(("gap", "level"), [(0.0, "ok"), (0.25, "caution")])
def test_a_gap_between_response_rates_is_found(gap, level):
    report, age, answered = surveyed(gap)
    (finding,) = report.findings.of("response_gap")
    assert (finding.level, finding.subject) == (level, "age_band")
    rates = [answered[age == name].mean() for name in ("young", "old")]
    assert finding.value == pytest.approx(abs(rates[1] - rates[0]), rel=1e-12)
    (rate,) = report.findings.of("response_rate")
    assert (rate.count, rate.n) == (answered.sum(), 3000)


def test_a_gap_of_chance_is_none():
    # Two levels of 50 people differ by more than 10 points by chance alone in a third of all waves.
    assert surveyed(0.0, n=100)[0].findings.of("response_gap")[0].level == "ok"


def test_segments_are_those_named():
    assert surveyed(0.1)[0].segments == ("age_band",)
    with pytest.raises(MeasureError, match="no column 'age_bnad'; did you mean 'age_band'"):
        surveyed(0.1, segments=("age_bnad",))


def test_a_column_that_gives_a_problem_away_is_noted():
    problem = np.arange(400) % 3 == 0
    market = honest_market(400, had_problem=problem, touchpoint=np.where(problem, "complaint", "none"))
    (finding,) = quality_report(market).findings.of("leakage")
    assert (finding.level, finding.subject) == ("note", "had_problem, touchpoint")


def test_another_wave_and_an_unknown_one():
    market = honest_market(100, wave=np.where(np.arange(100) < 40, WAVE, "2025-2"))
    assert quality_report(market).n == 40
    assert quality_report(market, "2025-2").n == 60
    with pytest.raises(MeasureError, match="no answers of wave '2025-3'"):
        quality_report(market, "2025-3")


def test_without_waves_all_answers_count():
    market = market_of(responses_of(50, np.random.default_rng(0)).drop(columns="wave"))
    assert quality_report(market).n == 50


def test_the_gravest_finding_is_the_verdict():
    notes = [Finding("pilot", level, level) for level in ("ok", "note", "caution", "stop")]
    assert [Findings(tuple(notes[:k])).verdict for k in range(5)] == ["go", "go", "go", "caution", "stop"]
    assert [finding.level for finding in Findings(tuple(notes)).reasons] == ["stop", "caution"]
    assert list(Findings(tuple(notes)).tidy()["level"]) == ["ok", "note", "caution", "stop"]
