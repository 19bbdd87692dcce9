"""The back-test uses nothing of a period, or after it, and counts what it says."""

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError
from tests.retention.test_renewal_forecast import ASKED, SHOCKS, decisions


@pytest.fixture(scope="module")
def past() -> pd.DataFrame:
    return decisions(1, 150, SHOCKS)


def test_each_period_is_the_forecast_made_from_those_before(past):
    tested = cx.backtest(past, value="value", by="cohort", **ASKED)
    assert tested.rows["period"].unique().tolist() == ["2023", "2024", "2025"]
    now = past[past["period"] == "2024"]
    made = cx.renewal_forecast(past[past["period"] < "2024"], now, value="value", by="cohort", **ASKED)
    rows = tested.rows[tested.rows["period"] == "2024"].reset_index(drop=True)
    assert rows["estimate"].tolist() == made.rows["estimate"].tolist()
    assert rows["conf_high"].tolist() == made.rows["conf_high"].tolist()
    renewed = now["outcome"] == "renewed"
    whole = rows[rows["by"] == ""].set_index("quantity")
    assert whole.loc["renewals", "actual"] == renewed.sum()
    assert whole.loc["value", "actual"] == pytest.approx(now.loc[renewed, "value"].sum())
    assert (
        rows["inside"] == ((rows["conf_low"] <= rows["actual"]) & (rows["actual"] <= rows["conf_high"]))
    ).all()


def test_later_outcomes_change_no_earlier_forecast(past):
    other = past.assign(outcome=past["outcome"].where(past["period"] < "2024", "lost"))
    names = ["estimate", "conf_low", "conf_high"]
    first, second = (cx.backtest(rows, **ASKED).rows for rows in (past, other))
    earlier = first["period"] <= "2024"
    pd.testing.assert_frame_equal(first.loc[earlier, names], second.loc[earlier, names])
    assert (first.loc[~earlier, "estimate"] > second.loc[~earlier, "estimate"] + 10).all()


def test_coverage_is_the_share_of_intervals_that_held(past):
    tested = cx.backtest(past, by="cohort", **ASKED)
    rows = tested.coverage.set_index("part")
    assert rows.loc["all", "forecasts"] == 3 and rows.loc["cohorts", "forecasts"] == 6
    whole = tested.rows[tested.rows["by"] == ""]
    assert rows.loc["all", "inside"] == whole["inside"].sum()
    assert "Of 3 past periods" in tested.summary()
    hidden = tested.suppress(80)
    assert hidden.rows.loc[hidden.rows["by"] != "", "actual"].isna().any()
    assert hidden.rows.loc[hidden.rows["by"] == "", "actual"].notna().all()


def test_a_forecast_that_is_wrong_is_seen():
    """A fall that no earlier period shows lies outside the interval."""
    tested = cx.backtest(decisions(3, 400, (0.0, 0.1, -0.1, 0.05, -3.0)), **ASKED)
    assert np.asarray(tested.rows["inside"]).tolist() == [True, False]


def test_too_few_periods_are_refused(past):
    with pytest.raises(MeasureError, match="3 past periods do not leave one to forecast after the first 3"):
        cx.backtest(past[past["period"] < "2023"], **ASKED)
    with pytest.raises(MeasureError, match="of 2022: 2 past periods do not say"):
        cx.backtest(past[past["period"] < "2023"], first=2, **ASKED)
    assert len(cx.backtest(past, first=1, shock=0.25, **ASKED).rows) == 5


def test_a_period_that_cannot_be_forecast_is_named_and_the_others_are(past):
    market = np.where((past["id"] < 40) & (past["period"] >= "2024"), "b", "a")
    tested = cx.backtest(past.assign(m=market), market="m", **ASKED)
    assert tested.rows["period"].tolist() == ["2023", "2025"]
    assert tested.left_out == ("2024: nothing is known of b",)
    assert "Not forecast: 2024: nothing is known of b." in tested.summary()
    answered = past[(past["period"] > "2023") | past["renewal_index"].notna()]
    tested = cx.backtest(answered, **ASKED)
    assert tested.rows["period"].tolist() == ["2023", "2025"]
    assert "lack a covariate, and no past decision does" in tested.left_out[0]


def test_periods_whose_text_is_not_in_the_order_of_time_are_refused(past):
    """2024-10 sorts before 2024-7, so that July would be forecast from October."""
    for names in (["2024-7", "2024-8", "2024-9", "2024-10", "2024-11", "2024-12"],
                  ["Q1 2023", "Q2 2023", "Q3 2023", "Q4 2023", "Q1 2024", "Q2 2024"],
                  ["2024-Apr", "2024-May", "2024-Jun", "2024-Jul", "2024-Aug", "2024-Sep"]):  # fmt: skip
        rows = past.assign(
            period=past["period"].map(dict(zip(sorted(past["period"].unique()), names, strict=True)))
        )
        with pytest.raises(MeasureError, match="the alphabet does not put periods such as"):
            cx.backtest(rows, **ASKED)
        kind = pd.CategoricalDtype(names, ordered=True)
        tested = cx.backtest(rows.assign(period=rows["period"].astype(kind)), **ASKED)
        assert tested.rows["period"].tolist() == names[3:]
        dates = rows.assign(period=pd.to_datetime(past["period"]))
        assert len(cx.backtest(dates, **ASKED).rows) == 3
