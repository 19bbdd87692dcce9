"""Ratios of sums: against R survey, a jackknife written out, and what every weighted measure owes."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.design import Design
from cxlab.estimate.intervals import student
from cxlab.estimate.sample import sample_of
from cxlab.measure.ratio import ratio
from cxlab.measure.share_of_wallet import share_of_wallet
from cxlab.measure.table_rows import table_rows
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
KNOWN = json.loads((REFERENCE / "ratios.json").read_text(encoding="utf-8"))  # ratios.R
DESIGNS = {
    "srs": ("srs", None, Design()),
    "srs_fpc": ("srs", "pw", Design(fpc="fpc")),
    "strat": ("strat", "pw", Design(stratum="stype", fpc="fpc")),
    "clus1": ("clus1", "pw", Design(cluster="dnum")),
}


def _schools(name: str) -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE / f"api_{name}.csv")
    return table_rows(frame, names=["stype", "dnum"], amounts=["api00", "enroll", "pw", "fpc"])


@pytest.mark.parametrize("name", DESIGNS)
def test_ratios_by_design_equal_those_of_r(name: str):
    data, weight, design = DESIGNS[name]
    found = ratio(sample_of(_schools(data), weight, design), "api00", "enroll", [])
    known = KNOWN[name]
    # R and we add up a few hundred numbers in another order.
    assert found.estimate[0] == pytest.approx(known["estimate"], rel=1e-12)
    assert found.precision.std_error[0] == pytest.approx(known["std_error"], rel=1e-10)
    assert found.precision.df[0] == known["df"]
    low, high = student(found.estimate, found.precision.std_error, found.precision.df, 0.95)
    np.testing.assert_allclose([low[0], high[0]], known["ends"], rtol=1e-10)


def test_domains_of_a_cluster_sample_equal_those_of_r():
    sample = sample_of(_schools("clus1"), "pw", Design(cluster="dnum"))
    found = ratio(sample, "api00", "enroll", ["stype"])
    known = KNOWN["clus1_by"]
    assert found.levels["stype"].tolist() == list(known)
    for place, level in enumerate(known):
        assert found.estimate[place] == pytest.approx(known[level]["estimate"], rel=1e-12)
        assert found.precision.std_error[place] == pytest.approx(known[level]["std_error"], rel=1e-10)


def test_the_standard_error_is_near_the_jackknife():
    frame = _wallets(400)
    result = share_of_wallet(frame)
    y, x = frame["spend"].to_numpy(), frame["category_spend"].to_numpy()
    left_out = (y.sum() - y) / (x.sum() - x)
    n = len(frame)
    jackknife = np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    # Both are first-order; they differ by terms of order 1/n.
    assert result.rows["std_error"][0] == pytest.approx(jackknife, rel=0.02)
    assert result.rows["estimate"][0] == pytest.approx(y.sum() / x.sum(), rel=1e-14)


def _wallets(rows: int = 240, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    category = rng.gamma(3, 100, rows)
    return pd.DataFrame(
        {
            "spend": category * rng.beta(3, 2, rows),
            "category_spend": category,
            "w": rng.gamma(2, 1, rows),
            "g": rng.choice(["a", "b", "c"], rows),
            "house": rng.integers(0, 60, rows),
        }
    )


FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]


def _same(one, other, columns=FIGURES) -> None:
    for column in columns:
        np.testing.assert_allclose(one.rows[column], other.rows[column], rtol=1e-10, err_msg=column)


def test_weight_2_is_the_row_twice_and_with_frequencies_in_its_interval_too():
    frame = _wallets().assign(w=lambda rows: 1 + rows.index % 2)
    twice = frame.loc[frame.index.repeat(frame["w"])]
    plain = share_of_wallet(twice, by="g")
    _same(share_of_wallet(frame, by="g", weight="w"), plain, ["estimate"])
    _same(share_of_wallet(frame, by="g", weight="w", weight_kind="frequency"), plain)


@pytest.mark.parametrize("cluster", [None, "house"])
def test_equal_weights_are_none_and_their_scale_never_matters(cluster: str | None):
    frame = _wallets()
    _same(
        share_of_wallet(frame.assign(w=3.0), by="g", weight="w", cluster=cluster),
        share_of_wallet(frame, by="g", cluster=cluster),
    )
    _same(
        share_of_wallet(frame.assign(w=frame["w"] * 1e7), weight="w", cluster=cluster),
        share_of_wallet(frame, weight="w", cluster=cluster),
    )


def test_by_is_filtering():
    frame = _wallets()
    whole = share_of_wallet(frame, by="g", weight="w").rows
    for level in "abc":
        alone = share_of_wallet(frame[frame["g"] == level], weight="w").rows.iloc[0]
        row = whole[whole["level"] == level].iloc[0]
        assert [row[name] for name in FIGURES] == pytest.approx([alone[name] for name in FIGURES], rel=1e-10)


def test_one_customer_has_a_share_and_no_interval():
    row = share_of_wallet(_wallets(1)).rows.iloc[0]
    assert 0 < row["estimate"] < 1 and row["n"] == 1
    assert np.isnan([row["std_error"], row["conf_low"], row["conf_high"]]).all()


def test_without_customers_there_is_a_base_of_0_and_no_figure():
    for frame in (_wallets(5).iloc[:0], _wallets(5).assign(category_spend=np.nan), _wallets(5).assign(w=0.0)):
        result = share_of_wallet(frame, weight="w")
        assert result.rows["n"].tolist() == [0] and result.rows["estimate"].isna().all()
        assert "too few" in result.summary()


def test_all_customers_alike_have_an_interval_of_no_width():
    frame = pd.DataFrame({"spend": [20.0, 40, 10], "category_spend": [40.0, 80, 20]})
    row = share_of_wallet(frame).rows.iloc[0]
    assert row["estimate"] == 0.5 and row["std_error"] == 0 and row["conf_low"] == row["conf_high"] == 0.5


def test_a_customer_without_one_of_the_amounts_is_left_out():
    frame = _wallets(50)
    gaps = frame.assign(
        spend=frame["spend"].where(frame.index > 3),
        category_spend=frame["category_spend"].where(frame.index != 9),
    )
    _same(share_of_wallet(gaps), share_of_wallet(gaps.dropna()))


def test_more_than_the_category_is_refused_counted_kept_or_left_out():
    frame = _wallets(50)
    frame.loc[[4, 7], "spend"] = frame["category_spend"] * 1.5
    with pytest.raises(MeasureError, match="2 of 50 customers spend more with us than in the whole category"):
        share_of_wallet(frame)
    _same(share_of_wallet(frame, over="leave_out"), share_of_wallet(frame.drop([4, 7])))
    kept = share_of_wallet(frame, over="keep").rows["estimate"][0]
    assert kept == pytest.approx(frame["spend"].sum() / frame["category_spend"].sum(), rel=1e-14)
    with pytest.raises(MeasureError, match="unknown over 'drop'; take one of refuse, keep, leave_out"):
        share_of_wallet(frame, over="drop")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"category_spend": -1.0}, "50 customers spend less than nothing in the category"),
        ({"w": -1.0}, "50 answers have no weight or a negative one"),
        ({"w": np.nan}, "50 answers have no weight or a negative one"),
        ({"spend": "much"}, "the column 'spend' holds String, not numbers"),
    ],
)
def test_bad_amounts_and_weights_are_refused(change: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        share_of_wallet(_wallets(50).assign(**change), weight="w")


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(MeasureError, match="there is no column 'spent'; did you mean 'spend'"):
        share_of_wallet(_wallets(5), spend="spent")
