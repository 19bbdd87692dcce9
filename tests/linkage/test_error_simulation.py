"""Planted truth: a score measured with error within entities and periods, over many simulated panels.

2,000 replications, seeds as given; a rate fails outside ±3 Monte Carlo standard errors of its nominal value.
100 entities and 5 periods; true scores vary by 1 within and by 1 between entities, their errors by .49, so
that 2/2.49 of the variance is no error and 1/1.49 of what is within an entity; errors of the outcome run on.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit
from threadpoolctl import threadpool_limits

import cxlab as cx
from cxlab.linkage.attenuated_slope import corrected_slope, error_spread
from cxlab.linkage.counted_effects import counted_effects
from cxlab.linkage.influence_covariance import influence_covariance
from cxlab.linkage.within import within

REPLICATIONS = 2_000
ENTITIES, PERIODS = 100, 5
ENTITY, PERIOD = (index.ravel() for index in np.indices((ENTITIES, PERIODS)))
SLOPE, RELIABILITY = 0.5, 2 / 2.49


def _panel(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return outcome and measured score, shape (500,) each."""
    own = rng.standard_normal(ENTITIES)[ENTITY]
    true = own + rng.standard_normal(len(ENTITY))
    error = rng.standard_normal((ENTITIES, PERIODS))
    for t in range(1, PERIODS):
        error[:, t] = 0.5 * error[:, t - 1] + np.sqrt(0.75) * error[:, t]
    y = SLOPE * true + 2 * own + rng.standard_normal(PERIODS)[PERIOD] + error.ravel()
    return y, true + 0.7 * rng.standard_normal(len(ENTITY))


def _slope(y: np.ndarray, x: np.ndarray, kind: str) -> tuple[float, float, int]:
    """Return the corrected slope, its error and degrees of freedom."""
    codes, w = [ENTITY, PERIOD], np.ones(len(y))
    columns = within(np.column_stack([y, x]), codes)
    spread = error_spread(x, w, codes)
    brought = {
        "naive": np.zeros(len(y)), "variance": spread.of_variance(0.49),
        "reliability": spread.of_reliability(RELIABILITY),
    }  # fmt: skip
    fit = corrected_slope(columns, w, brought[kind])
    found = influence_covariance(fit.added[:, None], [ENTITY], counted_effects(codes, [ENTITY]) + 1)
    return fit.slope, float(np.sqrt(found.covariance[0, 0])), found.df


@pytest.mark.parametrize("kind", ["variance", "reliability"])
def test_the_simulated_slopes_are_those_of_measurement_error(kind: str):
    y, x = _panel(np.random.default_rng(4))
    frame = pd.DataFrame({"y": y, "x": x, "id": ENTITY, "period": PERIOD})
    asked = {"error_variance": 0.49} if kind == "variance" else {"reliability": RELIABILITY}
    rows = cx.measurement_error(frame, "y", "x", entity="id", time="period", n_sim=0, **asked).rows
    for place, name in enumerate(("naive", kind)):
        slope, error, df = _slope(y, x, name)
        assert rows["estimate"][place] == pytest.approx(slope, rel=1e-9)
        assert rows["std_error"][place] == pytest.approx(error, rel=1e-9)
        assert rows["conf_high"][place] == pytest.approx(slope + stdtrit(df, 0.975) * error, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), [("variance", 71), ("reliability", 72)])
def test_within_entities_the_corrected_slope_is_held_and_the_naive_one_is_not(kind: str, seed: int):
    rng, held = np.random.default_rng(seed), []
    with threadpool_limits(1, user_api="blas"):
        for _ in range(REPLICATIONS):
            y, x = _panel(rng)
            found = [_slope(y, x, name) for name in ("naive", kind)]
            held.append([abs(slope - SLOPE) <= stdtrit(df, 0.975) * error for slope, error, df in found])
    naive, corrected = np.mean(held, axis=0)
    assert abs(corrected - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / REPLICATIONS), corrected
    assert naive < 0.2, naive
