"""The order of a save list, by hand."""

import numpy as np
import pandas as pd
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_forecast import ChurnForecast
from cxlab.retention.profit_rows import Campaign
from cxlab.retention.save_list import save_list

MONEY = {"clv": 600, "incentive": 30, "contact": 2}


def forecast(chance, value):
    names = pd.Index([f"k{at}" for at in range(len(chance))], name="customer_id")
    return ChurnForecast(
        "2026-01-01", 90, None, "logit", pd.Series(chance, names), pd.Series(value, names), 100, 20
    )


@pytest.fixture
def few():
    return forecast([0.5, 0.1, 0.5, 0.02], [100.0, 900.0, 100.0, 300.0])


def test_without_money_it_is_chance_times_value_and_equals_by_name(few):
    found = save_list(few)
    assert list(found.rows["customer_id"]) == ["k1", "k0", "k2", "k3"]
    assert list(found.rows["expected_loss"]) == pytest.approx([90, 50, 50, 6])
    assert found.rows["expected_saved"].isna().all() and found.total == pytest.approx(196)


def test_with_money_it_is_the_profit_of_one_contact(few):
    found = save_list(few, **MONEY)
    # k1 is worth 600 · 900 / 350: .1 · .3 · (1542.86 − 30) − .9 · 30 − 2; k0: .5 · .3 · (171.43 − 30) − 17.
    assert list(found.rows["customer_id"]) == ["k1", "k0", "k2"]
    assert list(found.rows["expected_saved"]) == pytest.approx([16.385714, 4.214286, 4.214286])
    assert found.accepted == 0.3 and found.campaign.clv == 600 and save_list(few).accepted is None


def test_of_equal_customers_the_list_is_worth_what_the_campaign_is(few):
    p = np.linspace(0.01, 0.9, 50)
    found = save_list(forecast(p, np.full(50, 7.0)), most=1000, **MONEY)
    law = Campaign(600.0, 30.0, 2.0, 6.0, 14.0)
    each = p * law.accepted * (600 - 30) - (1 - p) * 30 - 2
    assert found.total == pytest.approx(each[each > 0].sum())
    assert list(found.rows["rank"]) == list(range(1, int((each > 0).sum()) + 1))


def test_it_holds_at_most_so_many_and_shows_nobody(few):
    found = save_list(few, most=2)
    assert len(found.rows) == 2 and "k1" not in f"{found!r}{found._repr_html_()}{found.tidy()}"
    assert np.isnan(found.suppress(3).total) and found.suppress(2).total == found.total


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"clv": 600}, "all or none"), ({**MONEY, "clv": 0}, "above 0"),
        ({**MONEY, "incentive": 600}, "costs what a customer"),
        ({**MONEY, "contact": -1}, "contact=-1 will not do"),
        ({**MONEY, "accepted": 1.5}, "share"), ({"most": 0}, "length"),
    ],
)  # fmt: skip
def test_bad_input(few, given, match):
    with pytest.raises(MeasureError, match=match):
        save_list(few, **given)
