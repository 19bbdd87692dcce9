"""Robust least squares is what statsmodels makes of it, and refuses what nobody can fit."""

import numpy as np
import pytest
import statsmodels.api as sm

from cxlab.drivers.robust_fit import robust_fit, two_sided
from cxlab.model.errors import MeasureError

NAMES = list("abc")


def _data(n: int = 150, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) @ rng.normal(size=(3, 3)) + [3, -1, 100]
    y = x @ [1, 0.5, 0] + rng.normal(size=n) * (1 + np.abs(x[:, 0]))
    return x, y, rng.gamma(2, 1, n), np.unique(rng.integers(0, 25, n), return_inverse=True)[1]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("clustered", [False, True])
def test_coefficients_errors_and_tests_are_those_of_statsmodels(weighted: bool, clustered: bool):
    x, y, w, groups = _data()
    w = w if weighted else np.ones(len(y))
    fit = robust_fit(x, y, w, groups if clustered else None, NAMES)
    how = {"cov_type": "cluster", "cov_kwds": {"groups": groups}} if clustered else {"cov_type": "HC3"}
    other = sm.WLS(y, sm.add_constant(x), weights=w).fit(use_t=True, **how)
    np.testing.assert_allclose(fit.coefficients, other.params, rtol=1e-9)
    estimate, std_error = fit.combined(np.eye(4))
    np.testing.assert_allclose(std_error, other.bse, rtol=1e-9)
    np.testing.assert_allclose(two_sided(estimate / std_error, fit.df), other.pvalues, rtol=1e-7)
    contrast = other.t_test(np.array([[0, 1, -1, 0]]))
    assert fit.combined(np.array([[0, 1.0, -1, 0]]))[1] == pytest.approx(contrast.sd[0, 0], rel=1e-9)


def test_the_scale_of_the_weights_does_not_matter():
    x, y, w, _ = _data()
    one, other = (robust_fit(x, y, factor * w, None, NAMES) for factor in (1, 1000.0))
    np.testing.assert_allclose(one.combined(np.eye(4)), other.combined(np.eye(4)), rtol=1e-9)


def test_a_column_far_from_zero_loses_no_digits():
    x, y, w, _ = _data()
    near, far = (robust_fit(x + shift, y, w, None, NAMES) for shift in (0.0, 1e6))
    np.testing.assert_allclose(near.coefficients[1:], far.coefficients[1:], rtol=1e-7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda x, y: (np.column_stack([x[:, :2], 2 * x[:, 0] + 1]), y),
            "repeats what the other columns say",
        ),
        (lambda x, y: (np.column_stack([x[:, :2], np.full(len(y), 7.0)]), y), "'c' does not vary"),
        (lambda x, y: (x, np.full(len(y), 4.0)), "the outcome does not vary"),
        (lambda x, y: (x, x @ np.array([1.0, 2, 3]) + 5), "fit the outcome exactly"),
        (lambda x, y: (x[:4], y[:4]), "4 complete rows cannot carry 4 coefficients"),
        (lambda x, y: (np.column_stack([x[:, :2], np.eye(len(y))[0]]), y), "decide a coefficient alone"),
    ],
)
def test_what_cannot_be_fitted_is_refused_by_name(change, message: str):
    x, y, w, _ = _data()
    x, y = change(x, y)
    with pytest.raises(MeasureError, match=message):
        robust_fit(x, y, w[: len(y)], None, NAMES)
