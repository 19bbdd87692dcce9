"""What every question about linkage says of itself: associations only, and the same page twice."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

import cxlab as cx
from tests.linkage.test_proofs import PROOFS
from tests.linkage.test_weighted_invariants import PEOPLE, QUESTIONS

STRONGER = re.compile(r"\b(drives?|causes?|caused|leads? to|because|due to|thanks to)\b", re.IGNORECASE)


@cache
def _effect() -> Any:
    return QUESTIONS["panel_effect"](PEOPLE)


def _linked() -> cx.LinkedPanel:
    days = pd.to_datetime(["2025-01-15", "2025-04-20", "2025-08-01"])
    answers = pd.DataFrame(
        {"customer_id": list("aab"), "responded_at": days, "csat_overall": [2.0, 4.0, 5.0]}
    )
    books = pd.DataFrame({"customer_id": list("abb"), "date": days, "amount": [10.0, 20.0, 30.0]})
    return cx.link_panel({"responses": answers, "transactions": books}, currency="EUR")


ASKED: dict[str, Callable[[], Any]] = {
    **{name: lambda name=name: QUESTIONS[name](PEOPLE) for name in QUESTIONS},
    "e_value": lambda: cx.e_value(3.9, kind="odds_ratio", rare=True, conf_low=1.8, conf_high=8.7, n=40),
    "link_panel": _linked,
    "sensitivity": lambda: cx.sensitivity(_effect(), design="two_way"),
    "verdict": lambda: cx.verdict(_effect(), cx.sensitivity(_effect(), design="two_way")),
}


def test_every_question_is_asked():
    assert set(ASKED) == set(PROOFS)


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_said_to_bring_anything_about_and_no_page_has_an_id(name: str):
    result = ASKED[name]()
    for one in (result, result.suppress(10**6)):
        said, page = one.summary(), one._repr_html_()
        assert said and not re.search(r"\bnan\b", said) and not STRONGER.search(said), said
        assert repr(one) == said
        assert "<table" in page and not re.search(r"\bid=|<style", page) and not STRONGER.search(page)
