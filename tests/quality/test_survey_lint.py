"""Faults of a survey: each is planted and found, and a sound survey has none."""

import numpy as np
import pandas as pd
import pytest

from cxlab.model.market import QUARANTINE_COLUMNS
from cxlab.model.parameters import IntakeOptions
from cxlab.quality.survey_lint import survey_lint
from tests.quality.quality_markets import (
    honest_answers,
    honest_market,
    invited_tables,
    market_of,
    responses_of,
)


def lint_of(answers, n=400, *, options=None, **changed):
    market = market_of(responses_of(n, np.random.default_rng(1)), answers, **changed)
    return survey_lint(market, options=options)


def found(findings, check):
    (finding,) = findings.of(check)
    return finding.level, finding.subject


@pytest.fixture
def answers():
    return few(honest_answers(400, np.random.default_rng(1)))


def few(answers):
    return {name: scores for name, scores in answers.items() if "." not in name or name.endswith(".price")}


@pytest.mark.parametrize("seed", range(5))
def test_a_sound_survey_has_notes_only(seed):
    findings = survey_lint(honest_market(400, seed=seed))
    assert findings.verdict == "go"
    assert "Nothing speaks against it" in findings.summary()


def beyond(question: str, value: str, rows: int) -> pd.DataFrame:
    broken = [["responses", "s", "x.csv", row, question, value, "outside 0–10"] for row in range(rows)]
    return pd.DataFrame(broken, columns=QUARANTINE_COLUMNS)


def test_scores_coded_from_1_to_11_stop(answers):
    answers["nps"] = np.where(answers["nps"] == 10, np.nan, answers["nps"] + 1)
    findings = lint_of(answers, quarantine=beyond("nps", "11", 12))
    assert found(findings, "scale_code") == ("stop", "nps")
    assert findings.verdict == "stop" and "shift: -1" in findings.summary()


def test_a_few_elevens_beside_noughts_are_mistakes_not_a_code(answers):
    assert found(lint_of(answers, quarantine=beyond("nps", "11", 12)), "scale_code")[0] == "ok"
    answers["nps"] = np.where(answers["nps"] == 0, np.nan, answers["nps"])
    assert found(lint_of(answers, quarantine=beyond("nps", "11", 9)), "scale_code")[0] == "ok"
    assert found(lint_of(answers, quarantine=beyond("nps", "12", 20)), "scale_code")[0] == "ok"


def test_items_are_looked_at_too(answers):
    answers["satisfaction.price"][answers["satisfaction.price"] == 1] = np.nan
    quarantine = beyond("score (satisfaction.price)", "11", 15)
    assert found(lint_of(answers, quarantine=quarantine), "scale_code") == ("stop", "satisfaction.price")


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        (lambda score: np.ceil((score + 1) / 2.2), "caution"),  # asked on 1–5
        (lambda score: np.maximum(score, 1), "caution"),  # asked on 1–10
        (lambda score: np.minimum(score + 1, 9), "caution"),  # nobody may be delighted
        (lambda score: score, "ok"),
    ],
)
def test_a_scale_used_in_part_is_named(answers, asked, level):
    answers["nps"] = asked(answers["nps"])
    assert found(lint_of(answers), "scale_unused")[0] == level


def test_a_reversed_question_is_named(answers):
    answers["ces"] = 8 - answers["ces"]
    answers["satisfaction.price"] = 11 - answers["satisfaction.price"]
    answers["importance.price"] = 11 - answers["importance.price"]  # nobody says which way it should go
    assert found(lint_of(answers), "reversed") == ("caution", "ces, satisfaction.price")


def test_questions_that_say_nothing_are_not_called_reversed():
    rng = np.random.default_rng(3)
    noise = [
        {"nps": honest_answers(400, rng)["nps"], "ces": rng.integers(1, 8, 400).astype("float64")}
        for _ in range(20)
    ]
    # The rule has a size of 1 % at a correlation of 0, and less by asking for −0.1: 20 draws, P(≥ 3) = .001.
    assert sum(found(lint_of(answers), "reversed")[0] == "caution" for answers in noise) <= 2


def test_a_channel_that_scores_far_above_the_others_is_named(answers):
    channel = np.where(np.arange(400) < 80, "shop", "email")
    answers["nps"][:80] = np.clip(answers["nps"][:80] + 3, 0, 10)
    responses = responses_of(400, np.random.default_rng(1), channel=channel)
    assert found(survey_lint(market_of(responses, answers)), "channels") == ("caution", "shop")


def test_a_channel_that_scores_below_the_others_is_none_of_it(answers):
    channel = np.where(np.arange(400) < 80, "phone", np.where(np.arange(400) % 2, "email", "sms"))
    answers["nps"][:80] = np.clip(answers["nps"][:80] - 3, 0, 10)
    responses = responses_of(400, np.random.default_rng(1), channel=channel)
    level, subject = found(survey_lint(market_of(responses, answers)), "channels")
    assert subject != "phone" and level in ("ok", "caution")


def test_one_channel_cannot_be_compared(answers):
    responses = responses_of(400, np.random.default_rng(1), channel="email")
    (finding,) = survey_lint(market_of(responses, answers)).of("channels")
    assert (finding.level, finding.n) == ("note", 0)


@pytest.mark.parametrize(("n", "level"), [(60, "caution"), (900, "ok")])
def test_the_margin_of_nps_equals_that_of_the_formula(n, level):
    market = honest_market(n)
    (finding,) = survey_lint(market).of("precision")
    side = market.responses["nps"].map(lambda s: 1 if s >= 9 else -1 if s <= 6 else 0).astype("float64")
    assert finding.value == pytest.approx(196 * side.std(ddof=0) / np.sqrt(n), rel=1e-4)
    assert finding.level == level


def test_the_margin_counts_weights():
    weighed = honest_market(900, weight=np.where(np.arange(900) % 10 == 0, 9.0, 0.2))
    plain = honest_market(900, weight=2.5)
    wide, narrow = (survey_lint(market).of("precision")[0] for market in (weighed, plain))
    assert wide.value > 1.8 * narrow.value and "weighted" in wide.text
    assert narrow.value == pytest.approx(survey_lint(honest_market(900)).of("precision")[0].value, rel=1e-12)


def sampled(share_invited: dict[str, float]):
    rng = np.random.default_rng(4)
    segment = rng.choice(["home", "firm"], 2000, p=[0.7, 0.3])
    asked = rng.random(2000) < np.array([share_invited[name] for name in segment])
    answered = asked & (rng.random(2000) < 0.5)
    number = np.cumsum(answered) - 1
    tables = invited_tables(rng, answered, np.array([f"r{i}" for i in number], dtype=object), segment=segment)
    tables["invitations"] = tables["invitations"][asked].reset_index(drop=True)
    n = int(answered.sum())
    return survey_lint(market_of(responses_of(n, rng), tables=tables))


def test_invitations_unlike_the_customers_are_named():
    assert found(sampled({"home": 0.7, "firm": 0.2}), "sampling") == ("caution", "segment")
    assert found(sampled({"home": 0.5, "firm": 0.5}), "sampling")[0] == "ok"
    assert survey_lint(honest_market(100)).of("sampling")[0].text.startswith("Not checked")


@pytest.mark.parametrize("check", ["incentive", "selective_sampling", "staff_present"])
def test_what_no_figure_tells_is_declared(answers, check):
    levels = [
        found(lint_of(answers, options=IntakeOptions(**declared)), check)[0]
        for declared in ({}, {check: False}, {check: True})
    ]
    assert levels == ["note", "ok", "caution"]
