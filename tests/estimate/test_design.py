"""Variance by strata and clusters against its formula, written out as a loop, and against R survey."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.estimate.design import (
    Design,
    PsuSums,
    Strata,
    degrees_of_freedom,
    design_effect,
    design_variance,
    strata_of,
)
from cxlab.model.errors import MeasureError

REFERENCE = Path(__file__).parents[1] / "reference"
# svymean(deff = TRUE) and svymean(deff = "replace"); see api.R.
KNOWN = json.loads((REFERENCE / "api.json").read_text(encoding="utf-8"))
STRATIFIED = Design(stratum="h")


def _added(z: list[np.ndarray]) -> PsuSums:
    """Sums of strata whose PSUs add z, for one estimate."""
    columns = ([[f(part)] for part in z] for f in (np.sum, lambda part: np.sum(part**2), len))
    return PsuSums(*(np.array(column, dtype="float64") for column in columns))


def _strata(z: list[np.ndarray], fraction: list[float] | None = None) -> Strata:
    names = np.array([f"h{place}" for place in range(len(z))], dtype=object)
    psus = np.array([float(len(part)) for part in z])
    return Strata(names, psus, np.zeros(len(z)) if fraction is None else np.array(fraction))


def test_equals_the_formula_written_out():
    rng = np.random.default_rng(4)
    z = [rng.normal(place, 1 + place, 2 + 3 * place) for place in range(5)]
    fraction = [0.0, 0.1, 0.5, 0.9, 1.0]
    expected = 0.0
    for part, f in zip(z, fraction, strict=True):
        mean = sum(part) / len(part)
        expected += (1 - f) * len(part) / (len(part) - 1) * sum((value - mean) ** 2 for value in part)
    found = design_variance(_added(z), _strata(z, fraction), STRATIFIED)
    assert found[0] == pytest.approx(expected, rel=1e-12)
    assert degrees_of_freedom(_added(z)).tolist() == [sum(len(part) - 1 for part in z)]


def test_a_census_has_no_variance():
    z = [np.array([1.0, 5.0]), np.array([2.0, 2.5, 9.0])]
    assert design_variance(_added(z), _strata(z, [1.0, 1.0]), STRATIFIED).tolist() == [0.0]


def test_what_rounding_leaves_is_no_variance():
    z = [np.full(1001, 0.1)]
    added = _added(z)
    assert added.second[0, 0] != added.first[0, 0] ** 2 / 1001
    assert design_variance(added, _strata(z), STRATIFIED).tolist() == [0.0]


def test_a_stratum_of_one_is_refused_or_centred_at_the_mean_of_the_sample():
    z = [np.array([3.0]), np.array([1.0, -4.0])]
    with pytest.raises(MeasureError, match=r"column 'h': 1 strata have a single row .'h0'.; join each to a"):
        design_variance(_added(z), _strata(z), STRATIFIED)
    with pytest.raises(MeasureError, match="have a single cluster"):
        design_variance(_added(z), _strata(z), Design("c", "h"))
    centred = design_variance(_added(z), _strata(z, [0.2, 0.0]), Design(stratum="h", lonely="centre"))
    # (1 − .2) · 3² + 2/1 · (2.5² + 2.5²)
    assert centred[0] == pytest.approx(0.8 * 9 + 25, rel=1e-14)


def test_a_stratum_of_one_that_was_taken_whole_adds_nothing():
    z = [np.array([3.0]), np.array([1.0, -4.0])]
    assert design_variance(_added(z), _strata(z, [1.0, 0.0]), STRATIFIED)[0] == pytest.approx(25)


def test_one_cluster_alone_is_refused_whatever_lonely_says():
    z = [np.array([3.0])]
    for lonely in ("fail", "centre"):
        with pytest.raises(MeasureError, match="column 'c': all rows are of one cluster, and nothing says"):
            design_variance(_added(z), _strata(z), Design("c", lonely=lonely))


def test_an_unknown_lonely_is_refused():
    with pytest.raises(MeasureError, match="unknown lonely 'adjust'; take one of fail, centre"):
        Design(lonely="adjust")


def _cells(stratum: list[str], cluster: list[str], fpc: list[float] | None = None) -> pd.DataFrame:
    return pd.DataFrame({"stratum": stratum, "cluster": cluster, "fpc": fpc or 0.0, "rows": 2})


def test_clusters_count_once_in_a_stratum_and_rows_where_there_are_none():
    cells = _cells(["a", "a", "a", "b", "b"], ["1", "1", "2", "3", "4"])
    assert strata_of(cells, Design("c", "h")).psus.tolist() == [2.0, 2.0]
    assert strata_of(cells, Design(stratum="h")).psus.tolist() == [6.0, 4.0]
    assert strata_of(cells, Design(stratum="h")).names.tolist() == ["a", "b"]


def test_a_cluster_in_two_strata_is_refused_unless_they_are_numbered_anew():
    cells = _cells(["a", "a", "b", "b"], ["1", "2", "1", "4"])
    with pytest.raises(
        MeasureError, match=r"column 'c': the cluster '1' stands in 2 strata .a, b., and 1 of 3"
    ):
        strata_of(cells, Design("c", "h"))
    assert strata_of(cells, Design("c", "h", nest=True)).psus.tolist() == [2.0, 2.0]


def test_sizes_and_fractions_say_the_same():
    cells = _cells(["a", "a", "b", "b"], ["1", "2", "3", "4"], [8, 8, 2, 2])
    shares = cells.assign(fpc=[0.25, 0.25, 1.0, 1.0])
    for known in (cells, shares):
        assert strata_of(known, Design("c", "h", "f")).fraction.tolist() == [0.25, 1.0]


@pytest.mark.parametrize(
    ("fpc", "error"),
    [
        ([8, 9, 3, 3], "the stratum 'a' has two finite population corrections, 8 and 9; give all rows of a"),
        ([8, 8, 0.5, 0.5], "a finite population correction of 0.5 to 8 is none; give population sizes, all"),
        ([8, 8, -1, -1], "a finite population correction of -1 to 8 is none"),
        ([8, 8, 0, 0], "a finite population correction of 0 to 8 is none"),
        ([8, 8, 1, 1], "the stratum 'b' has 2 units in the sample, 1 in the population; count what was"),
    ],
)
def test_a_correction_that_contradicts_itself_or_the_sample_is_refused(fpc: list[float], error: str):
    cells = _cells(["a", "a", "b", "b"], ["1", "2", "3", "4"], fpc)
    with pytest.raises(MeasureError, match="column 'f': " + error):
        strata_of(cells, Design("c", "h", "f"))


@pytest.mark.parametrize(
    ("design", "deff"),
    # Published digits of R survey 4.1.1.
    [("strat", 1.204457), ("strat_no_fpc", 1.237241), ("clus1", 9.345869)],
)
def test_the_design_effect_equals_that_of_svymean(design: str, deff: float):
    known = KNOWN[design]["mean"]
    name = design.split("_")[0]
    frame = pd.read_csv(REFERENCE / f"api_{name}.csv")
    x, w, n = frame["api00"], frame["pw"], len(frame)
    spread = n / (n - 1) * np.average((x - np.average(x, weights=w)) ** 2, weights=w)
    figures = np.array([known["std_error"]]), np.array([spread]), np.array([float(n)])
    within = design_effect(*figures, population=w.sum())[0]
    assert within == pytest.approx(deff, abs=5e-7)
    assert within == pytest.approx(known["deff"], rel=1e-12)
    assert design_effect(*figures)[0] == pytest.approx(known["deff_replace"], rel=1e-12)
