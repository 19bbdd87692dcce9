"""The linked panel of the demo company: the planted slope is in it, and any door leads to the same panel."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxlab.demo.markets import MARKETS
from cxlab.linkage.link_panel import link_panel
from cxlab.load.open_market import open_market
from cxlab.model.errors import MeasureError

BOOKS = ("2024-01-01", "2026-12-31")
# The market that the other tests here load, too; loading one takes longer than all they ask of it.
ONE_IN_TURN = [
    pytest.param(plan.name, marks=() if plan.name == "demo-en" else pytest.mark.slow) for plan in MARKETS
]


@pytest.mark.parametrize("name", ONE_IN_TURN)
def test_the_planted_slope_is_found_with_dummies_and_a_larger_one_without(loaded, truth, name):
    """Log revenue of a half-year on the answer before it, with a dummy for each customer and period."""
    panel = link_panel(loaded(name), period="half_year", unit="customer_id", books=BOOKS, max_age=1)
    rows = panel.frame.dropna(subset=["csat_overall"])
    often = rows[rows.groupby("customer_id")["period"].transform("size") > 2]
    often = often[often["customer_id"].isin(often["customer_id"].unique()[:300])]  # a dummy for each
    within, naive = _slope(often, ["csat_overall"]), _slope(rows, ["csat_overall"], entity=False)
    planted = truth.markets[name].revenue.csat
    assert abs(within[0] - planted) < 3 * within[1]
    assert naive[0] - planted > 5 * naive[1]  # who is worth more is also more satisfied
    ahead = _slope(often.dropna(subset=["csat_overall_lead"]), ["csat_overall_lead", "csat_overall"])
    assert abs(ahead[0]) < 3 * ahead[1]  # nothing was planted from revenue to the next answer


def _slope(rows: pd.DataFrame, names: list[str], *, entity: bool = True) -> tuple[float, float]:
    dummies = pd.get_dummies(rows[["period", *["customer_id"] * entity]], drop_first=True).astype(float)
    x = sm.add_constant(pd.concat([rows[names], dummies], axis=1))
    groups = pd.factorize(rows["customer_id"])[0]
    fit = sm.OLS(np.log(rows["revenue"]), x).fit(method="qr", cov_type="cluster", cov_kwds={"groups": groups})
    return float(fit.params[names[0]]), float(fit.bse[names[0]])


def test_a_market_and_its_frames_give_the_same(loaded):
    market = loaded("demo-en")
    tables = {name: market.table(name) for name in ("responses", "transactions", "customers", "contracts")}
    ours = link_panel(market, period="year", scores="nps")
    again = link_panel(tables, period="year", scores="nps", currency="GBP")
    pd.testing.assert_frame_equal(ours.frame, again.frame)
    pd.testing.assert_frame_equal(ours.counts, again.counts)
    assert ours.currency == "GBP" and ours.entity == "account_id"
    with pytest.raises(MeasureError, match="currency is GBP, not EUR"):
        link_panel(market, currency="EUR")


@pytest.mark.slow
def test_a_market_on_disk_gives_the_same(demo, loaded, tmp_path):
    stored = open_market(demo / "params" / "demo-en.yaml", store=tmp_path / "store")
    ours, again = (link_panel(market, period="quarter") for market in (loaded("demo-en"), stored))
    pd.testing.assert_frame_equal(ours.frame, again.frame)
    pd.testing.assert_frame_equal(ours.counts, again.counts)


def test_nobody_leaves_the_panel_who_still_pays(loaded):
    market = loaded("demo-en")
    panel = link_panel(market, period="half_year", unit="customer_id", books=BOOKS)
    paid = market.transactions["amount"].astype(float).sum()
    assert panel.frame["revenue"].sum() == pytest.approx(paid, rel=1e-12)
    last = panel.frame.groupby("customer_id")["period"].max()
    lost = market.contracts.loc[market.contracts["outcome"] == "lost"].groupby("customer_id")["end"].max()
    ended = lost.dt.year.astype(str) + "-H" + (1 + (lost.dt.month > 6)).astype(str)
    both = pd.concat([last.rename("last"), ended.rename("ended")], axis=1).dropna()
    assert len(both) > 100 and (both["last"] == both["ended"]).all()
