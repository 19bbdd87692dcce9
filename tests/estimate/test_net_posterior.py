"""The posterior of P − D against another factorisation, simulation and its own mirror image."""

import numpy as np
import pytest
from scipy import integrate, stats

from cxlab.estimate.net_posterior import PRIOR, net_credible_interval, net_posterior

CASES = [(60, 30, 10), (25, 40, 35), (0, 0, 12), (0, 20, 0), (19, 0, 1), (3.5, 2.25, 1.25), (600, 300, 100)]


def _shares(case: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = float(sum(case))
    return np.array([case[0] / n]), np.array([case[2] / n]), np.array([n])


def _by_detractors(case: tuple[float, float, float], value: float) -> float:
    """P(P − D ≤ value) given D, whose share of the rest is a Beta variable, integrated over D by quad."""
    p, rest, d = (count + PRIOR for count in case)
    detractors, among_others = stats.beta(d, p + rest), stats.beta(p, rest)

    def at(level: float) -> float:
        share = detractors.ppf(level)
        return float(among_others.cdf((value + share) / (1 - share)))

    # Where the integrand leaves 0 and reaches 1 it has a kink.
    kinks = sorted({float(detractors.cdf(edge)) for edge in (-value, (1 - value) / 2) if 0 < edge < 1})
    return integrate.quad(at, 0, 1, points=kinks, limit=400, epsabs=1e-11)[0]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_posterior_equals_another_factorisation(case: tuple[float, float, float]):
    centre = (case[0] - case[2]) / sum(case)
    for value in (centre - 0.1, centre + 0.05, -0.3, 0.4):
        if abs(value) < 1:
            found = net_posterior(*_shares(case), np.array([value]))[0]
            # 48 nodes; the worst case is an empty class, whose density has a pole.
            assert found == pytest.approx(_by_detractors(case, value), abs=2e-5), value


def test_the_posterior_equals_simulated_shares():
    rng, draws = np.random.default_rng(20261122), 400_000
    p, d, n = _shares((60, 30, 10))
    net = rng.dirichlet([60.5, 30.5, 10.5], draws) @ [1, 0, -1]
    for value in (0.36, 0.5, 0.61):
        found = net_posterior(p, d, n, np.array([value]))[0]
        assert abs((net <= value).mean() - found) < 3 * np.sqrt(found * (1 - found) / draws)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_promoters_and_detractors_exchanged_are_the_mirror_image(case: tuple[float, float, float]):
    p, d, n = _shares(case)
    values = np.linspace(-0.95, 0.95, 9)
    args = [np.full(9, part[0]) for part in (p, d, n)]
    below = net_posterior(*args, values)
    above = 1 - net_posterior(args[1], args[0], args[2], -values)
    # The same nodes serve a falling function where they served a rising one.
    np.testing.assert_allclose(below, above, atol=2e-5)
    assert (np.diff(below) >= -1e-9).all()


def test_the_tails_of_the_interval_are_equal():
    parts = [np.concatenate(part) for part in zip(*(_shares(case) for case in CASES), strict=True)]
    quantile = np.full(len(CASES), 1.6448536269514722)
    low, high = net_credible_interval(*parts, quantile)
    np.testing.assert_allclose(net_posterior(*parts, low), 0.05, atol=1e-8)
    np.testing.assert_allclose(net_posterior(*parts, high), 0.95, atol=2e-5)


def test_without_a_base_there_is_no_interval_and_a_large_quantile_reaches_the_ends():
    one, none = np.array([0.5]), np.array([np.nan])
    low, high = net_credible_interval(none, none, none, np.array([1.96]))
    assert np.isnan([low[0], high[0]]).all()
    low, high = net_credible_interval(one, one / 5, np.array([10.0]), np.array([60.0]))
    assert (low[0], high[0]) == pytest.approx((-1, 1), abs=1e-6)
