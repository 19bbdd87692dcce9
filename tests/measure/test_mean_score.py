"""Means against R survey and numpy."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps_classes import nps_classes
from cxlab.model.errors import MeasureError

# svydesign(ids = ~1, weights = ~w), svymean, confint(df = degf); see weighted_means.R.
KNOWN = json.loads(
    (Path(__file__).parents[1] / "reference" / "weighted_means.json").read_text(encoding="utf-8")
)
FRAME = pd.DataFrame({"s": KNOWN["score"], "w": KNOWN["weight"], "g": KNOWN["segment"], "same": 1.7})


def _check(row: pd.Series, known: dict) -> None:
    assert row["n"] == known["n"]
    for here, there in [
        ("estimate", "mean"),
        *((name, name) for name in ("std_error", "conf_low", "conf_high", "n_eff")),
    ]:
        assert row[here] == pytest.approx(known[there], rel=1e-12), here


def test_equals_svymean_with_weights_and_without():
    _check(mean_score(FRAME, "s", weight="w").rows.iloc[0], KNOWN["weighted"])
    _check(mean_score(FRAME, "s", weight="w", conf_level=0.9).rows.iloc[0], KNOWN["weighted_90"])
    _check(mean_score(FRAME, "s").rows.iloc[0], KNOWN["equal"])
    _check(mean_score(FRAME, "s", weight="same").rows.iloc[0], KNOWN["equal"])


def test_equals_svymean_in_every_segment():
    rows = mean_score(FRAME, "s", by="g", weight="w").rows.set_index("level")
    for segment in ("north", "south", "west"):
        _check(rows.loc[segment], KNOWN[segment])


@pytest.mark.parametrize("part", ["weighted", "equal", "north", "south", "west"])
def test_shares_equal_svymean(part: str):
    frame = FRAME if part in ("weighted", "equal") else FRAME[FRAME["g"] == part]
    promoters, _, _ = nps_classes(frame, "s", weight=None if part == "equal" else "w")
    row = promoters.rows.iloc[0]
    assert row["estimate"] == pytest.approx(KNOWN[part]["share"], rel=1e-12)
    assert row["n_eff"] == pytest.approx(KNOWN[part]["n_eff"], rel=1e-12)
    if part == "equal":
        # R divides by n − 1, Wilson's p(1 − p)/n by n.
        n = KNOWN[part]["n"]
        assert row["std_error"] == pytest.approx(KNOWN[part]["share_se"] * np.sqrt((n - 1) / n), rel=1e-12)


def test_equals_numpy():
    rng = np.random.default_rng(5)
    x, w = rng.normal(1e6, 3, 500), rng.gamma(1, 1, 500)
    row = mean_score(pd.DataFrame({"x": x, "w": w}), "x", weight="w").rows.iloc[0]
    assert row["estimate"] == pytest.approx(np.average(x, weights=w), rel=1e-13)
    plain = mean_score(pd.DataFrame({"x": x}), "x").rows.iloc[0]
    # A large mean must not swallow a small spread.
    assert plain["std_error"] == pytest.approx(np.std(x, ddof=1) / np.sqrt(500), rel=1e-9)


def test_one_answer_has_a_mean_and_no_interval():
    row = mean_score(pd.DataFrame({"s": [4.0]}), "s").rows.iloc[0]
    assert row["estimate"] == 4
    assert row[["std_error", "conf_low", "conf_high"]].isna().all()


def test_a_share_of_flags_is_their_mean():
    assert mean_score(pd.DataFrame({"s": [True, False, True, True]}), "s").rows["estimate"].tolist() == [0.75]


def test_a_mean_carries_its_scale_and_refuses_an_answer_outside_it():
    frame = pd.DataFrame({"csat": [1, 5, 6], "ces": [1, 7, 7]})
    assert mean_score(frame.iloc[:2], "csat", scale=(1, 5)).scale == (1, 5)
    assert mean_score(frame, "ces").scale == (1, 7)
    assert mean_score(frame, "csat").scale is None
    with pytest.raises(MeasureError, match="holds 6, outside 1–5"):
        mean_score(frame, "csat", scale=(1, 5))
    with pytest.raises(MeasureError, match="no scale"):
        mean_score(frame, "csat", scale=(5, 1))
