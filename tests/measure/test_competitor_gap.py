import numpy as np
import pandas as pd
import pytest
from scipy.stats import t, ttest_ind_from_stats

import cxlab as cx
from cxlab.model.errors import MeasureError

TABLE = pd.DataFrame(
    {
        "wave": "2026-2",
        "brand": ["Aurea", "Telnova", "Movistel", "Aurea", "Telnova"],
        "category": "telecom",
        "area": ["price", "price", "price", "network", "network"],
        "mean": [6.9, 6.4, 7.1, 7.4, 6.0],
        "sd": [1.8, 2.1, 1.5, 1.6, 2.4],
        "n": [400, 120, 35, 390, 118],
    }
)


def test_gaps_are_welch_t_tests():
    rows = cx.competitor_gap(TABLE, "Aurea").rows.set_index("level")
    assert len(rows) == 3
    row = rows.loc['["Telnova", "telecom", "price"]']
    assert row["estimate"] == pytest.approx(0.5) and row["n"] == 120
    # scipy 1.x: the statistic and p-value of the same two samples
    other = ttest_ind_from_stats(6.9, 1.8, 400, 6.4, 2.1, 120, equal_var=False)
    assert row["estimate"] / row["std_error"] == pytest.approx(other.statistic)
    a, b = 1.8**2 / 400, 2.1**2 / 120
    df = (a + b) ** 2 / (a**2 / 399 + b**2 / 119)
    assert row["conf_high"] - row["estimate"] == pytest.approx(t.ppf(0.975, df) * np.sqrt(a + b))


def test_the_gap_turns_round_with_the_brand():
    ours = cx.competitor_gap(TABLE, "Aurea").rows
    theirs = cx.competitor_gap(TABLE, "Telnova").rows.set_index("level")
    mine = ours[ours["level"].str.contains("Telnova")].sort_values("level")
    back = theirs[theirs.index.str.contains("Aurea")].sort_index()
    assert back["estimate"].to_numpy() == pytest.approx(-mine["estimate"].to_numpy())
    assert back["conf_low"].to_numpy() == pytest.approx(-mine["conf_high"].to_numpy())


def test_without_a_spread_or_on_one_answer_there_is_a_gap_and_no_interval():
    rows = cx.competitor_gap(
        TABLE.assign(sd=[1.8, None, 1.5, 1.6, 2.4], n=[400, 120, 1, 390, 118]), "Aurea"
    ).rows
    rows = rows.set_index("level")
    for level in ('["Telnova", "telecom", "price"]', '["Movistel", "telecom", "price"]'):
        assert np.isfinite(rows.loc[level, "estimate"]) and np.isnan(rows.loc[level, "conf_low"])
    equal = cx.competitor_gap(TABLE.assign(sd=0.0), "Aurea").rows
    assert (equal["std_error"] == 0).all() and (equal["conf_low"] == equal["estimate"]).all()


def test_the_smaller_base_is_the_one_that_counts():
    hidden = cx.suppress(cx.competitor_gap(TABLE, "Aurea"), 50).rows.set_index("level")
    assert hidden.loc['["Movistel", "telecom", "price"]', "suppressed"]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (TABLE, {"own": "Aure"}, "did you mean 'Aurea'"),
        (TABLE, {"own": "Aurea", "wave": "2025-1"}, "there is no wave '2025-1'"),
        (pd.concat([TABLE, TABLE.assign(wave="2026-1")]), {"own": "Aurea"}, "holds several waves"),
        (pd.concat([TABLE, TABLE]), {"own": "Aurea"}, "stands twice"),
        (TABLE[TABLE["brand"] == "Aurea"], {"own": "Aurea"}, "no other brand"),
        (TABLE.assign(sd=-1.0), {"own": "Aurea"}, "negative"),
        (TABLE.drop(columns="sd"), {"own": "Aurea"}, "no column 'sd'"),
        (TABLE.iloc[:0], {"own": "Aurea"}, "there is no brand 'Aurea'"),
        (TABLE, {"own": "Aurea", "conf_level": 2}, "confidence level"),
    ],
)
def test_what_will_not_do_is_said(table, options, message):
    options = dict(options)
    with pytest.raises(MeasureError, match=message):
        cx.competitor_gap(table, options.pop("own"), **options)
