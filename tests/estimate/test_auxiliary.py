"""Residuals on what a calibration knows, against least squares."""

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.auxiliary import auxiliary_of
from cxlab.model.weights import Weights

N = 300
RNG = np.random.default_rng(8)
MARGINS = {"a": RNG.integers(0, 3, N), "b": RNG.integers(0, 4, N)}
BASE = RNG.gamma(2, 1, N)
VALUES = RNG.normal(size=N)


def _weights(covariates: np.ndarray | None = None, final: np.ndarray | None = None) -> Weights:
    one = pd.Series(np.ones(N) if final is None else final)
    return Weights(one, pd.Series(BASE), "linear", pd.DataFrame(), MARGINS, covariates)


def _columns(*more: np.ndarray) -> np.ndarray:
    dummies = [pd.get_dummies(codes).to_numpy(dtype="float64") for codes in MARGINS.values()]
    return np.column_stack([*dummies, *more])


def _by_least_squares(columns: np.ndarray, base: np.ndarray) -> np.ndarray:
    root = np.sqrt(base)
    fitted = np.linalg.lstsq(columns * root[:, None], VALUES * root, rcond=None)[0]
    return VALUES - columns @ fitted


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_equals_least_squares_by_base_weights(scale: float):
    step = RNG.integers(0, 3, N)
    found = auxiliary_of(_weights(scale * (2016 + step[:, None])), np.arange(N)).residuals(VALUES)
    # The levels sum to a constant, so neither the unit of a covariate nor its origin matters.
    np.testing.assert_allclose(found, _by_least_squares(_columns(step), BASE), atol=1e-9)


def test_residuals_have_no_total_within_a_level():
    left = auxiliary_of(_weights(), np.arange(N)).residuals(VALUES)
    for codes in MARGINS.values():
        np.testing.assert_allclose(np.bincount(codes, BASE * left), 0, atol=1e-10)


def test_what_the_margins_know_leaves_nothing():
    known = np.array([3.0, -1.0, 7.0])[MARGINS["a"]] + np.array([0.0, 2.0, 4.0, 8.0])[MARGINS["b"]]
    np.testing.assert_allclose(auxiliary_of(_weights(), np.arange(N)).residuals(known), 0, atol=1e-11)


def test_rows_may_come_in_any_order():
    order = RNG.permutation(N)
    sorted_ = auxiliary_of(_weights(), np.arange(N)).residuals(VALUES)
    np.testing.assert_allclose(auxiliary_of(_weights(), order).residuals(VALUES[order]), sorted_[order])


def test_a_row_without_weight_has_no_say():
    final = np.where(np.arange(N) % 5, 1.0, 0.0)
    found = auxiliary_of(_weights(final=final), np.arange(N)).residuals(VALUES)
    np.testing.assert_allclose(found, _by_least_squares(_columns(), BASE * final), atol=1e-10)


def test_without_anything_known_nothing_is_taken_out():
    one = pd.Series(np.ones(N))
    plain = Weights(one, one, "linear", pd.DataFrame())
    assert auxiliary_of(plain, np.arange(N)).residuals(VALUES).tolist() == VALUES.tolist()
