"""What cannot be solved is refused, and the message names the driver."""

import numpy as np
import pytest

from cxlab.drivers.solvable import require_solvable
from cxlab.model.errors import MeasureError

NAMES = ["price", "speed", "staff"]


def of_rows(x, y):
    with np.errstate(all="ignore"):
        full = np.corrcoef(np.column_stack([x, y]).T)
    return full[:-1, :-1], full[:-1, -1]


@pytest.fixture
def rows():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(40, 3))
    return x, x @ [1.0, 0.5, 0.0] + rng.normal(size=40)


def test_what_can_be_solved_passes(rows):
    assert require_solvable(*of_rows(*rows), NAMES)


def test_a_constant_driver_is_named(rows):
    x, y = rows
    x[:, 1] = 3.0
    with pytest.raises(MeasureError, match="the driver 'speed' does not vary"):
        require_solvable(*of_rows(x, y), NAMES)


def test_a_constant_outcome_is_refused(rows):
    x, y = rows
    with pytest.raises(MeasureError, match="the outcome does not vary"):
        require_solvable(*of_rows(x, np.full_like(y, 7.0)), NAMES)


def test_a_duplicated_driver_is_named_with_its_double(rows):
    x, y = rows
    x[:, 2] = 10 - 2 * x[:, 0]
    with pytest.raises(MeasureError, match="the driver 'staff' follows from 'price' exactly; leave one"):
        require_solvable(*of_rows(x, y), NAMES)


def test_a_driver_that_is_the_sum_of_others_is_named_with_them(rows):
    x, y = rows
    x[:, 2] = x[:, 0] + x[:, 1]
    with pytest.raises(MeasureError, match="'staff' follows from 'price', 'speed' exactly"):
        require_solvable(*of_rows(x, y), NAMES)
    with pytest.raises(MeasureError, match="the driver at place 2 follows from at place 0"):
        require_solvable(*of_rows(x, y))


def test_fewer_rows_than_drivers_are_refused():
    rng = np.random.default_rng(2)
    with pytest.raises(MeasureError, match="with fewer rows than drivers, ask about fewer drivers"):
        require_solvable(*of_rows(rng.normal(size=(5, 8)), rng.normal(size=5)))


def test_a_perfect_fit_is_refused(rows):
    x, _ = rows
    with pytest.raises(MeasureError, match=r"explain the outcome entirely \(R² = 1\)"):
        require_solvable(*of_rows(x, x @ [1.0, 2.0, 3.0]), NAMES)


def test_correlations_that_no_rows_could_have_are_refused():
    impossible = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])
    with pytest.raises(MeasureError, match="driver 'staff' contradict those of the others"):
        require_solvable(impossible, np.array([0.1, 0.1, 0.1]), NAMES)
    with pytest.raises(MeasureError, match=r"R² would be 1\.620"):
        require_solvable(np.eye(2), np.array([0.9, 0.9]), NAMES[:2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((0, 0, 2.0), "other values than 1 on its diagonal; pass correlations, not covariances"),
        ((0, 1, 0.3), "'price' and 'speed' have two different correlations; pass a symmetric matrix"),
        ((1, 2, np.nan), "the drivers 'speed' and 'staff' have no correlation"),
    ],
)
def test_a_matrix_that_holds_no_correlations_is_refused(change, message):
    matrix = np.eye(3)
    matrix[change[0], change[1]] = change[2]
    with pytest.raises(MeasureError, match=message):
        require_solvable(matrix, np.array([0.1, 0.2, 0.3]), NAMES)


def test_a_driver_without_a_correlation_with_the_outcome_is_named():
    with pytest.raises(MeasureError, match="'speed' has no correlation with the outcome"):
        require_solvable(np.eye(3), np.array([0.1, np.nan, 0.3]), NAMES)


@pytest.mark.parametrize(
    ("matrix", "outcome", "names", "message"),
    [
        (np.eye(3), np.ones(2), None, "do not fit each other"),
        (np.eye(3), np.float64(1), None, "do not fit each other"),
        (np.ones((2, 2, 5)), np.ones((2, 4)), None, "do not fit each other"),
        (np.eye(0), np.ones(0), None, "there are no drivers"),
        (np.eye(2), np.ones(2) / 2, ["price"], "1 names are given for 2 drivers"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(matrix, outcome, names, message):
    with pytest.raises(MeasureError, match=message):
        require_solvable(matrix, outcome, names)


def test_of_a_batch_only_the_bad_ones_are_left_out_and_none_good_raises(rows):
    matrix, outcome = of_rows(*rows)
    matrices, outcomes = np.stack([matrix, np.ones((3, 3))], axis=2), np.stack([outcome, outcome], axis=1)
    assert require_solvable(matrices, outcomes, NAMES).tolist() == [True, False]
    with pytest.raises(MeasureError, match="'speed' follows from 'price'"):
        require_solvable(matrices[..., [1, 1]], outcomes, NAMES)
