"""Skewed revenue: R's and statsmodels' models, the density by brute force, errors by a jackknife."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import gammaln, logsumexp

import cxlab as cx
from cxlab.linkage.glm_families import tweedie
from cxlab.linkage.glm_fit import glm_fit
from cxlab.linkage.influence_covariance import influence_covariance
from cxlab.linkage.tweedie_density import tweedie_density
from cxlab.linkage.tweedie_power import tweedie_power
from cxlab.model.errors import MeasureError
from tests.linkage.shape_panels import R_PANEL, REFERENCE, cr1, panel


@pytest.mark.parametrize(("name", "weight"), [("tweedie", None), ("gamma", "w")])
def test_it_is_rs_glm_with_clustered_errors(name: str, weight: str | None):
    frame = R_PANEL.assign(above=R_PANEL["paid"] + 0.5)
    options = {"power": 1.5} if name == "tweedie" else {"family": "gamma"}
    outcome = "paid" if name == "tweedie" else "above"
    result = cx.revenue_glm(frame, outcome, "x", controls=["z"], entity="id", weight=weight, **options)
    theirs = REFERENCE[name]
    # R stops where the deviance stands still: the root of its precision remains.
    np.testing.assert_allclose(result.rows["coefficient"], theirs["estimate"], rtol=1e-8, atol=1e-8)
    errors = np.sqrt(np.diagonal(cr1(theirs["covariance"], 240, 40, 3)))
    # R's curvature is by central differences.
    np.testing.assert_allclose(result.rows["std_error"], errors, rtol=1e-6)
    assert result.dispersion == pytest.approx(theirs["pearson"] * 240 / 237, rel=1e-8)
    np.testing.assert_allclose(result.rows["ratio"], np.exp(theirs["estimate"]), rtol=1e-7)


@pytest.mark.parametrize("power", [1.0, 1.3, 1.7])
def test_it_is_statsmodels_tweedie(power: float):
    frame = panel()
    result = cx.revenue_glm(frame, "paid", "nps", controls=["age"], time="period", power=power, cluster="id")
    dummies = pd.get_dummies(frame["period"], drop_first=True)
    x = sm.add_constant(pd.concat([frame[["nps", "age"]], dummies], axis=1).astype(float))
    family = sm.families.Tweedie(sm.families.links.Log(), var_power=power)
    with np.errstate(all="ignore"):  # statsmodels takes the log of a zero and sets it aside
        fit = sm.GLM(frame["paid"], x, family=family).fit(
            cov_type="cluster", cov_kwds={"groups": frame["id"]}, tol=1e-14, maxiter=200
        )
    np.testing.assert_allclose(result.rows["coefficient"], fit.params.iloc[1:3], rtol=1e-8)
    np.testing.assert_allclose(result.rows["std_error"], fit.bse.iloc[1:3], rtol=1e-7)
    effects = fit.get_margeff(at="overall", method="dydx").margeff
    np.testing.assert_allclose(result.rows["effect"], effects[:2], rtol=1e-7)


def test_the_average_effect_is_the_slope_of_the_mean_prediction():
    frame = panel()
    result = cx.revenue_glm(frame, "paid", "nps", power=1.5, weight="w")
    x = np.column_stack([np.ones(len(frame)), frame["nps"]])
    fit = glm_fit(x, frame["paid"].to_numpy(), frame["w"].to_numpy(), tweedie(1.5))
    ends = [
        np.average(np.exp((x + np.array([0.0, h])) @ fit.coefficients), weights=frame["w"])
        for h in (1e-5, -1e-5)
    ]
    assert result.rows["effect"][0] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-8)


def test_the_error_of_the_average_effect_is_that_of_the_infinitesimal_jackknife():
    # What a cluster adds is the derivative by its weight: no influence function is needed to find it.
    frame = panel(entities=25, periods=4).assign(w=1.0)
    options = {"power": 1.5, "entity": "id", "weight": "w"}
    slopes = []
    for one in range(25):
        ends = [frame.assign(w=1 + h * (frame["id"] == one)) for h in (1e-4, -1e-4)]
        up, down = (cx.revenue_glm(end, "paid", "nps", **options).rows["effect"][0] for end in ends)
        slopes.append((up - down) / 2e-4)
    covariance = cr1([np.sum(np.square(slopes))], 100, 25, 2)
    found = cx.revenue_glm(frame, "paid", "nps", **options).rows["effect_std_error"][0]
    assert found == pytest.approx(np.sqrt(covariance[0]), rel=1e-5)


@pytest.mark.parametrize(
    ("power", "dispersion"), [(1.05, 1.0), (1.3, 0.02), (1.5, 2.0), (1.7, 8.0), (1.95, 0.5)]
)
def test_the_density_is_the_sum_over_numbers_of_payments(power: float, dispersion: float):
    y, mean = np.array([0.0, 0.01, 0.5, 3.0, 40.0]), np.array([2.0, 0.5, 1.0, 2.5, 30.0])
    found = tweedie_density(y, mean, power, dispersion)
    rate = mean ** (2 - power) / (dispersion * (2 - power))
    shape, scale = (2 - power) / (power - 1), dispersion * (power - 1) * mean ** (power - 1)
    assert found[0] == pytest.approx(-rate[0], rel=1e-12)
    j = np.arange(1, 20_000)
    for value, r, s, log_density in zip(y[1:], rate[1:], scale[1:], found[1:], strict=True):
        poisson = j * np.log(r) - r - gammaln(j + 1)
        gamma = (shape * j - 1) * np.log(value) - value / s - gammaln(shape * j) - shape * j * np.log(s)
        assert log_density == pytest.approx(logsumexp(poisson + gamma), rel=1e-9)


def test_the_power_is_at_the_highest_likelihood():
    frame = panel(entities=30)
    x = np.column_stack([np.ones(len(frame)), frame["nps"]])
    y, w = frame["paid"].to_numpy(), np.ones(len(frame))
    found = tweedie_power(x, y, w)

    def likelihood(power: float, dispersion: float) -> float:
        mean = glm_fit(x, y, w, tweedie(power)).mean
        return tweedie_density(y, mean, power, dispersion).sum()

    best = likelihood(found.power, found.dispersion)
    assert best == pytest.approx(found.log_likelihood, rel=1e-9)
    for step in (-0.01, 0.01):
        assert likelihood(found.power + step, found.dispersion) < best
        assert likelihood(found.power, found.dispersion * (1 + step)) < best
        assert likelihood(found.power + step, found.dispersion * (1 - step)) < best


def test_a_planted_power_is_found():
    rng = np.random.default_rng(8)
    x = rng.integers(0, 11, 1200).astype(float)
    y = tweedie_sample(np.exp(1 + 0.1 * x), 1.4, 3.0, rng)
    result = cx.revenue_glm(pd.DataFrame({"x": x, "y": y}), "y", "x")
    assert result.power_estimated
    # Its standard error here is .015 (46 other seeds, mean 1.400); three of them.
    assert result.power == pytest.approx(1.4, abs=0.045)


def tweedie_sample(mean: np.ndarray, power: float, dispersion: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a Poisson number of Gamma payments."""
    number = rng.poisson(mean ** (2 - power) / (dispersion * (2 - power)))
    shape, scale = (2 - power) / (power - 1), dispersion * (power - 1) * mean ** (power - 1)
    return np.where(number > 0, rng.gamma(np.maximum(number, 1) * shape) * scale, 0.0)


def test_two_ways_of_clusters_are_their_sum_less_both():
    rng = np.random.default_rng(2)
    added = rng.normal(size=(400, 2)) + rng.normal(size=20)[np.arange(400) % 20][:, None]
    a, b = np.arange(400) % 20, np.arange(400) // 20 % 8
    found = influence_covariance(added, [a, b], 3)
    one, two, both = (influence_covariance(added, [codes], 3).covariance for codes in (a, b, a * 8 + b))
    np.testing.assert_allclose(found.covariance, one + two - both, rtol=1e-10)
    assert (found.df, found.method) == (7, "CGM")


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"family": "poisson"}, "unknown family 'poisson'; take one of tweedie, gamma"),
        ({}, {"family": "gamma"}, "are zero, which a Gamma variable never is"),
        ({}, {"family": "gamma", "power": 1.5}, "Gamma's power is 2|are zero"),
        ({}, {"power": 2.5}, "power=2.5 does not go"),
        ({}, {"power": 2}, "power=2 does not go"),
        ({"paid": lambda frame: frame["paid"] - 5}, {}, "are negative"),
        ({"paid": lambda frame: frame["paid"] + 5}, {}, "no row is zero"),
    ],
)
def test_revenue_that_does_not_fit_is_refused(change: dict, options: dict, said: str):
    with pytest.raises(MeasureError, match=said):
        cx.revenue_glm(panel().assign(**change), "paid", "nps", **options)
