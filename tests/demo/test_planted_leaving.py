"""Who leaves and why, recovered from the loaded contracts and answers."""

import numpy as np
import pandas as pd
import pytest

from cxlab.demo.company import WAVES
from cxlab.demo.lives import DAYS, FIRST_DAY
from cxlab.demo.markets import MARKETS
from tests.demo.estimates import logit
from tests.demo.in_turn import IN_TURN

NAMES = [plan.name for plan in MARKETS]
STARTS = pd.to_datetime([wave.half_year for wave in WAVES])


def _half_year(dates: pd.Series) -> pd.Series:
    return (dates.dt.year - 2024) * 2 + (dates.dt.month > 6)


def _answered(market, answers) -> pd.DataFrame:
    """One answer a customer and wave, with the half-year and whether the customer complained in it."""
    rows = answers(market.parameters.market).drop_duplicates(["customer_id", "wave"])
    number = {wave.name: place for place, wave in enumerate(WAVES)}
    rows = rows.assign(half_year=rows["wave"].map(number), business=rows["cluster"].str.contains("-A"))
    complaints = market.complaints
    made = pd.MultiIndex.from_arrays([complaints["customer_id"], _half_year(complaints["opened_at"])])
    both = pd.MultiIndex.from_arrays([rows["customer_id"], rows["half_year"]])
    return rows.assign(complained=both.isin(made))


@pytest.fixture(scope="module")
def at_risk(loaded, answers) -> pd.DataFrame:
    """Private customers who answered and did not complain, all markets, with the reason they left for."""
    parts = []
    for name in NAMES:
        market = loaded(name)
        lost = market.contracts[market.contracts["outcome"] == "lost"]
        reason = pd.Series(
            lost["reason"].to_numpy(),
            pd.MultiIndex.from_arrays([lost["customer_id"], _half_year(lost["end"])]),
        )
        rows = _answered(market, answers)
        rows = rows[~rows["business"] & ~rows["complained"]]
        both = pd.MultiIndex.from_arrays([rows["customer_id"], rows["half_year"]])
        parts.append(rows.assign(reason=reason.reindex(both).to_numpy()))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.slow
@pytest.mark.parametrize("place", range(3))
def test_hazards_by_reason_are_recovered(at_risk, truth, place):
    """Logit of leaving for one reason in a half-year; at rates of 1 % a logit is a log rate to within 3 %."""
    hazard = truth.markets["demo-es"].churn.hazards[place]
    low, high = (1, 5) if hazard.driver == "csat_overall" else (1, 10)
    rows = at_risk.dropna(subset=[hazard.driver])
    unit = (rows[hazard.driver] - (low + high) / 2) / ((high - low) / 2)
    columns = [np.ones(len(rows)), unit]
    planted = [hazard.base, hazard.slope]
    if hazard.reason == "price":
        churn = truth.markets["demo-es"].churn
        columns.append(rows["half_year"] == churn.price_rise)
        planted.append(churn.price_rise_effect)
    fit = logit(rows["reason"] == hazard.reason, np.column_stack(columns), rows["customer_id"])
    assert np.all(np.abs(fit.coef - planted) < 3 * fit.se + 0.03 * np.abs(planted))
    assert abs(fit.coef[1]) > 3 * fit.se[1]


@pytest.mark.parametrize("name", IN_TURN)
def test_renewal_follows_the_index(loaded, answers, truth, name):
    """Business contracts that ended in the half-year of an answer: planted intercept, slope and shocks."""
    market = loaded(name)
    ended = market.contracts[market.contracts["outcome"] != "open"]
    ended = ended.assign(half_year=_half_year(ended["end"]))
    rows = _answered(market, answers).dropna(subset=["renew_q1", "renew_q2"])
    rows = rows[rows["business"]].merge(ended, on=["customer_id", "half_year"])
    index = ((rows["renew_q1"] - 1) / 9 + (rows["renew_q2"] - 1) / 9) / 2
    rule = truth.markets[name].renewal
    shocks = np.array(rule.shocks)[rows["half_year"]]
    design = np.column_stack([np.ones(len(rows)), index, shocks])
    fit = logit(rows["outcome"] == "renewed", design, rows["cluster"])
    assert np.all(np.abs(fit.coef - [rule.intercept, rule.slope, 1.0]) < 3 * fit.se)
    assert fit.coef[1] > 3 * fit.se[1]


@pytest.mark.slow
def test_goodwill_keeps_complainants_and_looks_useless_without_severity(loaded, truth):
    """Private complainants of all markets; graver cases get goodwill more often, and leave more often."""
    parts = []
    for name in NAMES:
        market = loaded(name)
        private = market.customers.loc[market.customers["account_id"].isna(), "customer_id"]
        rows = market.complaints[market.complaints["customer_id"].isin(private)]
        lost = market.contracts[market.contracts["outcome"] == "lost"]
        left = pd.MultiIndex.from_arrays([lost["customer_id"], _half_year(lost["end"])])
        both = pd.MultiIndex.from_arrays([rows["customer_id"], _half_year(rows["opened_at"])])
        given = rows["complaint_id"].isin(market.goodwill["complaint_id"])
        parts.append(rows.assign(left=both.isin(left), given=given))
    rows = pd.concat(parts, ignore_index=True)
    rule = truth.markets["demo-es"].complaining
    ones, severity = np.ones(len(rows)), rows["severity"].astype(float) - 3
    naive = logit(rows["left"], np.column_stack([ones, rows["given"]]), rows["customer_id"])
    fit = logit(rows["left"], np.column_stack([ones, rows["given"], severity]), rows["customer_id"])
    planted = [rule.leave, rule.goodwill_effect, rule.severity_effect]
    assert np.all(np.abs(fit.coef - planted) < 3 * fit.se)
    assert naive.coef[1] - rule.goodwill_effect > 2 * naive.se[1]
    shares = rows.groupby("severity")["given"].agg(["mean", "size"])
    error = np.sqrt(shares["mean"] * (1 - shares["mean"]) / shares["size"])
    assert np.all(np.abs(shares["mean"] - np.array(rule.goodwill)) < 3 * error)


@pytest.mark.parametrize("name", IN_TURN)
def test_contracts_bills_and_answers_tell_one_story(loaded, name):
    """Nothing happens before a customer joined or after he left; contracts follow one another."""
    market = loaded(name)
    known = market.customers.set_index("customer_id")["since"]
    contracts = market.contracts
    assert (contracts["start"] >= contracts["customer_id"].map(known)).all()
    assert (contracts["start"] < contracts["end"]).all()
    after_before = contracts.sort_values(["customer_id", "start"])
    before = after_before.groupby("customer_id")["end"].shift()
    assert (after_before["start"][before.notna()] == before.dropna() + pd.Timedelta(days=1)).all()
    lost = contracts[contracts["outcome"] == "lost"].set_index("customer_id")["end"]
    assert lost.index.is_unique and contracts["reason"].notna().eq(contracts["outcome"] == "lost").all()
    assert contracts["end"][contracts["outcome"] == "open"].min() > pd.Timestamp("2026-12-31")
    dated = {
        "transactions": "date",
        "complaints": "opened_at",
        "interactions": "at",
        "responses": "responded_at",
        "loyalty_events": "date",
        "invitations": "sent_at",
    }
    for table, column in dated.items():
        rows = getattr(market, table).dropna(subset=["customer_id"])
        since = rows["customer_id"].map(known)
        ended = rows["customer_id"].map(lost)
        assert (rows[column] >= since).all(), table
        assert (ended.isna() | (rows[column] < ended + pd.Timedelta(days=1))).all(), table


def test_contracts_end_in_the_last_months_of_a_half_year(loaded):
    ended = loaded("demo-pl").contracts.query("outcome != 'open'")
    day = (ended["end"] - STARTS[_half_year(ended["end"])]).dt.days
    assert day.between(FIRST_DAY, FIRST_DAY + DAYS - 1).all()
