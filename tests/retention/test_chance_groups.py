"""Chances against what happened, in groups of equal size."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from cxlab.model.errors import MeasureError
from cxlab.retention.chance_groups import chance_groups


def scored(n=1000):
    rng = np.random.default_rng(8)
    p = rng.beta(1, 15, n)
    return p, (rng.random(n) < p).astype(float)


def test_groups_are_of_equal_size_and_add_up():
    p, left = scored()
    rows = chance_groups(p, left).rows
    assert list(rows["n"]) == [100] * 10 and rows["left"].sum() == left.sum()
    order = np.argsort(p)
    for place, row in enumerate(rows.itertuples()):
        own = order[100 * place : 100 * place + 100]
        assert row.score == pytest.approx(p[own].mean()) and row.observed == left[own].mean()
        # statsmodels 0.14: proportion_confint(…, method="wilson")
        low, high = proportion_confint(left[own].sum(), 100, method="wilson")
        assert (row.conf_low, row.conf_high) == pytest.approx((low, high))


def test_equal_chances_stay_together():
    rows = chance_groups([0.1] * 50 + [0.3] * 50, [0, 1] * 50).rows
    assert list(rows["n"]) == [50, 50]


def test_small_groups_and_few_leavers_are_hidden():
    p, left = np.repeat([0.05, 0.1, 0.2, 0.5], 100), np.zeros(400)
    for start, leavers in enumerate((0, 4, 20, 50)):
        left[100 * start : 100 * start + leavers] = 1
    found = chance_groups(p, left, groups=4)
    hidden = found.suppress(10)
    # The second for its 4 who left; the first, of the same size, so that it is not found from the total.
    assert list(hidden.rows["suppressed"]) == [True, True, False, False]
    assert (
        hidden.rows.loc[:1, ["n", "left", "score", "observed", "conf_low", "conf_high"]].isna().all(axis=None)
    )
    assert found.suppress(4).rows["suppressed"].sum() == 0 and found.suppress(101).rows["suppressed"].all()
    assert chance_groups(p, np.arange(400) < 5).suppress(10).rows["observed"].isna().all()


def test_bad_input():
    for groups in (1, 2.5, "3"):
        with pytest.raises(MeasureError, match="groups will not do"):
            chance_groups([0.1, 0.2], [0, 1], groups=groups)
    with pytest.raises(MeasureError):
        chance_groups([0.1, 1.2], [0, 1])
    with pytest.raises(MeasureError):
        chance_groups([0.1, 0.2], [0, 0])
