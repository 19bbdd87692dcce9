"""Columns less their means by codes equal the residuals on dummies, by brute force."""

import numpy as np
import pytest

from cxlab.linkage import within as module
from cxlab.linkage.within import absorbed, means_by, within
from cxlab.model.errors import MeasureError

SIZES = [(7,), (40, 6), (30, 30), (20, 10, 6), (150, 150)]


def on_dummies(columns, codes, weight):
    root = np.ones(len(columns)) if weight is None else np.sqrt(weight)
    dummies = np.column_stack([np.eye(code.max() + 1)[code] for code in codes])
    slopes = np.linalg.lstsq(dummies * root[:, None], columns * root[:, None], rcond=None)[0]
    return columns - dummies @ slopes, int(np.linalg.matrix_rank(dummies))


def sample(sizes, weighted, n=240):
    rng = np.random.default_rng(sum(sizes))
    codes = [rng.integers(0, size, n) for size in sizes]
    columns = rng.normal(size=(n, 3)) * [1, 100, 1e-3] + [0, 5, 3]
    return columns, codes, rng.uniform(0.2, 3, n) if weighted else None


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
def test_the_columns_are_the_residuals_on_a_dummy_for_every_level(sizes, weighted):
    columns, codes, weight = sample(sizes, weighted)
    before = columns.copy()
    expected, _ = on_dummies(columns, codes, weight)
    assert np.abs((within(columns, codes, weight) - expected) / columns.std(axis=0)).max() < 1e-10
    assert (columns == before).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_projections_settle_where_the_solution_is(weighted, monkeypatch):
    columns, codes, weight = sample((60, 25), weighted)
    solved = within(columns, codes, weight)
    monkeypatch.setattr(module, "MOST_SOLVED", 0)
    projected = within(columns, codes, weight)
    assert np.abs((projected - solved) / columns.std(axis=0)).max() < 1e-11
    monkeypatch.setattr(module, "MOST_STEPS", 1)
    with pytest.raises(MeasureError, match="do not settle"):
        within(columns, codes, weight)


@pytest.mark.parametrize("sizes", [(7,), (40, 6), (30, 30), (150, 150)])
def test_absorbed_parameters_are_the_rank_of_the_dummies(sizes, monkeypatch):
    columns, codes, _ = sample(sizes, False)
    rank = on_dummies(columns, codes, None)[1]
    assert absorbed(codes) == rank
    monkeypatch.setattr(module, "MOST_CELLS", 0)
    assert absorbed(codes) == rank


def test_two_parts_that_never_meet_take_one_parameter_less():
    entity, time = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    assert absorbed([entity, time]) == 8 - 2
    assert absorbed([entity]) == 4 and absorbed([]) == 0


def test_levels_that_do_not_occur_take_nothing():
    assert absorbed([np.array([0, 5, 5]), np.array([3, 3, 1])]) == 3
    assert within(np.array([[1.0], [2.0], [4.0]]), [np.array([0, 5, 5])]).ravel().tolist() == [0, -1, 1]


def test_without_codes_columns_stay_as_they_are():
    columns = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert (within(columns, []) == columns).all()
    assert within(np.zeros((0, 2)), [np.zeros(0, dtype="int64")]).shape == (0, 2)


def test_a_large_constant_costs_no_digits():
    columns, codes, _ = sample((40, 6), False)
    assert np.abs(within(columns[:, :1] + 1e9, codes) - within(columns[:, :1], codes)).max() < 1e-6


def test_two_way_balanced_is_the_row_less_its_two_means():
    rng = np.random.default_rng(3)
    grid = rng.normal(size=(30, 5))
    entity, time = np.repeat(np.arange(30), 5), np.tile(np.arange(5), 30)
    expected = grid - grid.mean(axis=1, keepdims=True) - grid.mean(axis=0) + grid.mean()
    found = within(grid.reshape(-1, 1), [entity, time])
    np.testing.assert_allclose(found.ravel(), expected.ravel(), rtol=0, atol=1e-12)


def test_means_by_a_code_are_weighted():
    means = means_by(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 2]), np.array([3.0, 1.0, 2.0]))
    assert means.tolist() == [1.5, 0.0, 5.0]
