"""Each measure of importance against R, published figures, its identities and its definition."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.drivers.betasq import betasq
from cxlab.drivers.car import car
from cxlab.drivers.coefficients import coefficients
from cxlab.drivers.driver_metrics import driver_metrics
from cxlab.drivers.first import first
from cxlab.drivers.johnson import johnson
from cxlab.drivers.last import last
from cxlab.drivers.lmg import lmg, r_squared
from cxlab.drivers.pratt import pratt
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
MEASURES = [lmg, johnson, car, first, last, betasq, pratt]


@pytest.fixture(scope="module")
def known():
    # driver_metrics.R: lm() and R's matrix functions
    return json.loads((REFERENCE / "driver_metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def swiss(known):
    rows = pd.read_csv(REFERENCE / "swiss.csv").astype("float64")
    matrix = rows[["Fertility", *known["swiss"]["drivers"]]].corr()
    return matrix.iloc[1:, 1:], matrix.iloc[1:, 0]


def random_correlations(seed, p, b):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(b, 4 * p + 4, p + 1)) @ rng.normal(size=(b, p + 1, p + 1))
    full = np.stack([np.corrcoef(each.T) for each in rows], axis=2)
    return full[:p, :p], full[:p, p]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize("data", ["swiss", "mtcars"])
def test_the_measure_equals_r(measure, data, known):
    rows = pd.read_csv(REFERENCE / f"{data}.csv").astype("float64")
    outcome = {"swiss": "Fertility", "mtcars": "mpg"}[data]
    matrix = rows[[outcome, *known[data]["drivers"]]].corr().to_numpy()
    values = measure(matrix[1:, 1:], matrix[1:, 0])
    np.testing.assert_allclose(values, known[data][measure.__name__], rtol=0, atol=1e-12)


def test_swiss_equals_relaimpo(swiss):
    # relaimpo 2.2-7, calc.relimp(lm(Fertility ~ ., swiss), type = c("genizi", "car"))
    genizi = [0.0484168958, 0.1547082498, 0.2719641046, 0.1146800299, 0.1169657214]
    scores = [0.0005674742, 0.1511339908, 0.3232680710, 0.1150731842, 0.1166922814]
    matrix, outcome = (value.to_numpy() for value in swiss)
    np.testing.assert_allclose(johnson(matrix, outcome), genizi, rtol=0, atol=5.1e-11)
    np.testing.assert_allclose(car(matrix, outcome), scores, rtol=0, atol=5.1e-11)


@pytest.mark.parametrize("measure", [lmg, johnson, car, pratt], ids=lambda measure: measure.__name__)
def test_the_measure_sums_to_r_squared(measure):
    matrices, outcomes = random_correlations(1, 7, 5)
    np.testing.assert_allclose(
        measure(matrices, outcomes).sum(axis=0), r_squared(matrices, outcomes), rtol=0, atol=1e-10
    )


@pytest.mark.parametrize("measure", [*MEASURES, coefficients], ids=lambda measure: measure.__name__)
def test_a_batch_equals_its_matrices_one_by_one_and_skips_a_singular_one(measure):
    matrices, outcomes = random_correlations(2, 5, 4)
    matrices[:, :, 2] = 1.0
    values = measure(matrices, outcomes)
    assert values.shape == (5, 4)
    assert np.isnan(values).all(axis=0).tolist() == [False, False, True, False]
    for place in (0, 1, 3):
        single = measure(matrices[..., place], outcomes[:, place])
        assert single.shape == (5,)
        np.testing.assert_allclose(values[:, place], single, rtol=0, atol=1e-12)


@pytest.mark.parametrize("measure", [*MEASURES, coefficients], ids=lambda measure: measure.__name__)
def test_a_duplicated_driver_is_refused_by_name(measure):
    with pytest.raises(MeasureError, match="the driver 'b' follows from 'a' exactly"):
        measure(np.ones((2, 2)), np.array([0.5, 0.5]), names=["a", "b"])


def test_every_measure_is_the_squared_correlation_where_drivers_are_uncorrelated():
    outcome = np.array([0.5, -0.3, 0.2, 0.6])
    for measure in MEASURES:
        np.testing.assert_allclose(measure(np.eye(4), outcome), outcome**2, rtol=0, atol=1e-15)


def test_johnson_is_the_fit_on_the_orthogonal_variables_nearest_to_the_drivers():
    """From rows: Z = X(X'X)^−½ by singular values, then two regressions on Z (Johnson 2000)."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4))
    y = x @ [1, 0, -1, 0.5] + rng.normal(size=60) * 2
    x, y = (
        (value - value.mean(axis=0)) / np.linalg.norm(value - value.mean(axis=0), axis=0) for value in (x, y)
    )
    left, _, right = np.linalg.svd(x, full_matrices=False)
    z = left @ right
    expected = (z.T @ x).T ** 2 @ (z.T @ y) ** 2
    np.testing.assert_allclose(johnson(x.T @ x, x.T @ y), expected, rtol=0, atol=1e-13)


def test_first_and_last_of_groups_with_a_covariate_equal_differences_of_r_squared():
    matrix, outcome = (value[..., 0] for value in random_correlations(3, 6, 1))
    groups, always = [[1, 4], [0], [5, 2]], [3]

    def explained(*chosen):
        chosen = list(chosen)
        return outcome[chosen] @ np.linalg.solve(matrix[np.ix_(chosen, chosen)], outcome[chosen])

    alone = [explained(3, *group) - explained(3) for group in groups]
    everything = explained(*range(6))
    behind = [everything - explained(*(set(range(6)) - set(group))) for group in groups]
    np.testing.assert_allclose(first(matrix, outcome, groups=groups, always=always), alone, atol=1e-12)
    np.testing.assert_allclose(last(matrix, outcome, groups=groups, always=always), behind, atol=1e-12)


def test_coefficients_are_those_of_least_squares_on_standardised_rows(swiss, known):
    matrix, outcome = (value.to_numpy() for value in swiss)
    np.testing.assert_allclose(coefficients(matrix, outcome), known["swiss"]["coefficient"], atol=1e-12)


def test_the_table_holds_every_measure_and_keeps_signs_apart(swiss, known):
    result = driver_metrics(*swiss)
    table = result.tidy()
    assert list(table["driver"]) == known["swiss"]["drivers"]
    for measure in MEASURES:
        np.testing.assert_allclose(table[measure.__name__], known["swiss"][measure.__name__], atol=1e-12)
    # Agriculture: positive correlation, negative coefficient
    assert list(table["sign"]) == [-1, -1, -1, 1, 1]
    assert list(table["correlation_sign"]) == [1, -1, -1, 1, 1]
    assert result.r_squared == pytest.approx(known["swiss"]["r_squared"], abs=1e-12)
    said = (
        "Measures of importance of 5 drivers, R² 0.707; the largest is Education by lmg, johnson, car, "
        "first, last, betasq, pratt. These are figures of one matrix, without intervals. "
        "The sign of the coefficient is not that of the correlation: Agriculture."
    )
    assert result.summary() == repr(result) == said
    assert result._repr_html_() == driver_metrics(*swiss)._repr_html_()
    assert "&lt;" in driver_metrics(*(value.to_numpy() for value in swiss), names=list("abcd<"))._repr_html_()


def test_drivers_without_names_are_numbered_and_odd_shapes_refused():
    assert list(driver_metrics(np.eye(2), np.array([0.1, 0.2])).tidy()["driver"]) == ["x1", "x2"]
    with pytest.raises(MeasureError, match=r"pass one for each driver, \(p,\)"):
        driver_metrics(np.eye(2), np.ones((2, 3)))
