"""What is said of drivers in sentences: held out, over waves, and in short lists."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.drivers.importance_stability import ImportanceStability
from cxlab.report.wording import shortlist
from cxlab.report.words import Words
from tests.report.report_results import LANGUAGES

NAMES = ["price", "staff", "app"]


def stability(low: float, high: float, concordance: float = 0.75) -> ImportanceStability:
    rows = pd.DataFrame({"wave_a": ["1", "1", "2"], "wave_b": ["2", "3", "3"], "tau": [1.0, 0.3, 0.3]})
    return ImportanceStability(rows, concordance, low, high, 3, 0.95)


@pytest.mark.parametrize("language", LANGUAGES)
def test_agreement_is_said_with_its_interval_or_said_to_be_open(language):
    words = Words(language)
    told = cx.stability_sentence(stability(0.5, 0.95), words=words)
    vague = cx.stability_sentence(stability(0.05, 1.0), words=words)
    assert words.number(0.75, 2) in told and words.number(0.75, 2) in vague
    assert words.percent(0.95) in told and words.percent(0.95) not in vague
    assert "3" in told and "3" in vague
    assert cx.stability_sentence(stability(np.nan, np.nan, np.nan), words=words) == words.text(
        "figure.too_few"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_held_out_is_never_said_to_be_below_none(language):
    words, rng = Words(language), np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(60, 4)), columns=["y", *NAMES])
    result = cx.holdout_r_squared(noise, "y", NAMES)
    assert result.holdout < 0
    said = cx.holdout_sentence(result, words=words)
    assert words.percent(0, 1) in said and words.percent(result.r_squared, 1) in said
    assert cx.holdout_sentence(result.suppress(100), words=words) == words.text("figure.too_few")


def test_a_sentence_bears_four_names():
    assert shortlist(list("abcd"), Words()) == "a, b, c and d"
    assert shortlist(list("abcdef"), Words()) == "a, b, c and 3 more"
    assert shortlist(list("abcde"), Words("pl")) == "a, b, c i jeszcze 2"


def test_of_classes_no_diagnosis_is_claimed():
    rng = np.random.default_rng(5)
    x = rng.integers(1, 6, (400, 3)).astype(float)
    answers = pd.DataFrame(x, columns=NAMES).assign(bought=x.sum(axis=1) + rng.normal(0, 3, 400) > 9)
    classes = cx.likelihood_importance(answers, "bought", NAMES, n_boot=100)
    linear = cx.importance(answers, "bought", NAMES, n_boot=100)
    assert "near-duplicates" in cx.importance_doubts(linear).html
    assert "near-duplicates" not in cx.importance_doubts(classes).html
