"""How often the test of two NPS is wrong and the interval of their gap right, by enumeration."""

import re
from pathlib import Path

import numpy as np
import pytest

from cxlab.measure.contrast import contrast
from tests.measure.gap_samples import GRID, PAIRS, Verdicts, verdicts
from tests.measure.test_contrast import _groups

PAGE = (Path(__file__).parents[2] / "docs" / "contrast.md").read_text(encoding="utf-8")
SMALL = [(10, 10), (20, 20), (30, 30)]
LARGE = [pytest.param((n, m), marks=pytest.mark.slow) for n, m in ((30, 60), (50, 50))]


def _published(n: int, m: int, method: str) -> list[float]:
    """Figures of a row of the page: size over the pairs and the grid, coverage, disagreement."""
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {n}, {m} | `{method}`"))
    return [float(figure) for figure in re.findall(r"\d+\.\d", row)]


def _found(of: Verdicts) -> list[float]:
    sizes, grid = (np.array([of.size(pair) for pair in pairs]) for pairs in (PAIRS, GRID))
    held = np.array([of.coverage(a, b) for a in PAIRS for b in PAIRS])
    odd = np.array([of.disagrees(a, b) for a in PAIRS for b in PAIRS])
    figures = [
        sizes.min(), sizes.max(), grid.min(), grid.max(), held.min(), held.mean(), odd.max(), odd.mean()
    ]  # fmt: skip
    return [100 * figure for figure in figures]


@pytest.mark.parametrize("method", ["pooled_z", "adjusted_wald", "wald"])
@pytest.mark.parametrize("sizes", [*SMALL, *LARGE], ids=str)
def test_size_coverage_and_disagreement_are_as_the_page_says(sizes: tuple[int, int], method: str):
    # The page rounds to one decimal.
    assert _found(verdicts(*sizes, method)) == pytest.approx(_published(*sizes, method), abs=0.0501)


def test_the_enumerated_test_is_the_one_that_is_run():
    rng = np.random.default_rng(20260721)
    for method in ("pooled_z", "adjusted_wald", "wald"):
        of = verdicts(10, 12, method)
        for i, j in zip(
            rng.integers(len(of.first), size=4), rng.integers(len(of.second), size=4), strict=True
        ):
            frame = _groups(tuple(of.first[i]), tuple(of.second[j]))
            row = contrast(frame, "nps", "g", method=method).rows.iloc[0]
            assert [row["conf_low"], row["conf_high"]] == pytest.approx(
                [100 * of.low[i, j], 100 * of.high[i, j]]
            )
            assert (row["p_value"] <= 0.05) == of.rejects[i, j]


@pytest.mark.parametrize("n", [30, pytest.param(50, marks=pytest.mark.slow)])
def test_from_30_a_group_the_default_test_is_wrong_in_4_to_6_of_100(n: int):
    of = verdicts(n, n)
    sizes = np.array([of.size(pair) for pair in PAIRS])
    assert sizes.min() > 0.04 and sizes.max() < 0.06
    # Over the whole grid too, but for 5 % in one class and none between.
    grid = {pair: of.size(pair) for pair in GRID}
    outside = {pair for pair, size in grid.items() if not 0.04 < size < 0.06}
    assert outside == ({(0.05, 0.95), (0.95, 0.05)} if n == 30 else set())


@pytest.mark.parametrize(
    ("method", "sizes"),
    # Ends of the ranges known for 10 a group: pooled z 3.4 to 5.4, adjusted Wald .5 to 4.1, Wald 7.0 to 8.3.
    [("pooled_z", (3.4, 5.4, None)), ("adjusted_wald", (0.5, 4.1, None)), ("wald", (7.0, None, 8.3))],
)
def test_known_sizes_of_10_a_group(method: str, sizes: tuple[float | None, ...]):
    of = verdicts(10, 10, method)
    for pair, known in zip([(0.05, 0.8), (0.25, 0.35), (0.1, 0.5)], sizes, strict=True):
        if known is not None:
            assert 100 * of.size(pair) == pytest.approx(known, abs=0.051)


def test_power_grows_with_the_base():
    power = [verdicts(n, n).chance(verdicts(n, n).rejects, (0.1, 0.6), (0.25, 0.4)) for n in (10, 20, 30)]
    assert power == pytest.approx([0.186, 0.317, 0.444], abs=5.1e-4)
    # About Φ(z) of the difference over its standard error: .35 / √((.45 + .6275)/30) less 1.96.
    assert power[2] == pytest.approx(0.456, abs=0.02)
