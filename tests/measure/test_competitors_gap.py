"""Our mean less the mean of all competitors."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.measure.competitor_gap import competitor_gap
from cxlab.measure.competitors_gap import competitors_gap

RNG = np.random.default_rng(5)
SAMPLES = {
    (brand, area): RNG.normal(mean, 2, n)
    for (brand, area, mean, n) in [
        ("us", "shop", 7, 40), ("a", "shop", 6, 30), ("b", "shop", 5, 25), ("c", "shop", 8, 12),
        ("us", "app", 6, 20), ("a", "app", 7, 50), ("b", "app", 6, 15),
    ]
}  # fmt: skip
TABLE = pd.DataFrame(
    [
        {"wave": "1", "brand": brand, "category": "x", "area": area,
         "mean": x.mean(), "sd": x.std(ddof=1), "n": len(x)}
        for (brand, area), x in SAMPLES.items()
    ]
)  # fmt: skip


def test_the_gap_is_a_contrast_of_means_with_welchs_degrees_of_freedom():
    rows = competitors_gap(TABLE, "us").rows.set_index("level")
    for area, others in (("shop", "abc"), ("app", "ab")):
        row = rows.loc[f'["x", "{area}"]']
        weights = np.array([1, *[-1 / len(others)] * len(others)])
        parts = [SAMPLES[brand, area] for brand in ("us", *others)]
        variance = weights**2 * np.array([x.var(ddof=1) / len(x) for x in parts])
        df = variance.sum() ** 2 / (variance**2 / np.array([len(x) - 1 for x in parts])).sum()
        gap = weights @ [x.mean() for x in parts]
        assert row["estimate"] == pytest.approx(gap, rel=1e-12)
        assert row["std_error"] == pytest.approx(np.sqrt(variance.sum()), rel=1e-12)
        low, high = stats.t.interval(0.95, df, gap, np.sqrt(variance.sum()))
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high), rel=1e-12)
        assert row["n"] == min(len(x) for x in parts)


def test_with_one_competitor_it_is_the_gap_to_that_one():
    two = TABLE[TABLE["brand"].isin(["us", "a"])]
    one, both = competitor_gap(two, "us").rows, competitors_gap(two, "us").rows
    for figure in ("estimate", "std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(both[figure], one[figure], rtol=1e-12)


def test_without_a_standard_deviation_there_is_a_gap_and_no_interval():
    unknown = TABLE.assign(sd=TABLE["sd"].where(TABLE["brand"] != "b"))
    rows = competitors_gap(unknown, "us").rows
    assert rows["estimate"].notna().all() and rows["conf_low"].isna().all()
