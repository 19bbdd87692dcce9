"""Word of mouth against counts by hand, and what every weighted measure owes."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.nps import nps
from cxlab.measure.word_of_mouth import word_of_mouth
from cxlab.measure.word_of_mouth_balance import word_of_mouth_balance
from cxlab.model.errors import MeasureError

CELLS = {
    ("offline", "positive"): 30,
    ("offline", "negative"): 10,
    ("offline", "mixed"): 5,
    ("online", "positive"): 8,
    ("online", "negative"): 12,
    ("online", None): 4,  # talked, and did not say how
    ("none", None): 31,
    (None, None): 20,  # did not answer
}
FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]


def _answers() -> pd.DataFrame:
    rows = [pair for pair, n in CELLS.items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["wom_source", "wom_valence"])
    rng = np.random.default_rng(4)
    return frame.assign(w=rng.gamma(2, 1, len(frame)), g=rng.choice(["a", "b"], len(frame)))


@pytest.mark.parametrize(
    ("source", "valence", "outcome", "counted", "base"),
    [
        (None, None, "talked", 69, 100),
        ("offline", None, "offline", 45, 100),
        ("online", None, "online", 24, 100),
        (None, "positive", "positive", 38, 96),
        (None, "negative", "negative", 22, 96),
        ("offline", "positive", "offline_positive", 30, 100),
        ("online", "negative", "online_negative", 12, 96),
    ],
)
def test_shares_are_of_all_who_answered(source, valence, outcome: str, counted: int, base: int):
    result = word_of_mouth(_answers(), source, valence)
    assert result.outcome == outcome
    assert result.rows["n"][0] == base
    assert result.rows["estimate"][0] == pytest.approx(counted / base, rel=1e-14)


def test_the_cells_add_up_to_those_who_talked():
    frame = _answers()
    known = frame[~((frame["wom_source"] == "online") & frame["wom_valence"].isna())]
    parts = [
        word_of_mouth(known, source, valence, by="g", weight="w").rows["estimate"]
        for source in ("offline", "online")
        for valence in ("positive", "negative", "mixed")
    ]
    np.testing.assert_allclose(
        sum(parts), word_of_mouth(known, by="g", weight="w").rows["estimate"], rtol=1e-12
    )


@pytest.mark.parametrize(
    ("source", "good", "bad", "n"), [(None, 38, 22, 65), ("offline", 30, 10, 45), ("online", 8, 12, 20)]
)
def test_the_balance_is_positive_less_negative_of_those_who_said_how(source, good: int, bad: int, n: int):
    row = word_of_mouth_balance(_answers(), source).rows.iloc[0]
    assert row["estimate"] == pytest.approx(100 * (good - bad) / n, rel=1e-12)
    assert row["n"] == n
    p, d = good / n, bad / n
    assert row["std_error"] == pytest.approx(100 * np.sqrt((p + d - (p - d) ** 2) / n), rel=1e-12)
    twin = nps(pd.DataFrame({"nps": [9] * good + [7] * (n - good - bad) + [6] * bad})).rows.iloc[0]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx(
        [twin["conf_low"], twin["conf_high"]], rel=1e-12
    )


@pytest.mark.parametrize("measure", [word_of_mouth, word_of_mouth_balance])
def test_weights(measure):
    frame = _answers()
    doubled = frame.assign(w=1 + frame.index % 2)
    twice = doubled.loc[doubled.index.repeat(doubled["w"])]
    one = measure(doubled, "offline", weight="w", weight_kind="frequency").rows[FIGURES]
    np.testing.assert_allclose(one, measure(twice, "offline").rows[FIGURES], rtol=1e-10)
    sampled = measure(doubled, "offline", weight="w").rows["estimate"]
    np.testing.assert_allclose(sampled, measure(twice, "offline").rows["estimate"], rtol=1e-12)
    scaled = measure(frame.assign(w=frame["w"] * 1e8), weight="w").rows[FIGURES]
    np.testing.assert_allclose(scaled, measure(frame, weight="w").rows[FIGURES], rtol=1e-10)
    equal = measure(frame.assign(w=7.0), weight="w").rows[FIGURES]
    np.testing.assert_allclose(equal, measure(frame).rows[FIGURES], rtol=1e-10)


@pytest.mark.parametrize("measure", [word_of_mouth, word_of_mouth_balance])
def test_battery(measure):
    frame = _answers()
    for none in (frame.iloc[:0], frame[frame["wom_source"].isna()], frame.assign(w=0.0)):
        result = measure(none, weight="w")
        assert result.rows["n"].tolist() == [0] and result.rows["estimate"].isna().all()
    one = measure(frame.iloc[:1]).rows.iloc[0]
    assert one["n"] == 1 and one["estimate"] in (1.0, 100.0) and one["conf_low"] < one["conf_high"]
    with pytest.raises(MeasureError, match="answers have no weight or a negative one"):
        measure(frame.assign(w=-1.0), weight="w")
    with pytest.raises(MeasureError, match="there is no column 'wom'"):
        measure(frame, sources="wom")
    with pytest.raises(
        MeasureError, match="the column 'wom_valence' holds 'good'; it may hold positive, negative, mixed"
    ):
        measure(frame.assign(wom_valence="good"))
    with pytest.raises(MeasureError, match="unknown 'none'; take one of offline, online"):
        measure(frame, "none")


def test_every_engine_reads_alike():
    import duckdb
    import polars as pl

    frame = _answers()
    for measure in (word_of_mouth, word_of_mouth_balance):
        known = measure(frame, "offline", by="g", weight="w").rows
        for other in (pl.from_pandas(frame), duckdb.from_df(frame)):
            found = measure(other, "offline", by="g", weight="w").rows
            np.testing.assert_allclose(found[FIGURES], known[FIGURES], rtol=1e-12)
