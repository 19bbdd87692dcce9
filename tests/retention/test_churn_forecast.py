"""Chances of everyone at risk today, from a model fitted on past cut-offs."""

import numpy as np
import pandas as pd
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_forecast import FEW_LEAVERS, chosen_kind, churn_forecast
from cxlab.retention.churn_model import churn_model
from cxlab.retention.snapshot import snapshot
from tests.retention.churn_books import churn_books

DAYS = ("2024-07-01", "2025-01-01", "2025-07-01")


@pytest.fixture(scope="module")
def shots():
    books = churn_books()
    past = [snapshot(books, day, 180, ends="actual", books_end="2025-12-31") for day in DAYS]
    return past, snapshot(books, "2026-01-01", 180, ends="actual", books_end="2026-06-30")


def test_it_is_the_model_of_the_past_on_the_customers_of_today(shots):
    past, now = shots
    found = churn_forecast(past, now, kind="logit")
    features = pd.concat([each.features for each in past], ignore_index=True)
    label = pd.concat([each.label for each in past], ignore_index=True)
    own = churn_model(features, label, kind="logit").predict_proba(now.features)[:, 1]
    assert np.array_equal(found.chance.to_numpy(), own) and list(found.chance.index) == list(now.label.index)
    assert found.expected == pytest.approx(own.sum())
    assert found.expected_value == pytest.approx((own * now.features["contract_value"]).sum())


def test_what_became_of_todays_customers_is_not_looked_at(shots):
    past, now = shots
    blind = snapshot(churn_books(), "2026-01-01", 180, ends="actual", books_end="2026-01-01")
    assert blind.label.isna().all() and now.label.notna().any()
    one, other = (churn_forecast(past, each, kind="logit").chance for each in (now, blind))
    assert one.equals(other)


def test_few_leavers_take_the_logit(shots):
    assert chosen_kind("auto", FEW_LEAVERS - 1) == "logit"
    assert chosen_kind("auto", FEW_LEAVERS) == "hist_gradient_boosting"
    assert chosen_kind("lightgbm", 3) == "lightgbm"
    past, now = shots
    assert churn_forecast(past, now).kind == chosen_kind("auto", sum(int(s.label.sum()) for s in past))


def test_the_latest_past_teaches_the_curve_and_nothing_else(shots):
    past, now = shots
    found = churn_forecast(past, now, kind="logit", calibrate="beta")
    raw = churn_forecast(past[:-1], now, kind="logit")
    assert found.chance.rank().equals(raw.chance.rank()) and not found.chance.equals(raw.chance)
    with pytest.raises(MeasureError, match="model and curve"):
        churn_forecast(past[:1], now, kind="logit", calibrate="beta")


def test_a_past_that_is_not_over_is_refused(shots):
    past, now = shots
    with pytest.raises(MeasureError, match="is not over"):
        churn_forecast([*past, now], now)
    with pytest.raises(MeasureError, match="no past"):
        churn_forecast([], now)
    short = snapshot(churn_books(), "2025-01-01", 90, ends="actual")
    with pytest.raises(MeasureError, match="horizons"):
        churn_forecast([short], now)


def test_no_customer_is_shown_and_few_leavers_hide_the_sums(shots):
    past, now = shots
    found = churn_forecast(past, now, kind="logit")
    shown = f"{found!r}{found._repr_html_()}{found.tidy()}"
    assert not any(name in shown for name in now.label.index)
    hidden = found.suppress(10_000)
    assert np.isnan(hidden.expected) and np.isnan(hidden.tidy()["whole_value"]).all()
