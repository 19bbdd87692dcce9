"""Leaks: AUC by counting pairs, honest columns, and the leaks known of a public data set."""

import os
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlab.model.errors import MeasureError
from cxlab.quality.leakage import leakage
from cxlab.tally.column_tells import column_tells, rank_auc

TELCO = Path(os.environ.get("CXLAB_DATA", "no folder")) / "ibm_telco_extended"


def pairs_auc(values: np.ndarray, positive: np.ndarray) -> float:
    pairs = list(product(values[positive], values[~positive]))
    auc = sum((one > nought) + (one == nought) / 2 for one, nought in pairs) / len(pairs)
    return max(auc, 1 - auc)


@pytest.mark.parametrize("seed", range(5))
def test_auc_equals_counting_the_pairs(seed):
    rng = np.random.default_rng(seed)
    values, positive = rng.integers(0, 6, size=80).astype("float64"), rng.random(80) < 0.3
    assert rank_auc(values, positive) == pytest.approx(pairs_auc(values, positive), rel=1e-12)
    table = leakage(pd.DataFrame({"x": values, "y": positive}), "y").rows
    assert table["auc"][0] == pytest.approx(pairs_auc(values, positive), rel=1e-12)


def pairs_of_levels(levels: list[str], positive: np.ndarray) -> float:
    """Over all pairs: the share of outcomes in the level of each, of all rows but the two."""
    rows, points = list(zip(levels, positive.tolist(), strict=True)), []
    for one, nought in product(np.flatnonzero(positive), np.flatnonzero(~positive)):
        rest = [row for place, row in enumerate(rows) if place not in (one, nought)]
        first, second = (
            np.mean([y for level, y in rest if level == levels[at]] or positive) for at in (one, nought)
        )
        same = levels[one] == levels[nought]
        points.append(0.5 if same or first == second else float(first > second))
    return max(float(np.mean(points)), 0.5)


@pytest.mark.parametrize("names", ["ab", "abcdefghijkl"])
def test_a_category_is_ranked_by_the_share_of_outcomes_among_the_others_of_a_level(names):
    rng = np.random.default_rng(1)
    x = pd.Series(rng.choice([*names, None], 90), dtype="str")
    positive = rng.random(90) < np.where(x.isin(["a", "b"]), 0.6, 0.2)
    levels = x.fillna("(none)").tolist()
    auc = leakage(pd.DataFrame({"x": x, "y": positive}), "y").rows["auc"][0]
    assert auc == pytest.approx(pairs_of_levels(levels, positive), rel=1e-12)


def test_many_levels_and_few_leavers_are_no_leak():
    """100 worlds, seeds 0 to 99: 12 of 2,000 leave, 250 towns drawn by lot; the AUC is .5 on average."""
    aucs = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        positive = np.arange(2000) < 12
        column = pd.Series(rng.integers(0, 250, 2000)).astype("str")
        aucs.append(column_tells(column, positive).auc)
    assert max(aucs) < 0.75


@pytest.mark.parametrize("when", [False, True])
def test_a_note_or_day_that_only_leavers_have_leaks(when):
    lost = np.arange(1000) < 240
    note = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(1000), unit="D")
    column = pd.Series(note if when else note.astype("str")).where(lost)
    found = leakage(
        pd.DataFrame({"cancelled": column, "id": [f"c{i}" for i in range(1000)], "lost": lost}), "lost"
    )
    rows = found.rows.set_index("column")
    assert found.leaks == ("cancelled",) and rows.loc["cancelled", "kind"] == "key"
    assert rows.loc["cancelled", ["auc", "settled"]].tolist() == [1, 1]
    assert np.isnan(rows.loc["id", "auc"])


def frame_of(n: int = 1000) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    lost = rng.random(n) < 0.25
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "lost": lost,
            "tenure": rng.gamma(2, 10, n) - 5 * lost,
            "plan": rng.choice(["a", "b"], n),
            "reason": pd.Series(np.where(lost, rng.choice(["price", "service"], n), None), dtype="str"),
            "closed_after": np.where(lost, rng.gamma(2, 10, n), np.nan),
            # decides for two thirds of the customers, and says nothing of the others
            "survey": np.where(rng.random(n) < 0.66, np.where(lost, 1, 5), 3),
        }
    )


def test_planted_leaks_are_named_and_honest_columns_are_not():
    found = leakage(frame_of(), "lost")
    assert set(found.leaks) == {"reason", "closed_after", "survey"}
    rows = found.rows.set_index("column")
    assert rows.loc[["reason", "closed_after"], "auc"].tolist() == [1.0, 1.0]
    assert rows.loc["survey", "auc"] < 0.98 and rows.loc["survey", "settled"] > 0.5
    assert rows.loc["customer_id", "kind"] == "key"
    assert "'lost' is given away by" in found.summary() and "AUC 1.000" in found.summary()


def test_a_number_that_leaks_in_the_middle_of_its_range_is_found():
    rng = np.random.default_rng(3)
    x = rng.normal(size=4000)
    assert leakage(pd.DataFrame({"x": x, "y": np.abs(x) < 0.6}), "y").leaks == ("x",)


def test_columns_that_say_nothing_never_leak():
    rng = np.random.default_rng(4)
    noise = {f"n{i}": rng.normal(size=600) for i in range(30)}
    levels = {f"c{i}": rng.integers(0, 100, 600).astype("str") for i in range(30)}
    found = leakage(pd.DataFrame({**noise, **levels, "y": rng.random(600) < 0.03}), "y")
    assert found.leaks == () and "No single column" in found.summary()


def test_named_columns_and_polars_frames():
    frame = frame_of()
    assert leakage(frame, "lost", ["plan", "tenure"]).leaks == ()
    twin = leakage(pl.from_pandas(frame), "lost").rows.set_index("column")["auc"]
    own = leakage(frame, "lost").rows.set_index("column")["auc"]
    pd.testing.assert_series_equal(twin.sort_index(), own.sort_index(), check_names=False)


def test_rows_without_an_outcome_are_left_out():
    frame = frame_of().astype({"lost": "boolean"})
    frame.loc[:9, "lost"] = pd.NA
    assert leakage(frame, "lost").n == 990


@pytest.mark.parametrize(
    ("frame", "outcome", "columns", "fault"),
    [
        (frame_of(50), "plam", None, "no column 'plam'; did you mean 'plan'"),
        (frame_of(50), "lost", ["plam"], "no column 'plam'"),
        (frame_of(50), "lost", ["plan", "lost"], "'lost' is the outcome itself"),
        (frame_of(50), "tenure", None, "has 50 values, not two"),
        (frame_of(50).assign(lost=True), "lost", None, "has 1 values, not two"),
        ([1, 2], "lost", None, "a list is no frame"),
    ],
)
def test_what_cannot_be_asked_is_refused(frame, outcome, columns, fault):
    with pytest.raises(MeasureError, match=fault):
        leakage(frame, outcome, columns)


@pytest.mark.skipif(not TELCO.is_dir(), reason="needs CXLAB_DATA/ibm_telco_extended")
def test_the_leaks_of_the_telco_data_are_named():
    # Satisfaction 1 and 2 always churn, 4 and 5 never do; beside it stand columns filled in afterwards.
    status, services = (
        pd.read_csv(TELCO / f"Telco_customer_churn_{name}.csv") for name in ("status", "services")
    )
    frame = status.merge(services.drop(columns=["Count", "Quarter"]), on="Customer ID")
    found = leakage(frame.drop(columns="Churn Label"), "Churn Value")
    leaks = {"Satisfaction Score", "Churn Score", "Customer Status", "Churn Category", "Churn Reason"}
    assert set(found.leaks) == leaks
    rows = found.rows.set_index("column")
    scores, churned = frame["Satisfaction Score"].to_numpy(), frame["Churn Value"].to_numpy() == 1
    counts = pd.crosstab(scores, churned).to_numpy()
    one, nought = counts[:, 1] / churned.sum(), counts[:, 0] / (~churned).sum()
    below = np.cumsum(one) - one  # churners with a lower score
    by_counts = float((nought * (below + one / 2)).sum())
    assert rows.loc["Satisfaction Score", "auc"] == pytest.approx(by_counts, rel=1e-12)
    settled = min((922 + 518) / churned.sum(), (1789 + 1149) / (~churned).sum())
    assert rows.loc["Satisfaction Score", "settled"] == pytest.approx(settled, rel=1e-12)
    assert rows.loc["Customer ID", "kind"] == "key"
