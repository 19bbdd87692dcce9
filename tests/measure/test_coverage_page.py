"""The tables of docs/coverage.md, worked out again; the default interval is the one they call for."""

import numpy as np
import pytest

from cxlab.measure.nps import nps
from tools.nps_coverage import BASES, GRID, METHODS, PAGE, STEPS, nps_coverage, nps_rows, share_rows
from tools.simulated_coverage import MEASURES, SAMPLES, SCENARIOS, coverage_of, simulated

LINES = PAGE.read_text(encoding="utf-8").splitlines()
REPLICATIONS = 2000
# Enumeration over all 190 cells: a few seconds at 30 answers, a minute at 100.
each_base = pytest.mark.parametrize(
    "n", [n if n <= 30 else pytest.param(n, marks=pytest.mark.slow) for n in BASES]
)


def _table(name: str) -> list[list[str]]:
    start = LINES.index(f"<!-- {name} -->") + 3
    rows = LINES[start : LINES.index("", start)]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]


@each_base
def test_the_tables_are_what_enumeration_gives(n: int):
    rows = [*nps_rows(n), *share_rows(n)]
    assert len(rows) == len(METHODS) + 4
    assert [row for row in rows if row not in LINES] == []


def test_the_default_is_the_method_with_the_best_minimum_then_the_best_mean():
    rows = _table("nps")
    assert {int(row[1]) for row in rows} == set(BASES)
    worst = {method: min(float(row[2]) for row in rows if row[0] == method) for method in METHODS}
    mean = {method: np.mean([float(row[4]) for row in rows if row[0] == method]) for method in METHODS}
    best = max(METHODS, key=lambda method: (worst[method], mean[method]))
    assert nps.__kwdefaults__["method"] == best


@pytest.mark.parametrize(
    ("method", "pair", "coverage"), [("adjusted_wald", (0.3, 0.7), 0.917), ("score", (0.05, 0.95), 0.925)]
)
def test_known_failures_at_20_answers(method: str, pair: tuple[float, float], coverage: float):
    # Published to three digits with the first design of this package.
    at = GRID.index((round(pair[0] * STEPS), round(pair[1] * STEPS)))
    assert nps_coverage(method, 20)[at] == pytest.approx(coverage, abs=5.1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_weights_and_accounts_are_covered_as_the_page_says(scenario: str):
    page = {row[0]: [float(cell) / 100 for cell in row[1:]] for row in _table("simulated")}[scenario]
    frame = simulated(scenario, REPLICATIONS, np.random.default_rng(20260101))
    for name, expected in zip(MEASURES, page, strict=True):
        # Both are simulated; the page shows three digits.
        error = np.sqrt(expected * (1 - expected) * (1 / REPLICATIONS + 1 / SAMPLES))
        assert abs(coverage_of(name, frame) - expected) < 3 * error + 0.0005, name
