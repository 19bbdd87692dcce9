"""What if: against statsmodels where nothing is capped, by brute force where something is."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import cxlab as cx
from cxlab.drivers.what_if import TOGETHER, what_if
from cxlab.model.errors import MeasureError

DRIVERS = ["price", "service", "network"]
WIDE = dict.fromkeys(DRIVERS, (-50, 50))
REAL = dict.fromkeys(DRIVERS, (0, 10))


def _frame(n: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    x = np.clip(np.round(7 + 1.5 * common + 1.5 * rng.normal(size=(n, 3))), 0, 10)
    y = 1 + x @ [0.6, 0.3, 0.0] + rng.normal(size=n) * (0.5 + x[:, 0] / 10)
    frame = pd.DataFrame(x, columns=DRIVERS)
    return frame.assign(y=y, w=rng.gamma(2, 1, n), g=rng.integers(0, 50, n))


def _fit(frame: pd.DataFrame, weight: str | None, cluster: str | None):
    how = {"cov_type": "HC3"}
    if cluster is not None:
        how = {"cov_type": "cluster", "cov_kwds": {"groups": frame[cluster]}}
    weights = np.ones(len(frame)) if weight is None else frame[weight]
    return smf.wls(f"y ~ {' + '.join(DRIVERS)}", frame, weights=weights).fit(use_t=True, **how)


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("cluster", [None, "g"])
def test_without_a_cap_it_is_coefficient_times_change(weight: str | None, cluster: str | None):
    frame = _frame()
    changes = {"price": 2, "network": -1.5}
    rows = what_if(
        frame, "y", changes, drivers=DRIVERS, scale=WIDE, weight=weight, cluster=cluster, conf_level=0.9
    ).rows
    fit = _fit(frame, weight, cluster)
    for row, contrast in zip(
        rows.itertuples(), ([0, 2, 0, 0], [0, 0, 0, -1.5], [0, 2, 0, -1.5]), strict=True
    ):
        test = fit.t_test(np.array(contrast, dtype=float))
        assert row.difference == pytest.approx(test.effect[0], rel=1e-8)
        assert row.std_error == pytest.approx(test.sd[0, 0], rel=1e-8)
        assert row.p_value == pytest.approx(float(test.pvalue), rel=1e-6)
        np.testing.assert_allclose([row.conf_low, row.conf_high], test.conf_int(0.1)[0], rtol=1e-7)
        assert row.share_capped == 0
    assert rows["driver"].tolist() == ["price", "network", TOGETHER]
    assert rows["mean_change"].tolist()[:2] == pytest.approx([2, -1.5])


@pytest.mark.parametrize("weight", [None, "w"])
def test_ratings_stop_at_their_scale_row_by_row(weight: str | None):
    frame = _frame()
    w = np.ones(len(frame)) if weight is None else frame["w"]
    row = what_if(frame, "y", {"price": 2}, drivers=DRIVERS, scale=REAL, weight=weight).rows.iloc[0]
    moved = np.minimum(frame["price"] + 2, 10) - frame["price"]
    assert row["mean_change"] == pytest.approx(np.average(moved, weights=w))
    assert row["share_capped"] == pytest.approx(np.average(frame["price"] > 8, weights=w))
    slope = _fit(frame, weight, None).params["price"]
    assert row["difference"] == pytest.approx(slope * np.average(moved, weights=w))


def test_the_expected_outcome_stops_at_its_scale_too():
    frame = _frame()
    scale = REAL | {"y": (-5, 7)}
    frame["y"] = frame["y"].clip(-5, 7)
    row = what_if(frame, "y", {"price": 2, "service": 1}, drivers=DRIVERS, scale=scale).rows.iloc[2]
    fit = _fit(frame, None, None)
    moved = frame.assign(
        price=(frame["price"] + 2).clip(upper=10), service=(frame["service"] + 1).clip(upper=10)
    )
    now, then = (np.clip(fit.predict(rows), -5, 7) for rows in (frame, moved))
    assert row["difference"] == pytest.approx((then - now).mean())
    assert row["outcome_capped"] == pytest.approx(((now >= 7) | (then >= 7)).mean()) != 0
    assert row["difference"] < what_if(
        frame, "y", {"price": 2, "service": 1}, drivers=DRIVERS, scale=REAL
    ).rows["difference"].iloc[2]  # fmt: skip


@pytest.mark.parametrize("cluster", [None, "g"])
def test_the_error_is_that_of_leaving_each_unit_out(cluster: str | None):
    # The jackknife shares nothing with the delta method but what both estimate.
    frame = _frame(80)
    frame["y"] = frame["y"].clip(-5, 12)
    options = {"drivers": DRIVERS, "scale": REAL | {"y": (-5, 12)}, "weight": "w"}
    changes = {"price": 3, "service": 2}
    row = what_if(frame, "y", changes, cluster=cluster, **options).rows.iloc[2]
    unit = frame.index if cluster is None else frame[cluster]
    left = np.array(
        [
            what_if(frame[unit != one], "y", changes, **options).rows["difference"].iloc[2]
            for one in np.unique(unit)
        ]
    )
    jackknife = np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum())
    assert row["std_error"] == pytest.approx(jackknife, rel=0.05 if cluster is None else 0.15)


def test_where_nearly_all_stand_at_the_top_next_to_nothing_is_higher():
    frame = _frame().assign(price=lambda frame: np.where(frame.index < 3, 9.0, 10.0))
    top, down = (
        what_if(frame, "y", {"price": change}, drivers=DRIVERS, scale=REAL).rows.iloc[0] for change in (1, -1)
    )
    assert top["mean_change"] == pytest.approx(3 / 400)
    assert top["share_capped"] == pytest.approx(397 / 400)
    assert (down["mean_change"], down["share_capped"]) == pytest.approx((-1, 0))
    assert top["difference"] == pytest.approx(-down["difference"] * 3 / 400)


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({}, {}, "nothing is changed"),
        ({"prize": 1}, {}, "'prize' is no driver of the model; did you mean 'price'"),
        ({"price": 0}, {}, "a change of 0 in 'price' is none"),
        ({"price": np.nan}, {}, "a change of nan in 'price' is none"),
        ({"price": 1}, {"scale": {"service": (0, 10)}}, "'price' has no scale"),
        ({"price": 1}, {"scale": {"prce": (0, 10)}}, "did you mean 'price'"),
        ({"price": 1}, {"scale": (0, 9)}, "off the scale 0 to 9"),
        ({"price": 1}, {"scale": REAL | {"y": (0, 3)}}, "column 'y': .* off the scale 0 to 3"),
        ({"price": 1}, {"conf_level": 1}, "a confidence level of 1 is none"),
    ],
)
def test_options_that_make_no_sense_are_refused(changes: dict, options: dict, message: str):
    with pytest.raises(MeasureError, match=message):
        what_if(_frame(), "y", changes, **{"drivers": DRIVERS, "scale": REAL} | options)


def test_the_summary_speaks_of_people_not_of_changes():
    result = cx.what_if(_frame(), "y", {"price": 1}, drivers=DRIVERS, scale=REAL, weight="w")
    said = result.summary()
    assert said.startswith("people who rate price 1 point higher, or +0.87")
    assert "rate y 0.5" in said and "the other ratings being equal" in said
    assert "This is an association. It would hold as a change only if" in said
    assert result.assumption in said
    assert not any(word in said for word in ("drives", "causes", "leads to", "effect"))
    assert result._repr_html_() == result._repr_html_()
    both = what_if(_frame(), "y", {"price": -2, "service": 1}, drivers=DRIVERS, scale=WIDE).summary()
    assert both.startswith("people who rate price 2 points lower rate y 1.")


def test_small_bases_are_blanked():
    result = what_if(_frame(), "y", {"price": 1}, drivers=DRIVERS, scale=REAL, weight="w")
    assert result.n_eff < 300
    assert result.suppress(200).rows.equals(result.rows)
    shut = result.suppress(300)
    assert shut.rows[["difference", "conf_low", "coefficient"]].isna().all(axis=None)
    assert shut.n == 0 and np.isnan(shut.mean_outcome)
    assert "too few answers to say" in shut.summary()
