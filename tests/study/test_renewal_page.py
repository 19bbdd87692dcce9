"""The study of renewals shows what a market bears, and says what is lacking."""

from datetime import date

import pandas as pd
import pytest

from cxlab.study import session
from tests.retention.test_renewal_decisions import books
from tests.study.run_here import run_here

MARKET = """market: bare
name: Bare
wave: "2026-1"
min_base: 5
sources:
  survey:
    path: responses.csv
    format: csv
    tables:
      responses:
        response_id: response_id
        customer_id: customer_id
        wave: {value: "2026-1"}
        responded_at: responded_at
        nps: nps
"""
QUESTIONS = """        renew_q1: {from: renew_q1, scale: [1, 10]}
        renew_q2: {from: renew_q2, scale: [1, 10]}
"""
CONTRACTS = """    ignore: rest
  contracts:
    path: contracts.csv
    format: csv
    tables:
      contracts:
        contract_id: contract_id
        customer_id: customer_id
        start: start
        end: end
        value: value
        outcome: outcome
"""
STUDIES = """    ignore: rest
studies:
  08_renewal: {as_of: "2026-03-15"}
"""


class Clock(date):
    """A day soon after that of the forecast."""

    @classmethod
    def today(cls) -> date:
        return date(2026, 4, 1)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Write a market, run its study here, and return what the study leaves and what it displays."""
    monkeypatch.setenv("CXLAB_PARAMS", str(tmp_path))
    monkeypatch.setenv("CXLAB_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setattr(session, "date", Clock)
    shown: list[str] = []
    monkeypatch.setattr(
        "cxlab.study.record.display", lambda block, **_: shown.append(getattr(block, "html", ""))
    )

    def run(*, questions: bool = True, contracts: bool = True, **changes):
        tables = books(3, 400)
        answers = tables["responses"].assign(nps=9)
        answers["responded_at"] = answers["responded_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
        answers.to_csv(tmp_path / "responses.csv", index=False)
        tables["contracts"].assign(**changes).to_csv(tmp_path / "contracts.csv", index=False)
        text = MARKET + (QUESTIONS if questions else "") + (CONTRACTS if contracts else "") + STUDIES
        (tmp_path / "bare.yaml").write_text(text, encoding="utf-8")
        shown.clear()
        names = run_here("08_renewal", "bare")
        folder = names["study"].folder
        return names, "\n".join(shown), (folder / "headline.txt").read_text("utf-8")

    return run


def test_a_market_with_all_of_it_has_a_forecast_and_no_name_of_a_contract(page, tmp_path):
    names, shown, headline = page()
    assert "are expected to be renewed (90% prediction interval" in headline
    assert shown.count("<figure") == 4 + (names["lasting"] is not None)
    assert not any(f">{name}<" in shown or f" {name} " in shown for name in names["due"]["contract_id"])
    metrics = pd.read_csv(names["study"].folder / "metrics.csv")
    assert {"renewal_forecast", "renewal_index"} == set(metrics["metric"])
    first = metrics[metrics["metric"] == "renewal_forecast"].iloc[0]
    assert first["method"] == "simulated_prediction" and first["n"] == len(names["due"])
    (frozen,) = (tmp_path / "outputs" / ".scratch" / "forecasts").rglob("*.json")
    assert frozen.stat().st_mode & 0o777 == 0o600 and frozen.name.startswith("2026-04-01_")
    again = page()
    assert again[1:] == (shown, headline)


def test_without_past_outcomes_the_index_stands_alone(page):
    names, shown, headline = page(outcome="open")
    assert names["forecast"] is None and shown.count("<figure") == 1
    assert headline.startswith("Past decisions do not say how answers turn into renewals")
    assert set(pd.read_csv(names["study"].folder / "metrics.csv")["metric"]) == {"renewal_index"}


def test_without_contracts_the_page_says_so(page):
    names, shown, headline = page(contracts=False)
    assert "There are no contracts with a first and a last day" in shown and names["decisions"] is None
    assert headline.startswith("Past decisions do not say")


def test_without_the_questions_past_rates_are_all_there_is(page):
    names, shown, headline = page(questions=False)
    assert "The two questions on renewing were not asked" in shown
    assert "are expected to be renewed" in headline and names["forecast"].covariates == ()
