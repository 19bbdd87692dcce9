"""Journey, Pareto, denominator and claim, as a report says them."""

from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlab.measure.disloyalty_claim import disloyalty_claim
from cxlab.measure.followed_issues import FollowedIssues
from cxlab.measure.pareto import pareto
from cxlab.report.chart_pareto import chart_pareto
from cxlab.report.claim_paragraph import claim_paragraph
from cxlab.report.issues_paragraph import issues_paragraph
from cxlab.report.journey_table import journey_table
from cxlab.report.pareto_table import pareto_table
from cxlab.report.wording import base_heading, base_text, measure_name, unit_text
from cxlab.report.words import Words
from tests.report.report_results import LANGUAGES, result_of

REASONS = pd.DataFrame({"reason": ["price"] * 42 + ["need"] * 28 + ["rival"] * 20 + [None] * 10})
TOUCHPOINTS = pd.DataFrame(
    {
        "touchpoint": ["billing", "shop", "app"],
        "order": [2, 1, 3],
        "owner_role": ["head of bills", "retail", None],
    }
)
SOLVED = result_of(
    ("shop", 0.708, 0.60, 0.79, 89),
    ("billing", 0.66, 0.56, 0.74, 12),
    ("kiosk", 0.5, 0.4, 0.6, 44),
    metric="first_contact_resolution",
    outcome="resolved",
    by=("touchpoint",),
    unit="share",
    hidden=("app",),
)
METRICS = [
    ("retention_rate", "at_end", "share"),
    ("gross_revenue_retention", "closing", "share"),
    ("net_revenue_retention", "closing", "ratio"),
    ("reference_accounts", "reference", "share"),
    ("close_rate", "status", "share"),
    ("close_rate_value", "value", "share"),
    ("close_rate_gap", "existing=true|false", "points"),
    ("close_rate_value_gap", "existing=true|false", "points"),
    ("lost_reasons", "reason", "share"),
    ("share_of_wallet", "spend", "share"),
    ("word_of_mouth", "offline_positive", "share"),
    ("word_of_mouth_balance", "talked", "points"),
    ("first_contact_resolution", "resolved", "share"),
    ("channel_switching", "channel", "share"),
    ("disloyalty_ratio", "loyalty_change", "coefficient"),
]


def _cells(html: str) -> list[list[str]]:
    tree = ElementTree.fromstring(f"<div>{html}</div>")
    return [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]


def test_the_journey_runs_in_its_order_with_owners_and_bases():
    block = journey_table(TOUCHPOINTS, SOLVED)
    assert _cells(block.html) == [
        ["Touchpoint", "Responsible role", "First-contact resolution"],
        ["shop", "retail", "70.8% (n 89)"],
        ["billing", "head of bills", "▲\u00a066.0% (n 12)"],
        ["app", "–", "not shown"],
        ["kiosk", "–", "50.0% (n 44)"],
    ]
    assert block.min_base == 10
    assert "<td" in journey_table(TOUCHPOINTS.drop(columns="owner_role")).html
    with pytest.raises(ValueError, match="a journey shows results by touchpoint, and first_contact"):
        journey_table(TOUCHPOINTS, replace(SOLVED, by=("channel",)))


def test_the_pareto_table_marks_the_few_and_keeps_the_unknown():
    found = pareto(REASONS, "reason").suppress(10)
    table = _cells(pareto_table(found).html)
    assert [row[0] for row in table[1:]] == ["price", "need", "rival", "no answer"]
    assert [row[1] for row in table[1:]] == ["42", "28", "20", "10"]
    assert [row[4] for row in table[1:]] == ["42.0%", "70.0%", "90.0%", "100.0%"]
    assert [row[5] for row in table[1:]] == ["✓", "✓", "✓", "–"]
    assert pareto_table(found).min_base == 10


def test_a_small_pareto_is_not_shown():
    found = pareto(REASONS, "reason").suppress(101)
    assert [row[1] for row in _cells(pareto_table(found).html)[1:]] == ["not shown"] * 4
    block = chart_pareto(found)
    assert not block.png and "42" not in block.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pareto_chart_says_what_it_shows(language: str):
    words = Words(language)
    one = chart_pareto(pareto(REASONS, "reason").suppress(10), words=words)
    assert one.png and one.name == "pareto_pareto_reason"
    alt = one.html.split('alt="')[1].split('"')[0]
    assert words.figure(0.42, "share") in alt and words.figure(0.9, "share") in alt
    assert words.percent(0.8) in one.html


def test_the_pareto_chart_is_the_same_each_time():
    one, again = (chart_pareto(pareto(REASONS, "reason").suppress(10)) for _ in range(2))
    assert one.png == again.png


def _claim(less: int, same: int, more: int):
    answers = [-1] * less + [0] * same + [1] * more
    return disloyalty_claim(pd.DataFrame({"loyalty_change": answers})).suppress(10)


def test_the_claim_is_said_with_its_p():
    assert "compatible with the published claim of 4 (p = 0.386)" in claim_paragraph(_claim(36, 5, 12)).html
    assert "differs from the published claim of 4 (p &lt; 0.001)" in claim_paragraph(_claim(10, 5, 40)).html
    assert "no ratio" in claim_paragraph(_claim(12, 5, 0)).html
    assert "too few answers" in claim_paragraph(_claim(4, 5, 3)).html
    assert "p = 0,386" in claim_paragraph(_claim(36, 5, 12), words=Words("pl")).html
    assert claim_paragraph(_claim(36, 5, 12)).min_base == 10
    by_segment = disloyalty_claim(pd.DataFrame({"loyalty_change": [-1, 1], "g": ["a", "b"]}), by="g")
    with pytest.raises(ValueError, match="for everyone"):
        claim_paragraph(by_segment)


def test_the_denominator_is_named():
    rows = pd.DataFrame({"issue_id": ["a", "b"]})
    issues = FollowedIssues(rows, 7, pd.Timestamp("2026-10-22"), "issue", 49, 1, 1200)
    assert issues_paragraph(issues).html == (
        "<p>Base: 2 issues opened up to October 15, 2026, each followed for 7 days. Left out: 49 opened "
        "later, 1 without their first contact, and 1,200 contacts that name no issue.</p>"
    )
    assert "15 października 2026" in issues_paragraph(issues, words=Words("pl")).html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("metric", "outcome", "unit"), METRICS)
def test_every_metric_has_a_name_a_unit_and_a_base(language: str, metric: str, outcome: str, unit: str):
    words = Words(language)
    result = result_of(("", 0.5, 0.4, 0.6, 40), metric=metric, outcome=outcome, by=(), unit=unit)
    name = measure_name(result, words)
    assert metric not in name and "_" not in name
    assert unit_text(result, words) and "40" in base_text(40, result, words)
    answers = metric.startswith("word_of_mouth")
    assert (base_heading(result, words) == words.text("table.n")) == answers
