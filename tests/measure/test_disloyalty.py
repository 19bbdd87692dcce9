"""The disloyalty ratio and its test: odds, Wilson's interval, an exact loop, and empty cells."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlab.estimate.intervals import wilson
from cxlab.measure.disloyalty_claim import disloyalty_claim
from cxlab.measure.disloyalty_ratio import disloyalty_ratio
from cxlab.measure.share import share
from cxlab.model.errors import MeasureError

FIGURES = ["estimate", "std_error", "conf_low", "conf_high", "n_eff"]


def _answers(less: int, same: int, more: int) -> pd.DataFrame:
    return pd.DataFrame({"loyalty_change": [-1] * less + [0] * same + [1] * more})


def _sample(rows: int = 300, seed: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "loyalty_change": rng.choice([-1.0, 0, 1, np.nan], rows, p=[0.3, 0.4, 0.2, 0.1]),
            "w": rng.gamma(2, 1, rows),
            "g": rng.choice(["a", "b"], rows),
            "account": rng.integers(0, 40, rows),
        }
    )


def test_the_ratio_is_less_over_more_whoever_stayed():
    for same in (0, 5, 500):
        row = disloyalty_ratio(_answers(36, same, 12)).rows.iloc[0]
        assert row["estimate"] == pytest.approx(3, rel=1e-14)
        assert row["n"] == 48
        low, high = (end[0] for end in wilson(np.array([0.75]), np.array([48.0]), 0.95))
        assert [row["conf_low"], row["conf_high"]] == pytest.approx(
            [low / (1 - low), high / (1 - high)], rel=1e-12
        )


def test_it_is_the_ratio_of_the_two_shares():
    frame = _sample()
    less, more = (
        share(frame, "loyalty_change", values=value, by="g", weight="w").rows["estimate"] for value in (-1, 1)
    )
    found = disloyalty_ratio(frame, by="g", weight="w").rows["estimate"]
    np.testing.assert_allclose(found, less / more, rtol=1e-12)


def test_the_logarithms_standard_error_is_that_of_two_counts():
    # Agresti (2013), section 3.1: √(1/a + 1/b), with n/(n − 1) for the variance of n answers drawn,
    # those who stayed as loyal among them.
    a, b = 36, 12
    row = disloyalty_ratio(_answers(a, 40, b), method="log").rows.iloc[0]
    se = np.sqrt((1 / a + 1 / b) * 88 / 87)
    reach = np.exp(stats.t.ppf(0.975, a + b - 1) * se)
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([3 / reach, 3 * reach], rel=1e-10)


def test_empty_cells():
    nobody_more = disloyalty_ratio(_answers(6, 3, 0)).rows.iloc[0]
    assert np.isnan([nobody_more["estimate"], nobody_more["conf_high"]]).all()
    low = wilson(np.array([1.0]), np.array([6.0]), 0.95)[0][0]
    assert nobody_more["conf_low"] == pytest.approx(low / (1 - low), rel=1e-12)
    nobody_less = disloyalty_ratio(_answers(0, 3, 6)).rows.iloc[0]
    assert nobody_less["estimate"] == nobody_less["conf_low"] == 0 < nobody_less["conf_high"]
    assert "there is no ratio (at least 1.56" in disloyalty_claim(_answers(6, 3, 0)).summary()
    for none in (_answers(0, 5, 0), _answers(0, 0, 0), _answers(0, 5, 0).assign(loyalty_change=np.nan)):
        result = disloyalty_claim(none)
        assert result.ratio.rows["n"].tolist() == [0] and np.isnan(result.rows["p_value"][0])
        assert "nobody became less or more loyal" in result.summary()
    for frame in (_answers(6, 3, 0), _answers(0, 3, 6)):
        assert disloyalty_ratio(frame, method="log").rows[["conf_low", "conf_high"]].isna().all(axis=None)


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"weight": "w", "cluster": "account"}])
def test_the_test_rejects_exactly_where_the_interval_leaves_the_claim_out(options: dict):
    frame, claim = _sample(120, 1), 4.0
    test = disloyalty_claim(frame, claim=claim, **options)
    p = test.rows["p_value"][0]
    for nudge in (-1e-6, 1e-6):
        row = disloyalty_ratio(frame, conf_level=1 - p + nudge, **options).rows.iloc[0]
        assert (row["conf_low"] <= claim <= row["conf_high"]) == (nudge > 0)


def test_the_statistic_is_the_score_test_of_a_share():
    test = disloyalty_claim(_answers(36, 20, 12))
    z = (36 - 48 * 0.8) / np.sqrt(48 * 0.8 * 0.2)
    assert test.rows["statistic"][0] == pytest.approx(z, rel=1e-12)
    assert test.rows["p_value"][0] == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-12)
    assert "is compatible with the claim of 4 (p = " in test.summary()
    far = disloyalty_claim(_answers(10, 20, 40))
    assert "differs from the claim of 4 (p < 0.001)" in far.summary()


def test_coverage_by_enumeration():
    """Of 40 who changed, over ratios from 0.25 to 4: nominal in the mean, and nowhere below 92."""
    n = 40
    less = np.arange(n + 1)
    tables = pd.concat([_answers(k, 0, n - k).assign(less=f"k{k:02d}") for k in less])
    rows = disloyalty_ratio(tables, by="less").rows
    low, high = rows["conf_low"].to_numpy(), rows["conf_high"].fillna(np.inf).to_numpy()
    shares = np.linspace(0.2, 0.8, 121)
    ratios = shares / (1 - shares)
    covered = (low <= ratios[:, None]) & (ratios[:, None] <= high)
    coverage = (stats.binom.pmf(less, n, shares[:, None]) * covered).sum(axis=1)
    assert abs(coverage.mean() - 0.95) < 0.005
    assert coverage.min() > 0.92


@pytest.mark.parametrize("method", ["wilson", "log"])
def test_weights(method: str):
    frame = _sample()
    doubled = frame.assign(w=1 + frame.index % 2)
    twice = doubled.loc[doubled.index.repeat(doubled["w"])]
    plain = disloyalty_ratio(twice, by="g", method=method).rows
    found = disloyalty_ratio(doubled, by="g", weight="w", weight_kind="frequency", method=method).rows
    np.testing.assert_allclose(found[FIGURES], plain[FIGURES], rtol=1e-9)
    sampled = disloyalty_ratio(doubled, by="g", weight="w", method=method).rows
    np.testing.assert_allclose(sampled["estimate"], plain["estimate"], rtol=1e-12)
    scaled = disloyalty_ratio(frame.assign(w=frame["w"] * 1e8), weight="w", method=method).rows[FIGURES]
    weighted = disloyalty_ratio(frame, weight="w", method=method).rows[FIGURES]
    np.testing.assert_allclose(scaled, weighted, rtol=1e-9)
    equal = disloyalty_ratio(frame.assign(w=7.0), weight="w", method=method).rows[FIGURES]
    np.testing.assert_allclose(equal, disloyalty_ratio(frame, method=method).rows[FIGURES], rtol=1e-9)


def test_small_bases_are_blanked_with_their_test():
    test = disloyalty_claim(_answers(3, 50, 4)).suppress(10)
    assert test.tidy()[["estimate", "n", "statistic", "p_value"]].isna().all(axis=None)
    assert "too few answers" in test.summary()


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (_answers(1, 1, 1) * 2, {}, "holds -2, 2, outside -1–1"),
        (_answers(1, 1, 1) * 0.5, {}, "holds -0.5, 0.5, which are no whole scores"),
        (_answers(1, 1, 1).astype(str), {}, "holds String, not numbers"),
        (
            _answers(1, 1, 1),
            {"change": "change"},
            "there is no column 'change'; did you mean 'loyalty_change'",
        ),
        (_answers(1, 1, 1).assign(w=-1.0), {"weight": "w"}, "2 answers have no weight or a negative one"),
        (_answers(1, 1, 1), {"method": "exact"}, "unknown method 'exact'; take one of wilson, log"),
    ],
)
def test_bad_input_is_refused(frame: pd.DataFrame, options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        disloyalty_ratio(frame, **options)


@pytest.mark.parametrize("claim", [0, -4, np.inf, np.nan])
def test_a_claim_is_above_0(claim: float):
    with pytest.raises(MeasureError, match="cannot be tested; name one above 0"):
        disloyalty_claim(_answers(1, 1, 1), claim=claim)
