"""Post-stratification against R survey and by hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.weight.post_stratify import post_stratify

# survey 4.1.1, postStratify; see rake_apiclus1.R.
KNOWN = json.loads(
    (Path(__file__).parents[1] / "reference" / "rake_apiclus1.json").read_text(encoding="utf-8")
)
ROWS = pd.DataFrame(KNOWN["rows"])


def test_equals_r_survey():
    weights = post_stratify(ROWS, "stype", KNOWN["totals"]["stype"], weight="pw")
    np.testing.assert_allclose(weights.weights, KNOWN["weights"]["post_stratified"], rtol=1e-13)
    assert (weights.method, weights.iterations, weights.trimmed) == ("post_stratification", 1, 0)


def test_equals_r_survey_on_a_cross():
    targets = {(row["stype"], row["sch.wide"]): row["Freq"] for row in KNOWN["totals"]["stype_sch_wide"]}
    weights = post_stratify(ROWS, ["stype", "sch_wide"], targets, weight="pw")
    np.testing.assert_allclose(weights.weights, KNOWN["weights"]["post_stratified_crossed"], rtol=1e-13)
    assert weights.tidy()["n"].sum() == len(ROWS)
    assert list(weights.margins) == ['["stype", "sch_wide"]']


def test_a_weight_is_the_population_over_the_sample():
    frame = pd.DataFrame({"g": list("aab"), "w": [1.0, 3, 5]})
    assert post_stratify(frame, "g", {"a": 30, "b": 70}).weights.tolist() == [15, 15, 70]
    assert post_stratify(frame, "g", {"a": 30, "b": 70}, weight="w").weights.tolist() == [7.5, 22.5, 70]
    shares = post_stratify(frame, "g", {"a": 0.3, "b": 0.7}).weights.tolist()
    assert shares == pytest.approx([0.45, 0.45, 2.1])


def test_the_effective_base_is_kishs():
    weights = post_stratify(pd.DataFrame({"g": list("aab")}), "g", {"a": 30, "b": 70})
    assert weights.n_eff == pytest.approx(100**2 / (15**2 + 15**2 + 70**2))
    assert weights.design_effect == pytest.approx(3 / weights.n_eff)
