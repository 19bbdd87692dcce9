"""The blocks of the intake: verdict, findings, questions, pilot and response rates, in every language."""

import re

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.response_rate import response_rate
from cxlab.model.errors import MeasureError
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.ceiling_floor import ceiling_floor
from cxlab.quality.finding import Finding, Findings
from cxlab.quality.item_non_response import item_non_response
from cxlab.quality.pilot_against_full import pilot_against_full
from cxlab.quality.quality_report import QualityReport, quality_report
from cxlab.report.chart_segments import chart_segments
from cxlab.report.findings_table import GROUPS, findings_table
from cxlab.report.pilot_table import pilot_table
from cxlab.report.questions_table import questions_table
from cxlab.report.sentence import sentence
from cxlab.report.verdict_notice import verdict_notice
from cxlab.report.words import Words
from tests.quality.quality_markets import honest_answers, market_of, responses_of
from tests.report.report_results import LANGUAGES
from tests.report.test_tables import cells


def report_of(*findings: Finding, n: int = 998) -> QualityReport:
    flags = pd.DataFrame({"response_id": []})
    return QualityReport("2026-1", n, 10, True, ("age_band",), Findings(findings), flags)


LINES = Finding("straight_lining", "caution", "", "", 60, 773, 60 / 773, 0.05)
GAP = Finding("response_gap", "caution", "", "age_band", 0, 3000, 0.315, 0.1)
CODE = Finding("scale_code", "stop", "", "nps, satisfaction.contact_centre", 2, 17)
FINE = Finding("speeders", "ok", "", "", 3, 773, 3 / 773, 0.05)
UNKNOWN = Finding("staff_present", "note", "")


@pytest.fixture(scope="module")
def piloted():
    rng = np.random.default_rng(1)
    answers = honest_answers(200, rng)
    answers["nps"][:40] = np.clip(answers["nps"][:40] + 3, 0, 10)
    answers["ces"][50:] = np.nan
    stage = np.where(np.arange(200) < 40, "pilot", "full")
    return market_of(responses_of(200, rng, stage=stage), answers)


def test_every_check_belongs_to_one_group(piloted):
    grouped = [check for checks in GROUPS.values() for check in checks]
    assert len(set(grouped)) == len(grouped)
    assert {finding.check for finding in quality_report(piloted).findings.findings} <= set(grouped)
    assert all(Words().has(f"check.{check}") for check in grouped)


def test_the_verdict_lists_reasons_and_remedies_the_gravest_first():
    html = verdict_notice(report_of(FINE, LINES, UNKNOWN, GAP, CODE)).html
    assert "cx-stop" in html and "998 answers in this wave. 1 check could not be made" in html
    points = re.findall(r"<li>(.*?)</li>", html)
    assert points == [
        "Scores coded one too high: 2 of 17 questions (Likelihood to recommend (NPS), Contact centre "
        "(satisfaction)). Subtract one in the parameter file (shift: -1).",
        "Same score all the way down: 60 of 773 (7.8%); limit ≤\u00a05.0%. Repeat the main results without "
        "these answers.",
        "Widest gap between response rates: 31.5 percentage points (Age); limit ≤\u00a010.0 percentage "
        "points. Weight the answers for non-response and report the difference.",
    ]


def test_a_sound_wave_has_no_reasons():
    html = verdict_notice(report_of(FINE)).html
    assert "cx-go" in html and "<li>" not in html and "could not" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_said_in_every_language(language, piloted):
    words = Words(language)
    report = quality_report(piloted, options=IntakeOptions(incentive=True, straight_lining=0))
    blocks = [findings_table(report, group, words=words).html for group in GROUPS]
    blocks.append(verdict_notice(report, words=words).html)
    raw = {finding.check for finding in report.findings.findings if "_" in finding.check}
    for html in blocks:
        assert not re.search(r"nan|None|\{|\}", html)
        assert not any(check in html for check in raw)
    if language != "en":
        assert "Check<" not in "".join(blocks) and "caution" not in re.sub(
            'class="[^"]*"', "", "".join(blocks)
        )


def test_a_table_shows_verdict_finding_and_limit():
    table = cells(findings_table(report_of(LINES, FINE, GAP, UNKNOWN), "flags").html)
    assert table == [
        ["Check", "Verdict", "Found", "Limit"],
        ["Same score all the way down", "▲\u00a0caution", "60 of 773 (7.8%)", "≤\u00a05.0%"],
        ["Answered too quickly", "✓\u00a0in order", "3 of 773 (0.4%)", "≤\u00a05.0%"],
    ]
    asked = cells(findings_table(report_of(LINES, UNKNOWN), "asking").html)
    assert asked[1] == ["Scores given in front of staff", "·\u00a0not checked", "not declared", "–"]


def test_shares_of_a_tiny_wave_are_not_shown():
    tiny = report_of(LINES, n=9)
    assert cells(findings_table(tiny, "flags").html)[1][2] == "not shown"
    assert "<li>" not in verdict_notice(tiny).html
    assert findings_table(tiny, "flags").min_base == 10


@pytest.mark.parametrize(
    ("finding", "lack"),
    [
        (Finding("pilot", "note", ""), "no pilot"),
        (Finding("speeders", "note", ""), "no durations"),
        (Finding("straight_lining", "note", ""), "too few answers"),
        (Finding("sampling", "note", ""), "no groups to compare"),
        (UNKNOWN, "not declared"),
    ],
)
def test_what_could_not_be_checked_says_why(finding, lack):
    group = next(name for name, checks in GROUPS.items() if finding.check in checks)
    row = cells(findings_table(report_of(finding), group).html)[1]
    assert row[1:3] == ["·\u00a0not checked", lack]


def test_an_unknown_group_is_refused():
    with pytest.raises(MeasureError, match="unknown group of checks 'flag'; did you mean 'flags'"):
        findings_table(report_of(FINE), "flag")


def test_questions_show_what_is_open_and_where_they_end(piloted):
    still_open, ends = item_non_response(piloted), ceiling_floor(piloted)
    table = cells(questions_table(still_open, ends, min_base=10).html)
    assert table[0] == ["Question", "Asked (n)", "Left open", "Lowest score", "Highest score"]
    ces = next(row for row in table if row[0].startswith("Customer effort"))
    assert ces[1:3] == ["200", "▲\u00a075.0%"]
    few = cells(questions_table(still_open, ends, min_base=100).html)
    hidden = next(row for row in few if row[0].startswith("Customer effort"))
    assert hidden[3:] == ["not shown", "not shown"]


def test_the_pilot_is_told_apart_in_words_and_small_ones_are_hidden(piloted):
    table = cells(pilot_table(pilot_against_full(piloted), min_base=10).html)
    rows = {row[0]: row for row in table}
    assert rows["Likelihood to recommend (NPS)"][4] == "▲\u00a0differs"
    assert rows["Likelihood to recommend (NPS)"][3].startswith("+")
    assert rows["Overall satisfaction"][4] == "no clear difference"
    hidden = cells(pilot_table(pilot_against_full(piloted), min_base=50).html)[1]
    assert hidden[1:] == ["not shown", "not shown", "–", "–"]


def test_without_answers_or_a_pilot_a_sentence_says_so():
    empty = market_of(responses_of(3, np.random.default_rng(0)))
    said = questions_table(item_non_response(empty), ceiling_floor(empty), min_base=10).html
    assert said == "<p>There are no data.</p>"
    assert pilot_table(pilot_against_full(empty), min_base=10).html == "<p>The wave has no pilot.</p>"


@pytest.mark.parametrize(
    ("language", "base"),
    [("en", "400 people invited"), ("es", "400 personas invitadas"), ("it", "400 persone invitate"),
     ("pl", "400 zaproszonych osób")],
)  # fmt: skip
def test_response_rates_count_people_invited(language, base):
    people = pd.DataFrame({"answered": np.arange(400) % 4 == 0, "segment": ["a", "b"] * 200})
    words = Words(language)
    said = sentence(response_rate(people), language)
    assert base in said and words.percent(0.25, 1) in said
    html = chart_segments(response_rate(people, by="segment"), words=words).html
    assert words.text("table.invited") in html and words.text("chart.unit_invited") in html
    assert words.plural("count.invited", 200) in html
