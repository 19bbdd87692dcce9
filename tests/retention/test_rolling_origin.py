"""Rolling origins: against the loop by hand, and blind to what comes later."""

import numpy as np
import pandas as pd
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_forecast import churn_forecast
from cxlab.retention.churn_model import churn_model
from cxlab.retention.expected_profit import expected_profit
from cxlab.retention.rolling_origin import rolling_origin
from cxlab.retention.score_quality import score_quality
from cxlab.retention.snapshot import snapshot
from cxlab.retention.snapshot_books import snapshot_books

CUTOFFS = ["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"]


def _market(seed: int) -> dict[str, pd.DataFrame]:
    """Yearly contracts of 400 customers; the unsatisfied go at their end."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365, 400), unit="D")
    nps = rng.integers(0, 11, 400)
    lost = rng.random(400) < 0.9 - 0.08 * nps
    first = pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(400)],
            "start": start,
            "end": start + pd.Timedelta(days=364),
            "value": 100.0,
            "outcome": np.where(lost, "lost", "renewed"),
        }
    )
    again = first[~lost].assign(outcome="open")
    again = again.assign(start=again["end"] + pd.Timedelta(days=1), end=again["end"] + pd.Timedelta(days=700))
    said = pd.DataFrame({"customer_id": first["customer_id"], "responded_at": start, "nps": nps})
    return {"contracts": pd.concat([first, again], ignore_index=True), "responses": said}


def test_each_cut_off_is_judged_by_a_model_of_those_whose_outcomes_were_known():
    tables = _market(1)
    found = rolling_origin(tables, CUTOFFS, 91, kind="logit", books_end="2025-03-01")
    # From 1 January to 1 April 2024 are 91 days: the first cut-off is known at the second.
    assert list(found.by_cutoff) == CUTOFFS[1:]
    each = [snapshot(tables, day, 91, books_end="2025-03-01") for day in CUTOFFS]
    model = churn_model(
        pd.concat([each[0].features, each[1].features], ignore_index=True),
        pd.concat([each[0].label, each[1].label], ignore_index=True), kind="logit",
    )  # fmt: skip
    by_hand = score_quality(model.predict_proba(each[2].features)[:, 1], each[2].label)
    assert found.by_cutoff[CUTOFFS[2]].of("auc") == pytest.approx(by_hand.of("auc"), rel=1e-12)
    assert found.trained_on[CUTOFFS[2]] == len(each[0].label) + len(each[1].label)
    assert found.pooled.n == sum(len(part.label) for part in each[1:]) and found.pooled.of("auc") > 0.7
    assert (
        list(rolling_origin(tables, CUTOFFS, 92, kind="logit", books_end="2025-03-01").by_cutoff)
        == CUTOFFS[2:]
    )


def test_the_books_are_read_once_for_all_cut_offs(monkeypatch):
    read = []

    def counting(*given, **options):
        read.append(given)
        return snapshot_books(*given, **options)

    monkeypatch.setattr("cxlab.retention.snapshot.snapshot_books", counting)
    rolling_origin(_market(1), CUTOFFS, 91, kind="logit", books_end="2025-03-01")
    assert len(read) == 1


def test_what_comes_after_a_cut_off_does_not_change_the_scores_at_it():
    tables = _market(2)
    contracts = tables["contracts"]
    late = (contracts["end"] >= "2024-10-01").to_numpy()
    other = tables | {"contracts": contracts.assign(outcome=contracts["outcome"].where(~late, "lost"))}
    scores = [
        rolling_origin(each, CUTOFFS, 91, kind="logit", books_end="2025-03-01").scores
        for each in (tables, other)
    ]
    pd.testing.assert_frame_equal(*(rows.drop(columns="label") for rows in scores))


def test_with_a_campaign_each_cut_off_has_its_profit_beside_the_other_metrics():
    tables, costs = _market(4), {"clv": 200, "incentive": 10, "contact": 1}
    options = {"kind": "logit", "books_end": "2025-03-01"}
    found = rolling_origin(tables, CUTOFFS[:3], 91, profit=costs, n_boot=50, seed=3, **options)
    plain = rolling_origin(tables, CUTOFFS[:3], 91, **options)
    pd.testing.assert_frame_equal(found.scores, plain.scores)
    rows = found.tidy().set_index(["cutoff", "metric"])
    for day in (*CUTOFFS[1:3], ""):
        some = found.scores if day == "" else found.scores[found.scores["cutoff"] == day]
        alone = expected_profit(some["score"], some["label"], n_boot=50, seed=3, **costs)
        for term in ("empc", "mp", "share", "threshold"):
            expected = alone.rows.set_index("term").loc[term]
            assert rows.loc[(day, term), ["estimate", "conf_low", "conf_high"]].tolist() == expected.tolist()
        assert rows.loc[(day, "empc"), "conf_low"] < rows.loc[(day, "empc"), "estimate"]
    # All that point 2 of the retention issue names, each with an interval.
    metrics = ["auc", "pr_auc", "log_loss", "brier", "ece", "lift", "empc", "slope", "intercept"]
    assert rows.loc[[("", name) for name in metrics], ["conf_low", "conf_high"]].notna().all().all()
    gains = found.gains()
    # Where all who left are held before the last tenth, the logit has no interval.
    assert gains[gains["capture"] < 1].notna().all().all() and (gains.groupby("cutoff").size() == 10).all()
    assert "empc" not in set(plain.tidy()["metric"]) and "empc" in found._repr_html_()
    hidden = found.suppress(1000)
    assert hidden.tidy()["estimate"].isna().all() and hidden.gains()["capture"].isna().all()
    with pytest.raises(MeasureError, match="profit= lacks 'contact'"):
        rolling_origin(tables, CUTOFFS, 91, profit={"clv": 1, "incentive": 1})
    with pytest.raises(MeasureError, match="an incentive of 300 costs"):
        rolling_origin(tables, CUTOFFS, 91, profit={**costs, "incentive": 300})
    with pytest.raises(MeasureError, match="profit= has 'gain', which it does not know"):
        rolling_origin(tables, CUTOFFS, 91, profit={**costs, "gain": 1})


def test_calibrated_the_latest_of_the_earlier_cut_offs_teaches_the_curve_as_in_a_forecast():
    tables = _market(5)
    options = {"kind": "logit", "books_end": "2025-03-01"}
    found = rolling_origin(tables, CUTOFFS, 91, calibrate="beta", **options)
    # Model and curve take a cut-off each: the second has but one before it.
    assert found.summary().startswith("Fitted and calibrated (beta) on what was known before each of 2 cut-")
    assert list(found.by_cutoff) == CUTOFFS[2:] and set(found.tidy()["calibrate"]) == {"beta"}
    each = [snapshot(tables, day, 91, books_end="2025-03-01") for day in CUTOFFS]
    for place in (2, 3):
        alike = churn_forecast(each[:place], each[place], kind="logit", calibrate="beta")
        rows = found.scores[found.scores["cutoff"] == CUTOFFS[place]].set_index("customer_id")
        np.testing.assert_allclose(rows["score"], alike.chance[rows.index], rtol=1e-12)
    plain = rolling_origin(tables, CUTOFFS, 91, **options)
    same = plain.scores["cutoff"].isin(CUTOFFS[2:]).to_numpy()
    assert np.abs(plain.scores.loc[same, "score"].to_numpy() - found.scores["score"]).max() > 0.01
    with pytest.raises(MeasureError, match="two others, one for the model and one for the curve"):
        rolling_origin(tables, CUTOFFS[:2], 91, calibrate="beta", **options)
    with pytest.raises(MeasureError, match="take one of none, isotonic, beta"):
        rolling_origin(tables, CUTOFFS, 91, calibrate="platt", **options)


def test_small_bases_and_impossible_cut_offs():
    tables = _market(3)
    found = rolling_origin(tables, CUTOFFS[:3], 91, kind="logit", books_end="2025-03-01")
    assert set(found.tidy()["cutoff"]) == {*CUTOFFS[1:3], ""}
    hidden = found.suppress(1000)
    assert hidden.tidy()["estimate"].isna().all() and "too few" in hidden.summary()
    # A bin that one cut-off hides is not to be had from all together less the others.
    some = found.suppress(3)
    gone = [set(part.reliability.loc[part.reliability["suppressed"], "score_low"]) for part in
            (*some.by_cutoff.values(), some.pooled)]  # fmt: skip
    alone = found.pooled.suppress(3).reliability
    assert gone[0] | gone[1] == gone[2] > set(alone.loc[alone["suppressed"], "score_low"])
    kept = some.pooled.reliability[~some.pooled.reliability["suppressed"]]
    assert len(kept) and kept["n"].notna().all() and some.pooled.of("auc") == found.pooled.of("auc")
    assert f"a customer counting once for each cut-off: Of {len(found.scores):,} " in found.summary()
    assert "c1" not in found._repr_html_().replace("class", "")
    for cutoffs, said in [
        (CUTOFFS[::-1], "do not ascend"),
        (CUTOFFS[:1], "could learn from"),
        ([], "learn from"),
    ]:
        with pytest.raises(MeasureError, match=said):
            rolling_origin(tables, cutoffs, 91, books_end="2025-03-01")
