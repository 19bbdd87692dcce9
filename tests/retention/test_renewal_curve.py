"""The curve is that of the forecast's model, and the shares are those of the rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import cxlab as cx
from cxlab.estimate.intervals import wilson
from cxlab.model.errors import MeasureError
from tests.retention.test_renewal_forecast import SHOCKS, decisions

ASKED = {"entity": "id", "period": "period"}


@pytest.fixture(scope="module")
def past() -> pd.DataFrame:
    return decisions(1, 200, SHOCKS)


def test_the_curve_has_the_coefficients_of_the_forecast(past):
    curve = cx.renewal_curve(past, **ASKED)
    due = decisions(2, 5, [0.0], 2030).drop(columns="outcome")
    terms = cx.renewal_forecast(past, due, **ASKED).coefficients.set_index("term")["estimate"]
    index = curve.rows["index"].to_numpy()
    expected = expit(terms["intercept"] + terms["renewal_index"] * index)
    np.testing.assert_allclose(curve.rows["probability"], expected, rtol=1e-9)
    assert curve.slope == pytest.approx(10 * terms["renewal_index"])
    assert index[0] == past["renewal_index"].min() and index[-1] == past["renewal_index"].max()
    inside = (curve.rows["conf_low"] < expected) & (expected < curve.rows["conf_high"])
    assert inside.all() and curve.slope_low < curve.slope < curve.slope_high


def test_shares_are_those_of_the_rows_and_the_silent_stand_apart(past):
    curve = cx.renewal_curve(past, **ASKED, groups=4)
    renewed = past["outcome"] == "renewed"
    silent = past["renewal_index"].isna()
    apart = curve.shares[curve.shares["silent"]].iloc[0]
    assert (apart["n"], apart["share"]) == (silent.sum(), renewed[silent].mean())
    rest = curve.shares[~curve.shares["silent"]]
    assert rest["n"].sum() == (~silent).sum() and rest["index"].is_monotonic_increasing
    assert (rest["n"] * rest["share"]).sum() == pytest.approx(renewed[~silent].sum())
    low, high = wilson(np.array([apart["share"]]), np.array([float(apart["n"])]), 0.95)
    assert (apart["conf_low"], apart["conf_high"]) == (low[0], high[0])


def test_small_groups_are_hidden_and_few_decisions_show_nothing(past):
    some = past[past["renewal_index"].notna() | (past["id"] < 3)]
    shown = cx.renewal_curve(some, **ASKED).suppress(20)
    hidden = shown.shares[shown.shares["suppressed"]]
    assert hidden["silent"].tolist() == [True] and hidden["n"].isna().all()
    assert len(shown.rows) and shown.suppress(100_000).rows.empty
    assert shown.suppress(100_000).summary() == "P(renew): too few decisions to say."


def test_what_bears_no_curve_is_refused(past):
    with pytest.raises(MeasureError, match="2 past periods do not say"):
        cx.renewal_curve(past[past["period"] < "2022"], **ASKED)
    assert len(cx.renewal_curve(past[past["period"] < "2021"], shock=0.2, **ASKED).rows)
    with pytest.raises(MeasureError, match="no past decision has an outcome"):
        cx.renewal_curve(past.assign(outcome="open"), **ASKED)
    with pytest.raises(MeasureError, match="groups=1 will not do"):
        cx.renewal_curve(past, groups=1, **ASKED)
