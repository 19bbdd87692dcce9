"""From transactions to customers: against lifetimes, a brute force, and every engine."""

import json
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError

# tests/reference/purchase_models.py, lifetimes 0.11.3
REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "purchase_models.json").read_text("utf-8"))
FEW = pd.DataFrame({
    "customer_id": ["b", "a", "a", "a", "b", None, "c", "d"],
    "date": pd.to_datetime([
        "2025-01-01T09:30", "2025-01-02", "2025-01-02T18:00", "2025-01-16", "2025-01-08", "2025-01-02",
        "2025-02-20", None,
    ], format="ISO8601"),
    "amount": [5.0, 10, 3, 8, None, 1, 2, 4],
})  # fmt: skip


def test_it_equals_what_lifetimes_makes_of_the_same_transactions():
    frame = pd.DataFrame(REFERENCE["transactions"])
    frame["date"] = pd.to_datetime(frame["date"])
    result = cx.purchase_history(frame, customer="customer", end="2025-12-31").frame
    peer = pd.DataFrame(REFERENCE["summary"])
    assert result["customer"].tolist() == peer["customer"].tolist()
    for name, other in (("frequency", "frequency"), ("recency", "recency"), ("age", "T")):
        assert result[name].tolist() == pytest.approx(peer[other].tolist(), abs=1e-12)
    assert result["mean_value"].fillna(0).tolist() == pytest.approx(peer["monetary_value"].tolist())
    assert (result["mean_value"].isna() == (result["frequency"] == 0)).all()


@pytest.mark.parametrize(
    "engine",
    [lambda frame: frame, pl.from_pandas, lambda frame: pl.from_pandas(frame).lazy(), duckdb.from_df],
    ids=["pandas", "polars", "lazy", "duckdb"],
)
def test_every_engine_gives_the_same(engine):
    result = cx.purchase_history(engine(FEW), end=date(2025, 1, 31))
    # By hand: a on 2 and 16 January (8 the second time), b on 1 and 8 January, worth unknown.
    assert result.frame["customer_id"].tolist() == ["a", "b"]
    assert result.frame["frequency"].tolist() == [1, 1] and result.frame["recency"].tolist() == [2, 1]
    assert result.frame["age"].tolist() == pytest.approx([29 / 7, 30 / 7])
    assert result.frame["mean_value"][0] == 8 and np.isnan(result.frame["mean_value"][1])
    assert result.left_out == 3 and result.summary().endswith("; 3 transactions were left out.")


def test_dates_without_a_time_and_other_units():
    days = duckdb.from_df(FEW).select("customer_id, date::date as date, amount")
    frame = cx.purchase_history(days, period="day", end="2025-01-31").frame
    assert frame["recency"].tolist() == [14, 7]
    month = cx.purchase_history(FEW, period="month", end="2025-01-31").frame
    assert month["age"].tolist() == pytest.approx([29 / 30.4375, 30 / 30.4375])
    whole = cx.purchase_history(FEW, value=None)
    assert whole.end == pd.Timestamp("2025-02-20") and whole.frame["mean_value"].isna().all() and whole.n == 3


def test_it_feeds_the_models():
    frame = pd.DataFrame(REFERENCE["transactions"])
    frame["date"] = pd.to_datetime(frame["date"])
    history = cx.purchase_history(frame, customer="customer", end="2025-12-31").frame
    result = cx.bgnbd(history["frequency"], history["recency"], history["age"])
    assert result.theta == pytest.approx(list(REFERENCE["bgnbd"]["params"].values()), rel=1e-5)
    spend = cx.gamma_gamma(history["frequency"], history["mean_value"])
    assert spend.theta == pytest.approx(list(REFERENCE["gamma_gamma"]["params"].values()), rel=1e-5)


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (FEW.assign(amount=[-1.0, *FEW["amount"][1:]]), {}, "column 'amount': 1 values are below 0"),
        (FEW, {"end": "soon"}, "an end of 'soon' is no day"),
        (FEW, {"end": "2024-01-01"}, "none of 8 transactions has customer and date up to 2024-01-01"),
        (FEW.iloc[:0], {}, "none of 0 transactions"),
        (FEW, {"period": "hour"}, "take one of day, week, month, year"),
        (FEW, {"date": "amount", "value": None}, "holds Float64, not dates"),
        (FEW, {"date": "when"}, "there is no column 'when'"),
        (FEW.assign(amount="x"), {}, "not numbers"),
        (FEW, {"customer": "date"}, "'date' is named twice"),
    ],
)
def test_what_cannot_be_is_refused(frame, options, message):
    with pytest.raises(MeasureError, match=message):
        cx.purchase_history(frame, **options)


def test_small_bases():
    result = cx.purchase_history(FEW)
    assert result.suppress(3).n == 3 and len(result.tidy()) == 3
    hidden = result.suppress(4)
    assert hidden.frame.empty and hidden.summary() == "Purchase history: too few customers to say."
