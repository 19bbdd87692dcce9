import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

import cxlab as cx
from cxlab.model.errors import MeasureError


def ratings(n=60, seed=5):
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(n):
        lenient = rng.standard_normal()
        for brand, level in (("Aurea", 6.9), ("Telnova" if person % 3 else "Movistel", 6.2)):
            for area in ("price", "network"):
                score = np.clip(np.rint(level + lenient + rng.standard_normal()), 0, 10)
                rows.append((f"r{person}", brand, "telecom", area, score, 1.0 + person % 2))
    return pd.DataFrame(rows, columns=["response_id", "brand", "category", "area", "score", "w"])


def paired(frame, brand, area):
    wide = frame[frame["area"] == area].pivot(index="response_id", columns="brand", values="score")
    return wide[["Aurea", brand]].dropna()


def test_gaps_are_paired_t_tests():
    frame = ratings()
    rows = cx.rating_gap(frame, "Aurea").rows.set_index("level")
    for brand in ("Telnova", "Movistel"):
        pair = paired(frame, brand, "price")
        row = rows.loc[f'["{brand}", "telecom", "price"]']
        test = ttest_rel(pair["Aurea"], pair[brand])
        low, high = test.confidence_interval(0.95)
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))
        assert row["n"] == len(pair)


def test_over_all_areas_a_respondent_counts_once():
    frame = ratings()
    row = cx.rating_gap(frame, "Aurea", by_area=False).rows.set_index("level").loc['["Telnova", "telecom"]']
    both = sum(paired(frame, "Telnova", area).diff(axis=1)["Telnova"] for area in ("price", "network")) / -2
    assert row["n"] == len(both) == 40
    assert row["estimate"] == pytest.approx(both.mean()) and row["std_error"] == pytest.approx(both.sem())


def test_who_gives_everybody_more_moves_no_gap():
    frame = ratings()
    shift = frame["response_id"].map(lambda name: int(name[1:]) % 2)
    moved = frame.assign(score=frame["score"].clip(0, 9) + shift)
    plain = cx.rating_gap(frame.assign(score=frame["score"].clip(0, 9)), "Aurea").rows
    pd.testing.assert_frame_equal(cx.rating_gap(moved, "Aurea").rows, plain)


def test_weights_are_those_of_repeated_people():
    frame = ratings()
    extra = frame[frame["w"] == 2].assign(response_id=lambda rows: rows["response_id"] + "again")
    twice = cx.rating_gap(pd.concat([frame, extra]), "Aurea").rows
    counted = cx.rating_gap(frame, "Aurea", weight="w", weight_kind="frequency").rows
    sampling = cx.rating_gap(frame, "Aurea", weight="w").rows
    figures = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(counted[figures], twice[figures], rtol=1e-9)
    np.testing.assert_allclose(sampling["estimate"], twice["estimate"], rtol=1e-9)
    scaled = cx.rating_gap(frame.assign(w=5 * frame["w"]), "Aurea", weight="w").rows
    np.testing.assert_allclose(scaled[figures], sampling[figures], rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "own", "message"),
    [
        ({}, "Aureo", "did you mean 'Aurea'"),
        ({"score": 11}, "Aurea", "outside 0–10, such as 11"),
        ({"area": "price"}, "Aurea", "twice"),
        ({"brand": None}, "Aurea", "have no brand"),
        ({"score": np.nan}, "Aurea", "nobody rated a brand"),
        ({"score": "good"}, "Aurea", "not numbers"),
    ],
)
def test_what_will_not_do_is_said(change, own, message):
    with pytest.raises(MeasureError, match=message):
        cx.rating_gap(ratings().assign(**change), own)


def test_brands_nobody_rated_together_are_refused():
    frame = ratings()
    apart = frame[frame["brand"] != "Aurea"]
    ours = frame[frame["brand"] == "Aurea"].assign(response_id=lambda rows: "own" + rows["response_id"])
    with pytest.raises(MeasureError, match="nobody rated 'Aurea' and another brand"):
        cx.rating_gap(pd.concat([apart, ours]), "Aurea")
