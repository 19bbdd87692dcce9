import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.markets.response_style import INDICES
from cxlab.model.errors import MeasureError

ITEMS = ["a", "b", "c", "d"]
SMALL = pd.DataFrame(
    {
        "market": ["es", "es", "it", "it"],
        "a": [5, 3, 1, 2],
        "b": [5, 3, 5, 4],
        "c": [1, 3, 1, None],
        "d": [4, 3, 5, 2],
    }
)


def drawn(n=400, seed=3):
    rng = np.random.default_rng(seed)
    scores = np.clip(np.rint(3 + 1.1 * rng.standard_normal((n, 4))), 1, 5)
    frame = pd.DataFrame(scores, columns=ITEMS)
    return frame.assign(
        market=np.where(rng.random(n) < 0.5, "es", "it"), w=rng.integers(1, 4, n).astype(float)
    )


def test_indices_by_hand():
    people = cx.response_style(SMALL, ITEMS, scale=(1, 5)).respondents
    assert people.index.tolist() == [0, 1, 2]  # the fourth did not answer all
    assert people["acquiescence"].tolist() == [0.375, 0.0, 0.0]
    assert people["extreme"].tolist() == [0.75, 0.0, 1.0]
    assert people["midpoint"].tolist() == [0.0, 1.0, 0.0]
    assert people["range"].tolist() == [4.0, 0.0, 4.0]
    assert people["spread"].tolist() == pytest.approx(
        [np.std([5, 5, 1, 4], ddof=1), 0, np.std([1, 5, 1, 5], ddof=1)]
    )
    fewer = cx.response_style(SMALL, ITEMS, scale=(1, 5), min_items=3).respondents
    assert fewer.loc[3, "acquiescence"] == pytest.approx((8 / 3 - 3) / 2)


def test_an_even_scale_has_two_answers_in_its_middle():
    frame = pd.DataFrame({"market": ["es", "es"], "a": [5, 6], "b": [4, 10]})
    assert cx.response_style(frame, ["a", "b"], scale=(1, 10)).respondents["midpoint"].tolist() == [0.5, 0.5]


def test_market_figures_are_means_of_the_respondents():
    frame = drawn()
    result = cx.response_style(frame, ITEMS, scale=(1, 5))
    expected = result.respondents.groupby("market")[list(INDICES)].agg(["mean", "sem"])
    for one in result.indices:
        assert one.rows["estimate"].tolist() == pytest.approx(expected[one.outcome]["mean"].tolist())
        assert one.rows["std_error"].tolist() == pytest.approx(expected[one.outcome]["sem"].tolist())
    assert result.tidy()["outcome"].unique().tolist() == list(INDICES)
    assert abs(result.mean_correlation) < 0.1 and "cannot be told apart" not in result.summary()


def test_items_about_one_thing_are_said_to_be():
    frame = drawn().assign(b=lambda rows: rows["a"], c=lambda rows: rows["a"])
    assert "cannot be told apart" in cx.response_style(frame, ITEMS, scale=(1, 5)).summary()


def test_weight_two_is_the_row_twice_and_the_scale_of_weights_never_matters():
    frame = drawn()
    weighted = cx.response_style(frame, ITEMS, scale=(1, 5), weight="w", weight_kind="frequency").tidy()
    twice = cx.response_style(
        frame.loc[frame.index.repeat(frame["w"].astype(int))], ITEMS, scale=(1, 5)
    ).tidy()
    figures = ["estimate", "std_error", "conf_low", "conf_high", "n"]
    np.testing.assert_allclose(weighted[figures].astype(float), twice[figures].astype(float), rtol=1e-9)
    sampling = cx.response_style(frame, ITEMS, scale=(1, 5), weight="w").tidy()
    np.testing.assert_allclose(sampling["estimate"], twice["estimate"], rtol=1e-9)
    scaled = cx.response_style(frame.assign(w=9 * frame["w"]), ITEMS, scale=(1, 5), weight="w").tidy()
    np.testing.assert_allclose(scaled[figures[:4]], sampling[figures[:4]], rtol=1e-9)
    equal = cx.response_style(frame.assign(w=2.0), ITEMS, scale=(1, 5), weight="w").tidy()
    plain = cx.response_style(frame, ITEMS, scale=(1, 5)).tidy()
    np.testing.assert_allclose(equal[figures[:4]], plain[figures[:4]], rtol=1e-9)


def test_one_respondent_has_indices_and_no_interval_and_small_markets_are_hidden():
    frame = pd.concat([drawn(), SMALL.iloc[:1].assign(market="pl", w=1.0)], ignore_index=True)
    result = cx.response_style(frame, ITEMS, scale=(1, 5))
    row = result.indices[0].rows.set_index("level").loc["pl"]
    assert row["estimate"] == 0.375 and np.isnan(row["conf_low"])
    hidden = result.suppressed(10)
    assert hidden.indices[0].rows.set_index("level").loc["pl", "suppressed"] and hidden.respondents.empty


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (SMALL, {"scale": (1, 4)}, "holds 5, outside 1–4"),
        (SMALL, {"scale": (5, 1)}, "5–1 is no scale"),
        (SMALL, {"items": ["a"]}, "1 of 1 items will not do"),
        (SMALL, {"items": ["a", "z"]}, "no column 'z'"),
        (SMALL, {"min_items": 9}, "9 of 4 items"),
        (SMALL, {"by": "country"}, "no column 'country'"),
        (SMALL.assign(market=None), {}, "respondents have no market"),
        (SMALL.assign(c=np.nan), {}, "nobody answered 4 of the 4 items"),
        (SMALL.assign(w=-1.0), {"weight": "w"}, "negative"),
        (SMALL.assign(a="yes"), {}, "not numbers"),
    ],
)
@pytest.mark.parametrize("measure", ["response_style", "within_market_adjustment"])
def test_what_will_not_do_is_said(measure, frame, options, message):
    given = {"items": ITEMS, "scale": (1, 5)} | options
    with pytest.raises(MeasureError, match=message):
        getattr(cx, measure)(frame, given.pop("items"), **given)


def test_adjusted_scores_are_freed_of_shift_and_stretch():
    frame = drawn()
    own = frame["market"] == "es"
    styled = frame.copy()
    styled.loc[own, ITEMS] = 2 + 1.5 * styled.loc[own, ITEMS]
    plain = cx.within_market_adjustment(frame, ITEMS, scale=(0, 10)).tidy()
    other = cx.within_market_adjustment(styled, ITEMS, scale=(0, 10)).tidy()
    es = (plain["market"] == "es").to_numpy()
    assert other.loc[es, "raw"].to_numpy() == pytest.approx(2 + 1.5 * plain.loc[es, "raw"].to_numpy())
    assert other.loc[es, "centred"].to_numpy() == pytest.approx(1.5 * plain.loc[es, "centred"].to_numpy())
    for name in ("standardised", "standardised_low", "standardised_high"):
        assert other[name].to_numpy() == pytest.approx(plain[name].to_numpy())


def test_adjusted_scores_stand_beside_raw_and_add_to_nothing():
    frame = drawn()
    result = cx.within_market_adjustment(frame, ITEMS, scale=(1, 5))
    table = result.tidy()
    assert {"raw", "raw_low", "raw_high", "centred", "standardised", "n"} <= set(table.columns)
    assert table.groupby("market")["centred"].sum().to_numpy() == pytest.approx([0, 0], abs=1e-12)
    expected = frame.groupby("market")[ITEMS].mean().stack()
    raw = table.set_index(["market", "item"])["raw"]
    assert raw.loc[expected.index].to_numpy() == pytest.approx(expected.to_numpy())
    assert result.suppressed(1000).tidy()["raw"].isna().all()
    assert "order of the markets" in result.summary()


def test_adjusted_weights_are_those_of_repeated_rows():
    frame = drawn()
    weighted = cx.within_market_adjustment(
        frame, ITEMS, scale=(1, 5), weight="w", weight_kind="frequency"
    ).tidy()
    rows = frame.loc[frame.index.repeat(frame["w"].astype(int))]
    twice = cx.within_market_adjustment(rows, ITEMS, scale=(1, 5)).tidy()
    figures = ["raw", "raw_low", "centred", "centred_high", "standardised", "standardised_low"]
    np.testing.assert_allclose(weighted[figures], twice[figures], rtol=1e-9, atol=1e-12)
