"""What the demo plants in its four markets, found again across them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import cxlab as cx
from cxlab.demo.opinions import IMPORTANCE_OWN, IMPORTANCE_PERSON
from cxlab.load.open_market import open_market

pytestmark = pytest.mark.slow
MARKETS = ("demo-es", "demo-it", "demo-pl", "demo-en")
ASKED_OF_ALL = ["network", "price", "billing"]  # the other attributes are not applicable to many


@pytest.fixture(scope="module")
def markets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    cx.write_demo(folder)
    return {name: open_market(folder / "params" / f"{name}.yaml") for name in MARKETS}


@pytest.fixture(scope="module")
def answers(markets):
    frames = {"importance": [], "satisfaction": []}
    for name, market in markets.items():
        for kind, found in frames.items():
            wide = cx.wide_items(market.response_items, market.responses[["response_id"]], kind=kind)
            found.append(wide.assign(market=name))
    return {kind: pd.concat(found, ignore_index=True) for kind, found in frames.items()}


def planted_extremes(truth):
    """Share of importance answers at an end of 1–10, by the normal distribution the demo draws from."""
    spread = truth.style_stretch * np.hypot(IMPORTANCE_PERSON, IMPORTANCE_OWN)
    shares = []
    for level in truth.importance.values():
        centre = 5.5 + 4.5 * (truth.style_shift + truth.style_stretch * level)
        below, above = norm.cdf((1.5 - centre) / (4.5 * spread)), norm.sf((9.5 - centre) / (4.5 * spread))
        shares.append(below + above)
    return np.mean(shares)


def test_planted_style_is_in_the_indices_of_stated_importance(answers):
    truth = cx.demo_truth()
    items = sorted(truth.markets["demo-es"].importance)
    rows = answers["importance"]
    result = cx.response_style(rows, items, scale=(1, 10))
    found = {one.outcome: one.rows.set_index("level") for one in result.indices}
    for name in MARKETS:
        own = truth.markets[name]
        means = own.means[max(own.means)]
        agreed = np.mean([(means[f"importance.{item}"] - 5.5) / 4.5 for item in items])
        row = found["acquiescence"].loc[name]
        # Straight-liners, 1 in 100, answer all alike: a known departure of at most .01 beside chance.
        assert abs(row["estimate"] - agreed) < 3 * row["std_error"] + 0.01
        row = found["extreme"].loc[name]
        assert abs(row["estimate"] - planted_extremes(own)) < 3 * row["std_error"] + 0.01
    stretch = {name: truth.markets[name].style_stretch for name in MARKETS}
    ranked = found["extreme"]["estimate"].sort_values().index.tolist()
    assert ranked[0] == min(stretch, key=stretch.get) and ranked[-1] == max(stretch, key=stretch.get)


def test_means_of_the_demo_may_not_be_ranked_as_every_market_rates_other_things_high(answers):
    rows = answers["satisfaction"]
    items = [*ASKED_OF_ALL, "contact_centre", "app"]
    result = cx.invariance(dict(tuple(rows.groupby("market"))), {"satisfaction": items})
    # One opinion moves all attributes alike in every market (halo), levels differ by market and attribute.
    assert result.verdict == "associations only"
    with pytest.raises(cx.CxlabError, match="may not be ranked"):
        result.require_means()


@pytest.mark.parametrize("name", MARKETS)
def test_planted_brands_are_in_the_index_and_in_the_gaps(markets, name):
    truth, market = cx.demo_truth().markets[name].brand_means, markets[name]
    index = cx.happiness_index(market.brand_ratings)
    brands = index.ranks["brand"]
    for rows in (index.brands_raw.rows, index.brands.rows):
        away = rows["estimate"] - brands.map(truth)
        assert (away.abs() < 3.5 * rows["std_error"]).all()  # eight looks at each of four markets
    own = "Aurea"
    gaps = cx.rating_gap(market.brand_ratings, own, by_area=False).rows
    wave = sorted(market.competitors["wave"].unique())[-1]
    published = cx.competitor_gap(market.competitors, own, wave=wave).rows
    for brand, mean in truth.items():
        if brand == own:
            continue
        row = gaps[gaps["level"].str.contains(brand)].iloc[0]
        assert abs(row["estimate"] - (truth[own] - mean)) < 3.5 * row["std_error"]
        areas = published[published["level"].str.contains(brand)]
        error = np.sqrt((areas["std_error"] ** 2).sum()) / len(areas)
        assert abs(areas["estimate"].mean() - (truth[own] - mean)) < 3.5 * error
