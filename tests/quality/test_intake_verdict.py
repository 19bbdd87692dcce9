"""The verdict on a wave: fixed rules, each at its edge."""

import pandas as pd
import pytest

from cxlab.model.market import QUARANTINE_COLUMNS, Market
from cxlab.model.parameters import MarketParameters
from cxlab.quality.intake_verdict import intake_verdict
from cxlab.report.verdict_notice import verdict_notice
from cxlab.report.words import Words

PARAMETERS = MarketParameters.model_validate(
    {
        "market": "acme",
        "name": "Acme",
        "wave": "2026",
        "sources": {
            "survey": {"path": "x.csv", "format": "csv", "tables": {"responses": {"response_id": "id"}}}
        },
    }
)


def market_of(answers: int, broken: int = 0, other_waves: int = 0) -> Market:
    waves = ["2026"] * answers + ["2025"] * other_waves
    responses = pd.DataFrame({"response_id": range(len(waves)), "wave": waves})
    rows = [["responses", "survey", "x.csv", row, "nps", "11", "outside 0–10"] for row in range(broken)]
    quarantine = pd.DataFrame(rows, columns=QUARANTINE_COLUMNS)
    empty = pd.DataFrame()
    return Market(PARAMETERS, {"responses": responses}, empty, empty, quarantine, ())


@pytest.mark.parametrize(
    ("answers", "broken", "level"),
    [
        (0, 0, "stop"),
        (9, 0, "stop"),
        (10, 0, "caution"),
        (29, 0, "caution"),
        (30, 0, "go"),
        (99, 1, "go"),
        (98, 1, "caution"),
        (1000, 0, "go"),
    ],
)
def test_each_rule_at_its_edge(answers, broken, level):
    assert intake_verdict(market_of(answers, broken), "2026").level == level


def test_only_the_answers_of_the_wave_count():
    verdict = intake_verdict(market_of(5, other_waves=500), "2026")
    assert (verdict.level, verdict.n_responses) == ("stop", 5)


def test_a_value_that_breaks_two_rules_is_one_row():
    market = market_of(100, broken=1)
    twice = pd.concat([market.quarantine, market.quarantine.assign(rule="not a whole number")])
    doubled = Market(PARAMETERS, market.tables, market.codebook, market.missing, twice, ())
    assert intake_verdict(doubled, "2026").n_quarantined == 1


def test_the_summary_holds_the_counts():
    assert intake_verdict(market_of(98, 2), "2026").summary() == (
        "caution: 98 answers in the wave, 2 rows (2.0%) quarantined."
    )


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "98 answers"), ("es", "98 respuestas"), ("it", "98 risposte"), ("pl", "98 odpowiedzi")],
)
def test_the_notice_says_it_in_the_language(language, word):
    notice = verdict_notice(intake_verdict(market_of(98, 2), "2026"), words=Words(language)).html
    assert word in notice
    assert "cx-caution" in notice
