"""How well a score told who left, as a study saves it."""

from dataclasses import replace

import numpy as np
import pytest

import cxlab as cx
from cxlab.model.errors import MeasureError


def quality(**options):
    rng = np.random.default_rng(4)
    chance = rng.uniform(0.05, 0.95, 300)
    return cx.score_quality(chance, rng.random(300) < chance, **options)


@pytest.mark.parametrize(
    ("metric", "unit", "method"),
    [("auc", "share", "delong_logit"), ("slope", "coefficient", "sandwich_normal")],
)
def test_figures_are_those_of_the_quality(metric, unit, method):
    found = quality(conf_level=0.9)
    saved = found.estimates(metric).tidy().iloc[0]
    row = found.rows.set_index("metric").loc[metric]
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert saved[name] == row[name]
    assert saved["metric"] == f"churn_{metric}" and saved["outcome"] == "left" and saved["n"] == 300
    assert (saved["unit"], saved["method"], saved["conf_level"]) == (unit, method, 0.9)
    assert saved["weighting"] == "none" and not saved["suppressed"]


def test_weights_are_named_and_what_is_hidden_stays_hidden():
    weight = np.random.default_rng(1).uniform(1, 3, 300)
    weighted = quality(weight=weight).estimates("auc")
    assert weighted.weighting == "weighted" and weighted.rows["n_eff"].iloc[0] < 300
    hidden = quality().suppress(1000).estimates("slope")
    assert hidden.rows["suppressed"].all() and hidden.min_base == 1000
    assert hidden.rows[["estimate", "conf_low", "conf_high", "n", "n_eff"]].isna().all(axis=None)


@pytest.mark.parametrize("metric", ["lift", "slope"])
def test_what_is_not_there_is_refused(metric):
    found = quality()
    rows = found.rows[found.rows["metric"] != "slope"]
    with pytest.raises(MeasureError, match=f"there is no '{metric}'"):
        replace(found, rows=rows).estimates(metric)
