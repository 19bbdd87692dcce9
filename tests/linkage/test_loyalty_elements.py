"""The three elements of loyalty: against R sandwich, identities, and planted slopes."""

import json
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.special import stdtr, stdtrit

import cxlab as cx
from cxlab.linkage.element_slopes import element_slopes
from cxlab.linkage.loyalty_elements import loyalty_elements
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
NAMES = ["buy", "stay", "recommend"]
REPLICATIONS = 2_000
ERROR = np.sqrt(0.05 * 0.95 / REPLICATIONS)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "loyalty_elements.csv")


def _of(frame, **options: object):
    return loyalty_elements(frame, satisfaction="csat", elements=NAMES, **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain", {}),
        ("weighted", {"weight": "w"}),
        ("clustered", {"cluster": "account"}),
        ("both", {"weight": "w", "cluster": "account"}),
    ],
)
def test_slopes_and_their_differences_are_those_of_sandwich(frame, name: str, options: dict[str, str]):
    expected = json.loads((REFERENCE / "loyalty_elements.json").read_text())[name]
    result = _of(frame, **options)
    for column in ("slope", "std_error", "standardised"):
        np.testing.assert_allclose(result.rows[column], expected[column], rtol=1e-10)
    differences = result.differences
    np.testing.assert_allclose(differences["difference"], expected["difference"], rtol=1e-9)
    np.testing.assert_allclose(differences["std_error"], expected["difference_std_error"], rtol=1e-10)
    np.testing.assert_allclose(differences["p_value"], expected["p_value"], rtol=1e-7)
    np.testing.assert_allclose(differences["p_adjusted"], expected["p_adjusted"], rtol=1e-7)
    assert result.df == (59 if "cluster" in options else 238)
    reach = stdtrit(result.df, 0.975) * np.array(expected["std_error"])
    np.testing.assert_allclose(result.rows["conf_high"], expected["slope"] + reach, rtol=1e-9)
    joint = stdtrit(result.df, 1 - 0.025 / 3) * np.array(expected["difference_std_error"])
    np.testing.assert_allclose(differences["conf_low"], expected["difference"] - joint, rtol=1e-9)


@pytest.mark.parametrize("cluster", [None, "account"])
def test_errors_of_standardised_slopes_are_those_of_the_infinitesimal_jackknife(frame, cluster: str | None):
    """The derivative of the correlation by each unit's weight, by central differences."""
    result = _of(frame, weight="w", cluster=cluster)
    x, y, w = frame["csat"].to_numpy(float), frame[NAMES].to_numpy(float), frame["w"].to_numpy()
    units = np.arange(len(x)) if cluster is None else frame[cluster].to_numpy() - 1
    step, slopes = 1e-5, []
    for unit in range(units.max() + 1):
        moved = np.where(units == unit, w * step, 0.0)
        slopes.append((_correlations(x, y, w + moved) - _correlations(x, y, w - moved)) / (2 * step))
    added, n, g = np.array(slopes), len(x), units.max() + 1
    # Without clusters the factor is n/(n − 2), which is that of n clusters.
    covariance = g / (g - 1) * (n - 1) / (n - 2) * added.T @ added
    np.testing.assert_allclose(result.rows["standardised_std_error"], np.sqrt(np.diag(covariance)), rtol=1e-6)
    for row, (a, b) in zip(result.differences.itertuples(), combinations(range(3), 2), strict=True):
        variance = covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]
        assert row.standardised_std_error == pytest.approx(np.sqrt(variance), rel=1e-6)


def _correlations(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    covariance = np.cov(np.column_stack([x, y]).T, aweights=w)
    return covariance[0, 1:] / np.sqrt(covariance[0, 0] * np.diag(covariance)[1:])


def test_another_scale_changes_slopes_but_no_standardised_figure(frame):
    ours, other = _of(frame), _of(frame.assign(buy=10 * frame["buy"] - 3, csat=2 * frame["csat"]))
    columns = [name for name in ours.rows if name.startswith("standardised")]
    pd.testing.assert_frame_equal(ours.rows[columns], other.rows[columns], rtol=1e-10)
    assert other.rows["slope"][0] == pytest.approx(5 * ours.rows["slope"][0])
    np.testing.assert_allclose(ours.rows["statistic"], other.rows["statistic"], rtol=1e-9)


def test_weights_of_differences_have_no_scale_and_equal_ones_are_none(frame):
    _same(_of(frame, weight="w"), _of(frame.assign(w=7 * frame["w"]), weight="w"))
    _same(_of(frame), _of(frame.assign(w=3), weight="w"))
    huge, plain = (_of(frame.assign(w=size * frame["w"]), weight="w") for size in (1e200, 1))
    assert huge.n_eff == pytest.approx(plain.n_eff, rel=1e-12)


def _same(a, b) -> None:
    pd.testing.assert_frame_equal(a.rows, b.rows, rtol=1e-9)
    pd.testing.assert_frame_equal(a.differences, b.differences, rtol=1e-9)


def test_rows_that_lack_an_answer_are_left_out_of_all_slopes(frame):
    gaps = frame.astype(float)
    gaps.loc[0, "buy"], gaps.loc[1, "csat"], gaps.loc[2, "w"] = np.nan, np.inf, 0.0
    result = _of(gaps, weight="w")
    assert result.n == 237 and result.kept == pytest.approx(237 / 239)
    np.testing.assert_allclose(result.rows["slope"], _of(frame[3:], weight="w").rows["slope"], rtol=1e-12)


@pytest.mark.parametrize("engine", [pl.from_pandas, duckdb.from_df])
def test_every_engine_gives_the_same(frame, engine):
    ours, other = _of(frame, cluster="account"), _of(engine(frame), cluster="account")
    _same(ours, other)


def test_one_element_has_a_slope_and_no_difference(frame):
    result = loyalty_elements(frame, satisfaction="csat", elements="buy")
    assert len(result.rows) == 1 and result.differences.empty
    assert "told apart" not in result.summary()


def test_the_summary_claims_no_more_than_an_association(frame):
    named = frame.rename(columns={"csat": "csat_overall", "buy": "buy_more", "stay": "reluctance_to_switch"})
    result = cx.loyalty_elements(named.rename(columns={"recommend": "recommend_intent"}), cluster="account")
    said = result.summary()
    assert "goes with intention to buy more +1.41 (1.11 to 1.70; standardised 0.52)" in said
    assert "association between answers" in said
    assert "told apart are intention to recommend (steeper) and reluctance to switch" in said
    assert result.tidy()["method"].eq("clustered").all()


def test_small_bases_are_blank(frame):
    result = _of(frame, cluster="account")
    assert result.suppress(60).rows["slope"].notna().all()
    hidden = result.suppress(61)  # 60 accounts
    assert hidden.rows["suppressed"].all() and hidden.rows.filter(like="s").drop(
        columns=["suppressed"]
    ).isna().all(axis=None)
    assert hidden.differences.drop(columns=["element", "other"]).isna().all(axis=None) and hidden.n == 0
    assert "too few answers" in hidden.summary()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"elements": []}, "no element"),
        ({}, {"elements": ["buy", "buy"]}, "'buy' is named twice"),
        ({}, {"elements": ["csat", "buy"]}, "'csat' is named twice"),
        ({}, {"elements": ["bye"]}, "did you mean 'buy'"),
        ({}, {"conf_level": 1.0}, "confidence level"),
        ({"buy": "much"}, {}, "not numbers"),
        ({"csat": 4}, {}, "'csat' does not vary"),
        ({"stay": 4}, {}, "'stay' does not vary"),
        ({"buy": np.nan}, {}, "0 rows hold all"),
        ({"account": 1}, {"cluster": "account"}, "all rows are of one cluster"),
        ({"account": None}, {"cluster": "account"}, "have no cluster"),
        ({"w": -1.0}, {"weight": "w"}, "no weight or a negative one"),
    ],
)
def test_bad_input_is_refused_in_words(
    frame, change: dict[str, object], options: dict[str, object], said: str
):
    asked = {"satisfaction": "csat", "elements": NAMES, **options}
    with pytest.raises(MeasureError, match=said):
        loyalty_elements(frame.assign(**change), **asked)
    with pytest.raises(MeasureError, match="rows hold all of"):
        _of(frame[:3])


def test_a_copy_of_satisfaction_is_no_element(frame):
    with pytest.raises(MeasureError, match="'stay' repeats 'csat' exactly"):
        _of(frame.assign(stay=10 - 2 * frame["csat"]))


SLOPES = np.array([0.5, 0.5, 0.5])
LEVELS = np.array([0.05, 0.1, 0.2, 0.4, 0.25])


def _sample(rng: np.random.Generator, accounts: int, size: int, slopes: np.ndarray):
    """Five-point satisfaction and three elements with joint errors; accounts share a fifth of both."""
    n = accounts * size
    units = np.repeat(np.arange(accounts), size)
    of_account = rng.choice(5, accounts, p=LEVELS)[units]
    x = 1.0 + np.where(rng.random(n) < 0.2, of_account, rng.choice(5, n, p=LEVELS))
    shared = rng.normal(size=(n, 1))
    own = np.sqrt(0.3) * shared + np.sqrt(0.5) * rng.normal(size=(n, 3))
    error = own + np.sqrt(0.2) * rng.normal(size=(accounts, 3))[units]
    return x, x[:, None] * slopes + error, units


def test_the_public_function_gives_what_the_simulations_look_at():
    x, y, units = _sample(np.random.default_rng(3), 30, 4, SLOPES)
    fit = element_slopes(x, y, np.ones(len(x)), units)
    frame = pd.DataFrame(y, columns=NAMES).assign(csat=x, account=units)
    rows = _of(frame, cluster="account").rows
    np.testing.assert_allclose(rows["slope"], fit.slope, rtol=1e-12)
    np.testing.assert_allclose(rows["std_error"] ** 2, np.diag(fit.covariance), rtol=1e-12)
    error = np.sqrt(np.diag(fit.standardised_covariance)) / (1 - fit.standardised**2)
    z = np.arctanh(rows["standardised_conf_high"]) - np.arctanh(fit.standardised)
    np.testing.assert_allclose(z, stdtrit(29, 0.975) * error, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("accounts", "size", "seed"), [(100, 4, 21), (300, 1, 22)], ids=["clustered", "plain"]
)
def test_slopes_are_covered_and_equal_ones_told_apart_in_one_of_twenty(accounts: int, size: int, seed: int):
    """All three slopes .5 with joint errors of variance 1; r = b σx / √(b² σx² + 1)."""
    rng = np.random.default_rng(seed)
    spread = (LEVELS @ np.arange(5) ** 2 - (LEVELS @ np.arange(5)) ** 2) ** 0.5
    r = 0.5 * spread / np.sqrt(0.25 * spread**2 + 1)
    covered, covered_r, apart = np.zeros(3), np.zeros(3), np.zeros(2)
    for _ in range(REPLICATIONS):
        x, y, units = _sample(rng, accounts, size, SLOPES)
        fit = element_slopes(x, y, np.ones(len(x)), units if size > 1 else None)
        t = stdtrit(fit.df, 0.975)
        covered += np.abs(fit.slope - 0.5) <= t * np.sqrt(np.diag(fit.covariance))
        error = np.sqrt(np.diag(fit.standardised_covariance)) / (1 - fit.standardised**2)
        covered_r += np.abs(np.arctanh(fit.standardised) - np.arctanh(r)) <= t * error
        pairs = ((fit.slope, fit.covariance), (fit.standardised, fit.standardised_covariance))
        apart += [_smallest_p(*pair, fit.df) <= 0.05 / 3 for pair in pairs]
    assert (np.abs(covered / REPLICATIONS - 0.95) < 3 * ERROR).all(), covered / REPLICATIONS
    assert (np.abs(covered_r / REPLICATIONS - 0.95) < 3 * ERROR).all(), covered_r / REPLICATIONS
    # Holm rejects anything where the smallest p-value is below a third: at most 5 %.
    assert (apart / REPLICATIONS < 0.05 + 3 * ERROR).all() and (apart / REPLICATIONS > 0.02).all(), apart


def _smallest_p(slope: np.ndarray, covariance: np.ndarray, df: int) -> float:
    tests = [
        (slope[a] - slope[b]) / np.sqrt(covariance[a, a] + covariance[b, b] - 2 * covariance[a, b])
        for a, b in combinations(range(3), 2)
    ]
    return float(np.min(2 * stdtr(df, -np.abs(tests))))
