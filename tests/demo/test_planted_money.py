"""What customers pay, recovered from the loaded bills."""

import numpy as np
import pandas as pd
import pytest

from cxlab.demo.company import VALUE_SEGMENTS, WAVES
from cxlab.demo.markets import MARKETS
from tests.demo.estimates import least_squares, weighted_mean
from tests.demo.in_turn import IN_TURN

NAMES = [plan.name for plan in MARKETS]
PLACE = {wave.name: number for number, wave in enumerate(WAVES)}


def _half_years(market) -> pd.DataFrame:
    """Revenue of each customer and half-year, in logarithms."""
    bills = market.transactions
    number = (bills["date"].dt.year - 2024) * 2 + (bills["date"].dt.month > 6)
    paid = bills.assign(half_year=number).groupby(["customer_id", "half_year"])["amount"].sum()
    return np.log(paid.astype(float)).rename("log_revenue").reset_index()


def _lagged(market) -> pd.DataFrame:
    """Satisfaction of a wave beside the revenue of the half-year after it."""
    rows = market.responses.dropna(subset=["customer_id", "csat_overall"]).drop_duplicates(
        ["customer_id", "wave"]
    )
    rows = rows.assign(half_year=rows["wave"].map(PLACE) + 1, csat=rows["csat_overall"].astype(float))
    return rows[["customer_id", "half_year", "csat"]].merge(
        _half_years(market), on=["customer_id", "half_year"]
    )


@pytest.mark.parametrize("name", IN_TURN)
def test_within_customers_the_planted_slope_is_found_and_between_them_a_biased_one(loaded, truth, name):
    """Customer and half-year effects against pooled least squares: the confounder trebles the naive slope."""
    panel = _lagged(loaded(name))
    planted = truth.markets[name].revenue.csat
    design = np.column_stack([panel["csat"], pd.get_dummies(panel["half_year"]).to_numpy(float)])
    naive = least_squares(panel["log_revenue"], design, panel["customer_id"])
    repeated = panel[panel.groupby("customer_id")["csat"].transform("size") > 1]
    dummies = pd.get_dummies(repeated["half_year"]).iloc[:, 1:]
    columns = pd.concat([repeated[["log_revenue", "csat"]], dummies], axis=1).astype(float)
    within = columns - columns.groupby(repeated["customer_id"]).transform("mean")
    fit = least_squares(within["log_revenue"], within.drop(columns="log_revenue"), repeated["customer_id"])
    assert abs(fit.coef[0] - planted) < 3 * fit.se[0]
    assert naive.coef[0] - planted > 3 * naive.se[0]
    assert naive.coef[0] > 3 * planted


@pytest.mark.parametrize("name", IN_TURN)
def test_members_spend_a_little_more_and_seem_to_spend_much_more(loaded, truth, name):
    """Within value segments and customer type the planted effect, across them several times as much.

    Members are known by their points, so customers of the whole period are looked at: the chance of twelve
    expected movements being none is 6 in a million.
    """
    market = loaded(name)
    paid = _half_years(market).groupby("customer_id")["log_revenue"].agg(["mean", "size"])
    rows = market.customers.merge(paid[paid["size"] == len(WAVES)], left_on="customer_id", right_index=True)
    member = rows["customer_id"].isin(market.loyalty_events["customer_id"]).astype(float)
    business = rows["account_id"].notna().astype(float)
    naive = least_squares(rows["mean"], np.column_stack([member, np.ones(len(rows)), business]), rows.index)
    segments = pd.get_dummies(rows["segment"])[list(VALUE_SEGMENTS)].to_numpy(float)
    fit = least_squares(rows["mean"], np.column_stack([member, business, segments]), rows.index)
    planted = truth.markets[name].loyalty.spend_effect
    assert abs(fit.coef[0] - planted) < 3 * fit.se[0]
    assert naive.coef[0] > 3 * planted


@pytest.mark.slow
def test_members_recommend_more_within_their_segment(loaded, answers, truth):
    """All markets at once: the mean difference within segments, against the mean planted effect."""
    differences, errors, planted = [], [], []
    for name in NAMES:
        market = loaded(name)
        rows = answers(name).dropna(subset=["nps", "csat_overall"])
        rows = rows.merge(market.customers[["customer_id", "segment"]], on="customer_id")
        member = rows["customer_id"].isin(market.loyalty_events["customer_id"]).astype(float)
        segments = pd.get_dummies(rows["segment"]).to_numpy(float)
        fit = least_squares(
            rows["nps"], np.column_stack([member, segments]), rows["cluster"], 1 / rows["chance"]
        )
        differences.append(fit.coef[0])
        errors.append(fit.se[0])
        planted.append(truth.markets[name].recommend_effect)
    error = np.sqrt(np.sum(np.square(errors))) / len(NAMES)
    assert abs(np.mean(differences) - np.mean(planted)) < 3 * error
    assert np.mean(planted) > 3 * error


@pytest.mark.parametrize("name", IN_TURN)
def test_the_accounts_add_up_to_the_bills(loaded, name):
    """To the cent, quarter by quarter; bills of unknown customers are not in the accounts."""
    market = loaded(name)
    bills = market.transactions
    quarter = bills["date"].dt.year.astype(str) + "-Q" + bills["date"].dt.quarter.astype(str)
    cents = (100 * bills["amount"].astype(float)).round().astype(int).groupby(quarter).sum()
    booked = market.finance.set_index("period")["revenue"].astype(float)
    assert ((100 * booked).round().astype(int) == cents).all()
    joined = market.customers["since"]
    new = (joined.dt.year.astype(str) + "-Q" + joined.dt.quarter.astype(str)).value_counts()
    assert market.finance.set_index("period")["new_customers"].to_dict() == {
        period: int(new.get(period, 0)) for period in booked.index
    }


@pytest.mark.parametrize("name", IN_TURN)
def test_margins_are_as_planted(loaded, truth, name):
    market = loaded(name)
    bills = market.transactions.merge(market.customers, on="customer_id")
    share = bills["margin"].astype(float) / bills["amount"].astype(float)
    for business, planted in zip((False, True), truth.markets[name].revenue.margin, strict=True):
        own = share[bills["account_id"].notna() == business]
        mean, error = weighted_mean(own, np.ones(len(own)), bills.loc[own.index, "customer_id"])
        assert abs(mean - planted) < 3 * error


@pytest.mark.slow
def test_opportunities_close_as_planted(loaded, truth):
    """All markets at once: closed ones only, with customers and with others."""
    for existing in (True, False):
        won, planted = [], []
        for name in NAMES:
            rows = loaded(name).opportunities
            closed = rows[(rows["status"] != "open") & (rows["existing"] == existing)]
            won.append((closed["status"] == "won").to_numpy())
            rule = truth.markets[name].sales
            planted.append(rule.existing if existing else rule.new)
        share = np.concatenate(won)
        error = share.std() / np.sqrt(len(share))
        assert abs(share.mean() - np.mean(planted)) < 3 * error
