"""The planted rule of renewal is found by the index and the forecast, from the loaded tables."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx

ASKED = {"entity": "contract_id", "period": "half_year", "covariates": ("renewal_index",)}


@pytest.fixture(scope="module")
def ended(loaded, answers) -> pd.DataFrame:
    """Business contracts of Spain that ended, with the index of who holds them where it was asked in time."""
    market = loaded("demo-es")
    rows = market.contracts[market.contracts["outcome"] != "open"]
    business = market.customers.loc[market.customers["account_id"].notna(), "customer_id"]
    rows = rows[rows["customer_id"].isin(business)]
    end = pd.to_datetime(rows["end"])
    rows = rows.assign(half_year=end.dt.year.astype(str) + "-" + np.where(end.dt.month <= 6, "1", "2"))
    asked = answers("demo-es")
    scored = cx.renewal_scores(asked[asked["stage"] == "full"], scales=(1, 10))
    scored = scored.drop_duplicates(["customer_id", "wave"])[["customer_id", "wave", "renewal_index"]]
    return rows.merge(
        scored.rename(columns={"wave": "half_year"}), how="left", on=["customer_id", "half_year"]
    )


def test_the_forecast_recovers_intercept_slope_and_shocks(ended, truth):
    rule = truth.markets["demo-es"].renewal
    last = ended["half_year"].max()
    made = cx.renewal_forecast(
        ended, ended[ended["half_year"] == last].assign(half_year="2027-1"), seed=1, **ASKED
    )
    rows = made.coefficients.set_index("term")
    error = rows["std_error"]
    planted = rule.intercept + np.mean(rule.shocks)
    assert abs(rows.loc["renewal_index", "estimate"] - rule.slope / 100) < 3 * error["renewal_index"]
    assert abs(rows.loc["intercept", "estimate"] - planted) < 3 * error["intercept"]
    assert (
        rows.loc["shock_sd", "conf_low"] <= np.std(rule.shocks, ddof=1) <= rows.loc["shock_sd", "conf_high"]
    )
    effects = made.periods["effect"] - made.periods["effect"].mean()
    centred = np.array(rule.shocks) - np.mean(rule.shocks)
    assert (np.abs(effects - centred) < 3 * made.periods["std_error"]).all()


def test_the_back_test_holds_what_came(ended):
    tested = cx.backtest(ended, conf_level=0.99, **ASKED)
    assert tested.rows["inside"].all()
