"""Columns from a formula: against patsy itself, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from patsy import dmatrix

from cxlab.estimate.formula_controls import formula_columns, formula_controls
from cxlab.model.errors import MeasureError

ROWS = pd.DataFrame({"seats": [1.0, 2.0, np.nan, 4.0], "region": ["n", "s", None, "s"], "nps": 1.0})


def _asked(formula, rows=ROWS):
    names = formula_columns(formula, rows.columns)
    table = pd.DataFrame({f"f{place}": rows[name] for place, name in enumerate(names)})
    return formula_controls(formula, table, names)


def test_columns_are_those_of_patsy_without_the_constant_and_gaps_stay_in_their_row():
    values, names = _asked("C(region) + np.log(seats)")
    made = dmatrix("C(region) + np.log(seats)", ROWS, return_type="dataframe").drop(columns="Intercept")
    assert names == tuple(made.columns)
    assert np.isnan(values[2]).all()
    np.testing.assert_allclose(values[[0, 1, 3]], made.to_numpy())


def test_flags_and_whole_numbers_with_gaps_are_read():
    rows = ROWS.assign(flag=[True, False, None, True], count=pd.array([1, 2, None, 3], "Int64"))
    values, names = _asked("flag + count", rows)
    assert names == ("flag[T.True]", "count")
    np.testing.assert_allclose(values[[0, 1, 3]], [[1, 1], [0, 2], [1, 3]])


def test_the_logarithm_of_nought_is_a_gap():
    with np.errstate(divide="ignore"):
        values, _ = _asked("np.log(seats)", ROWS.assign(seats=[0.0, 1.0, 2.0, 3.0]))
    assert np.isnan(values[0, 0]) and values[1, 0] == 0


def test_no_formula_makes_no_column():
    assert formula_columns(None, ROWS.columns) == []
    values, names = formula_controls(None, ROWS, [])
    assert values.shape == (4, 0) and names == ()


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (5, "is no formula"),
        ("nps ~ seats", "left-hand side"),
        ("seats +* 2", "cannot be read"),
        ("x", "cannot be"),
    ],
)
def test_what_is_no_formula_is_refused(formula, said):
    with pytest.raises(MeasureError, match=said):
        _asked(formula)


def test_nothing_of_the_callers_surroundings_enters():
    outside = np.arange(4.0)
    with pytest.raises(MeasureError, match="cannot be read"):
        _asked("outside + seats")
    assert outside.size == 4
