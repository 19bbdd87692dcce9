import re

import pytest

from cxlab.report.sentence import sentence
from cxlab.report.words import Words
from tests.report.report_results import APART, CLOSE, EVERYONE, LANGUAGES, NOTHING, WAVES, result_of


def test_everyone():
    assert sentence(EVERYONE) == "NPS is 36.0 points (95% interval 29.1 to 42.3; 1,412 answers, weighted)."


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        ("en", ("36.0 points", "95% interval 29.1 to 42.3", "1,412 answers", "weighted")),
        ("es", ("36,0 puntos", "intervalo del 95\u00a0%: 29,1 a 42,3", "1412 respuestas", "ponderadas")),
        ("it", ("36,0 punti", "intervallo al 95%: da 29,1 a 42,3", "1412 risposte", "ponderate")),
        ("pl", ("36,0 pkt", "przedział 95%: od 29,1 do 42,3", "1412 odpowiedzi", "ważone")),
    ],
)
def test_every_language_says_the_same_facts(language, facts):
    said = sentence(EVERYONE, language)
    assert [fact for fact in facts if fact not in said] == []


def test_two_levels_differ_only_where_their_intervals_do_not_overlap():
    apart, close = sentence(APART), sentence(CLOSE)
    assert apart.startswith(
        "NPS by region: highest for North with 41.2 points (95% interval 35.0 to 47.1; 812"
    )
    assert "lowest for South with −20.1 points (95% interval −31.2 to −8.4; 600 answers, unweighted)" in apart
    assert "the two differ" in apart and "told apart" not in apart
    assert "cannot be told apart with certainty" in close and "the two differ" not in close


def test_intervals_that_touch_overlap():
    touching = result_of(("A", 40.0, 30.0, 50.0, 99), ("B", 20.0, 10.0, 30.0, 99))
    assert "cannot be told apart" in sentence(touching)


def test_suppressed_levels_are_counted_and_not_named():
    assert sentence(CLOSE).endswith("2 groups are not shown, to protect small groups.")
    assert sentence(CLOSE, "pl").endswith("Nie pokazano 2 grup, by chronić małe grupy.")
    assert "East" not in sentence(CLOSE)
    assert sentence(NOTHING) == "NPS: too few answers to say."


def test_waves_stand_in_their_order_and_the_change_is_signed():
    said = sentence(WAVES)
    assert said.startswith("NPS: 10.0 points in 2025-1 (") and "36.0 points in 2025-10 (" in said
    assert "a difference of +26.0 points" in said and "the two waves differ" in said


def test_a_change_within_the_intervals_is_not_called_one():
    flat = result_of(("2025", 10.0, 3.0, 17.0, 400), ("2026", 12.0, 5.0, 19.0, 400), by=("wave",))
    assert "cannot be told apart from chance" in sentence(flat)
    assert "differ." not in sentence(flat)


def test_a_change_of_shares_is_in_percentage_points():
    shares = result_of(
        ("2025", 0.52, 0.5, 0.54, 900),
        ("2026", 0.47, 0.45, 0.49, 900),
        metric="top_2_box",
        outcome="csat_overall",
        by=("wave",),
        unit="share",
    )
    assert "a difference of −5.0 percentage points" in sentence(shares)
    assert "−5,0 puntos porcentuales" in sentence(shares, "es")


def test_a_mean_bears_its_scale():
    mean = result_of(
        ("", 4.046, 4.0, 4.1, 99),
        metric="mean_score",
        outcome="csat_overall",
        by=(),
        unit="score",
        scale=(1, 5),
    )
    assert "is 4.05 on a scale of 1 to 5 (" in sentence(mean)


def test_respondents_without_a_level_are_no_extreme():
    result = result_of(
        ("(missing)", 90.0, 80.0, 95.0, 99), ("A", 40.0, 30.0, 50.0, 99), ("B", 20.0, 10.0, 30.0, 99)
    )
    assert "highest for A" in sentence(result)


def test_one_answer_has_no_interval():
    lone = result_of(("", 100.0, float("nan"), float("nan"), 1), by=())
    assert sentence(lone) == "NPS is 100.0 points (no interval; 1 answer, unweighted)."
    pair = result_of(("A", 40.0, 30.0, 50.0, 99), ("B", 20.0, float("nan"), float("nan"), 1))
    assert "nothing can be said about the difference" in sentence(pair)


def test_one_level_left():
    assert "for one group only: North 41.2 points" in sentence(
        result_of(("North", 41.2, 35, 47, 99), hidden=("South", "East"))
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", [EVERYONE, APART, CLOSE, WAVES, NOTHING])
def test_a_sentence_ends_and_holds_no_gaps(language, result):
    said = sentence(result, language)
    assert said.endswith(".") and not re.search(r"nan|None|<NA>|  |\.\.", said)


def test_the_words_of_the_market_go_before_the_language():
    words = Words("es", {"segment.region": {"es": "Zona"}})
    assert sentence(APART, "en", words=words).startswith("NPS por zona: ")
