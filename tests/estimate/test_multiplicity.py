"""Adjusted p-values against R's p.adjust, and by their definition."""

import json
from pathlib import Path

import numpy as np
import pytest

from cxlab.estimate.multiplicity import adjusted, each_level, is_told, require_family
from cxlab.estimate.rank_bounds import one_sided_holm, rank_bounds
from cxlab.model.errors import MeasureError

# R 4.2.2, p.adjust: see contrasts.R.
KNOWN = json.loads((Path(__file__).parents[1] / "reference" / "contrasts.json").read_text(encoding="utf-8"))
P = np.array([np.nan if p is None else p for p in KNOWN["p"]])


@pytest.mark.parametrize("family", ["holm", "bh"])
def test_adjusted_p_values_equal_those_of_r(family):
    expected = [np.nan if p is None else p for p in KNOWN[family]]
    np.testing.assert_allclose(adjusted(P, family), expected, rtol=1e-12)


def test_none_leaves_them_and_nothing_tested_stays_nothing():
    np.testing.assert_array_equal(adjusted(P, "none"), P)
    for family in ("holm", "bh", "none"):
        assert np.isnan(adjusted(np.array([np.nan, np.nan]), family)).all()
        assert adjusted(np.array([]), family).shape == (0,)
        assert adjusted(np.array([0.03]), family).tolist() == [0.03]


def test_the_input_is_left_alone():
    p = np.array([0.01, 0.02])
    for family in ("holm", "bh", "none"):
        adjusted(p, family)[0] = 7
    assert p.tolist() == [0.01, 0.02]


def test_a_p_value_at_the_edge_shows_it_and_none_shows_nothing():
    # 1 − .95 is a little more than .05 in floats, 1 − .9 a little less than .1.
    assert is_told(0.05, 0.95) and is_told(0.1, 0.9) and not is_told(0.0501, 0.95)
    assert is_told(np.array([0.01, 0.2, np.nan]), 0.95).tolist() == [True, False, False]


def test_joint_levels_are_bonferronis():
    assert each_level(0.95, 5, "holm") == pytest.approx(0.99)
    assert each_level(0.95, 5, "bh") == each_level(0.95, 0, "holm") == 0.95


def test_an_unknown_family_is_refused():
    with pytest.raises(MeasureError, match="unknown family 'tukey'; take one of holm, bh, none"):
        require_family("tukey")


def test_directions_are_adjusted_by_holm_over_both_signs():
    rng = np.random.default_rng(4)
    p = rng.uniform(0, 1, (20, 6)) ** 3
    p[0, 2] = np.nan
    for row, found in zip(p, one_sided_holm(p), strict=True):
        known = row[~np.isnan(row)]
        both = adjusted(np.concatenate([known / 2, 1 - known / 2]), "holm")[: len(known)]
        np.testing.assert_allclose(found[~np.isnan(row)], both, rtol=1e-12)


def test_rank_bounds_count_what_was_found_above_and_below():
    # Three levels: 0 above 1 and 2; 1 and 2 cannot be told apart.
    a, b = np.array([0, 0, 1]), np.array([1, 2, 2])
    bounds = rank_bounds(np.array([5.0, 4.0, -1.0]), np.array([0.01, 0.04, 0.6]), a, b, levels=3, alpha=0.05)
    assert bounds.low.tolist() == [1, 2, 2]
    assert bounds.high.tolist() == [1, 3, 3]
    blank = rank_bounds(np.full(3, np.nan), np.full(3, np.nan), a, b, levels=3, alpha=0.05)
    assert blank.low.tolist() == [1, 1, 1] and blank.high.tolist() == [3, 3, 3]
