"""What sets a customer's chance apart."""

import numpy as np
import pandas as pd
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_contributions import churn_contributions
from cxlab.retention.churn_model import churn_model
from cxlab.retention.churn_reasons import churn_reasons, typical_values


def customers(n=800):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "score": rng.integers(0, 11, n).astype(float), "calls": rng.poisson(1, n).astype(float),
            "plan": rng.choice(["basic", "plus"], n), "idle": rng.normal(size=n),
        },
        index=pd.Index([f"k{at:03d}" for at in range(n)], name="customer_id"),
    )  # fmt: skip
    odds = -2 - 0.4 * (frame["score"] - 5) + 0.8 * frame["calls"] + 0.7 * (frame["plan"] == "basic")
    left = pd.Series((rng.random(n) < 1 / (1 + np.exp(-odds))).astype("int64"), frame.index)
    frame.loc[frame.index[:200], "score"] = np.nan
    return frame, left


@pytest.fixture(scope="module")
def fitted():
    frame, left = customers()
    return frame, {kind: churn_model(frame, left, kind=kind) for kind in ("logit", "hist_gradient_boosting")}


@pytest.mark.parametrize("kind", ["logit", "hist_gradient_boosting"])
def test_the_largest_contributions_come_first_and_none_lowers_the_chance(fitted, kind):
    frame, models = fitted
    found = churn_reasons(models[kind], frame)
    added = churn_contributions(models[kind], frame).values
    for name, rows in found.rows.groupby("customer_id"):
        own = added.loc[name].sort_values(ascending=False, kind="stable")
        own = own[own > 1e-9].head(3)
        assert list(rows["column"]) == list(own.index) and list(rows["rank"]) == [1, 2, 3][: len(own)]
        assert rows["difference"].to_numpy() == pytest.approx(own.to_numpy())
        if name == "k060":
            break


def test_against_typical_values_it_is_the_chance_that_is_lost(fitted):
    frame, models = fitted
    model, chosen = models["hist_gradient_boosting"], frame.iloc[250:270]
    found = churn_reasons(model, chosen, typical=frame, method="typical")
    usual = {
        "score": frame["score"].median(),
        "calls": frame["calls"].median(),
        "idle": frame["idle"].median(),
    }
    assert found.unit == "chance" and len(found.rows)
    for row in found.rows.itertuples():
        if row.column == "plan":
            continue
        one = chosen.loc[[row.customer_id]]
        other = one.assign(**{row.column: usual[row.column]})
        lost = model.predict_proba(one)[0, 1] - model.predict_proba(other)[0, 1]
        assert row.difference == pytest.approx(lost)


def test_a_missing_value_is_a_reason_without_a_value(fitted):
    frame, models = fitted
    rows = churn_reasons(models["hist_gradient_boosting"], frame.iloc[:200], most=4).rows
    assert rows.loc[rows["column"] == "score", "value"].isna().all()
    assert rows.loc[rows["column"] == "calls", "value"].notna().all()


def test_typical_is_the_median_and_the_first_of_the_commonest():
    frame = pd.DataFrame({"a": [1.0, 2, 9, np.nan], "b": ["y", "x", None, None], "c": [np.nan] * 4})
    found = typical_values(frame, ("a", "b", "c"))
    assert found["a"] == 2 and found["b"] == "x" and np.isnan(found["c"])


def test_no_customer_is_shown_and_rare_reasons_are_hidden(fitted):
    frame, models = fitted
    found = churn_reasons(models["logit"], frame)
    assert "k0" not in f"{found!r}{found._repr_html_()}{found.tidy()}"
    least = int(found.columns["n"].min())
    assert len(found.suppress(least + 1).columns) < len(found.columns)


def test_bad_input(fitted):
    frame, models = fitted
    with pytest.raises(MeasureError, match="number of reasons"):
        churn_reasons(models["logit"], frame, most=0)
    with pytest.raises(MeasureError, match="lacking"):
        churn_reasons(models["logit"], frame.drop(columns="calls"))
    with pytest.raises(MeasureError, match="typical"):
        churn_reasons(models["logit"], frame, method="guess")
