"""How often the intervals hold the truth: by enumeration where the sample is small, else by simulation."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import stats

from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import nps, nps_interval

# (detractors, promoters), from even to lopsided.
REPLICATIONS = 2_000
PAIRS = [(0.1, 0.6), (0.2, 0.5), (0.1, 0.3), (0.3, 0.3), (0.05, 0.85), (0.02, 0.9), (0.4, 0.2), (0.05, 0.45)]


def _exact_coverage(method: str, n: int, pairs: list[tuple[float, float]]) -> npt.NDArray[np.float64]:
    tables = np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])
    low, high = nps_interval(
        tables[:, 2] / n,
        tables[:, 0] / n,
        np.full(len(tables), float(n)),
        method=method,
        quantile=1.959963984540054,
    )
    coverage = []
    for d, p in pairs:
        truth, rounding = p - d, 1e-9
        held = (low <= truth + rounding) & (truth - rounding <= high)
        coverage.append(stats.multinomial.pmf(tables, n, [d, max(1 - d - p, 0), p])[held].sum())
    return np.array(coverage)


@pytest.mark.parametrize(
    ("method", "n", "pair", "coverage"),
    [
        # Known to three digits.
        ("wald", 10, (0.02, 0.9), 0.649),
        ("adjusted_wald", 10, (0.02, 0.9), 0.930),
        ("adjusted_wald", 20, (0.3, 0.7), 0.917),
        ("score", 10, (0.2, 0.5), 0.947),
        ("score", 20, (0.05, 0.95), 0.925),
    ],
)
def test_known_coverage(method: str, n: int, pair: tuple[float, float], coverage: float):
    assert _exact_coverage(method, n, [pair])[0] == pytest.approx(coverage, abs=5.1e-4)


@pytest.mark.parametrize("n", [10, 20])
def test_wald_falls_short_where_the_other_two_hold(n: int):
    wald, adjusted, score = (
        _exact_coverage(method, n, PAIRS) for method in ("wald", "adjusted_wald", "score")
    )
    assert wald.min() < 0.87
    assert wald.mean() < 0.92
    assert adjusted.min() > 0.925
    assert adjusted.mean() == pytest.approx(0.95, abs=0.005)
    assert score.min() > 0.945
    assert score.mean() == pytest.approx(0.957, abs=0.005)


def _bootstrap_ends(detractors: int, promoters: int, n: int) -> tuple[float, float]:
    """The percentile interval of infinitely many bootstrap samples, from their exact distribution."""
    share = np.array([detractors, n - detractors - promoters, promoters]) / n
    chance = np.ones(1)
    for _ in range(n):
        chance = np.convolve(chance, share)
    low, high = np.searchsorted(np.cumsum(chance), [0.025 - 1e-12, 0.975 - 1e-12])
    return (low - n) / n, (high - n) / n


@pytest.mark.parametrize(("n", "coverage"), [(10, 0.649), (20, 0.873)])
def test_the_percentile_bootstrap_is_no_way_out(n: int, coverage: float):
    # Known to three digits; a sample of promoters alone has but one bootstrap sample.
    d, p = 0.02, 0.9
    tables = np.array([(a, n - a - b, b) for a in range(n + 1) for b in range(n + 1 - a)])
    low, high = np.array([_bootstrap_ends(a, b, n) for a, _, b in tables]).T
    held = (low <= p - d + 1e-9) & (p - d - 1e-9 <= high)
    found = stats.multinomial.pmf(tables, n, [d, 1 - d - p, p])[held].sum()
    assert found == pytest.approx(coverage, abs=5.1e-4)


def _samples(n: int, samples: int, seed: int, cv2: float) -> pd.DataFrame:
    """Samples of a known truth: 20 % detractors, 50 % promoters, weights that have nothing to do with it.

    The weights are log-normal with mean 1000 and squared coefficient of variation `cv2`, so that the design
    effect is 1 + cv2 in large samples.
    """
    rng = np.random.default_rng(seed)
    spread = np.sqrt(np.log1p(cv2))
    score = np.array([3, 8, 10])[rng.choice(3, size=n * samples, p=[0.2, 0.3, 0.5])]
    weight = 1000 * rng.lognormal(-(spread**2) / 2, spread, n * samples)
    return pd.DataFrame({"nps": score, "w": weight, "sample": np.repeat(np.arange(samples), n)})


def _covers(rows: pd.DataFrame, truth: float) -> float:
    return float(((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean())


def _monte_carlo(coverage: float, samples: int) -> float:
    return 3 * float(np.sqrt(coverage * (1 - coverage) / samples))


def test_weighted_nps_covers_the_truth_on_the_effective_base_only():
    samples = 4000
    frame = _samples(30, samples, 20260711, cv2=1.0)
    rows = nps(frame, by="sample", weight="w", method="adjusted_wald").rows
    assert 1.75 < (rows["n"] / rows["n_eff"]).mean() < 2.1
    assert abs(_covers(rows, 30.0) - 0.955) < 0.005 + _monte_carlo(0.955, samples)

    sums = frame.assign(p=frame["w"] * (frame["nps"] >= 9), d=frame["w"] * (frame["nps"] <= 6))
    sums = sums.groupby("sample")[["w", "p", "d"]].sum()
    p, d, total = (sums[name].to_numpy() for name in ("p", "d", "w"))
    low, high = nps_interval(p / total, d / total, total, method="adjusted_wald", quantile=1.959963984540054)
    assert ((low <= 0.3) & (high >= 0.3)).mean() < 0.05, "the sum of weights is no base"


def test_weighted_mean_covers_the_truth_on_a_large_base():
    frame = _samples(400, REPLICATIONS, 20260712, cv2=0.5)
    rows = mean_score(frame, "nps", by="sample", weight="w").rows
    # Linearisation is a little short here: .943 in 20,000 samples, against .95.
    assert abs(_covers(rows, 8.0) - 0.943) < _monte_carlo(0.943, REPLICATIONS)


def test_unweighted_mean_covers_the_truth():
    samples = 4000
    rows = mean_score(_samples(30, samples, 20260713, cv2=0.0), "nps", by="sample").rows
    assert abs(_covers(rows, 8.0) - 0.9415) < _monte_carlo(0.9415, samples)


def test_weighted_mean_falls_short_on_a_small_base_as_its_page_says():
    samples = 4000
    rows = mean_score(_samples(30, samples, 20260714, cv2=1.0), "nps", by="sample", weight="w").rows
    assert 0.87 < _covers(rows, 8.0) < 0.92
