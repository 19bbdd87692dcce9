"""How often the bootstrap intervals of a path model hold the truth, by simulation from a planted model."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cxlab.measure.path_bootstrap import bootstrap, each_left_out, spread_of
from cxlab.measure.path_figures import path_figures
from cxlab.tally.block_sums import BlockSums, label_array
from cxlab.tally.moments import Moments
from tests.measure.path_rows import SMALL, population

Floats = npt.NDArray[np.float64]
ENDS = np.array([[-5.0] * 8, [5.0] * 8])
REPLICATIONS, RESAMPLES, SEED, ICC = 2000, 400, 20260722, 0.4


@dataclass(frozen=True, slots=True)
class Scenario:
    """Accounts of equal size; the bootstrap draws accounts, or respondents as if there were none."""

    accounts: int
    size: int
    by_account: bool
    bca: bool = False


SCENARIOS = {
    "200 respondents": Scenario(200, 1, by_account=False),
    "40 accounts of 5, by respondent": Scenario(40, 5, by_account=False),
    "40 accounts of 5, by account": Scenario(40, 5, by_account=True),
    "40 accounts of 5, by account, bca": Scenario(40, 5, by_account=True, bca=True),
}

# Three paths (quality to value, quality and value to satisfaction) and the index of satisfaction, in as many
# replications of another seed, 20260723.
DOCUMENTED = {
    "200 respondents": (0.9385, 0.9465, 0.9320, 0.9425),
    "40 accounts of 5, by respondent": (0.8535, 0.8670, 0.8645, 0.7800),
    "40 accounts of 5, by account": (0.9230, 0.9340, 0.9350, 0.9445),
    "40 accounts of 5, by account, bca": (0.9180, 0.9260, 0.9270, 0.9425),
}


def figures(mean: Floats, covariance: Floats, reference: Floats | None = None) -> Floats:
    """The three paths and the index of satisfaction, shape (b, 4)."""
    found = path_figures(mean, covariance, SMALL, scheme="path", scaled=True, ends=ENDS, reference=reference)
    paths = found.paths[:, SMALL.arrows]
    return np.where(found.converged[:, None], np.column_stack([paths, found.index[:, 2]]), np.nan)


def moments_of(values: Floats) -> Moments:
    """Moments of answers of shape (units, rows, p), one block a unit."""
    units, rows, p = values.shape
    sums = BlockSums(
        labels=label_array(list(range(units))),
        shift=np.zeros(p),
        rows=np.full(units, rows),
        used=np.full(units, rows),
        bad=np.zeros(units, dtype="int64"),
        n=np.full((units, p, p), rows),
        sum_w=np.full((units, p, p), float(rows)),
        sum_wx=np.repeat(values.sum(axis=1)[:, :, None], p, axis=2),
        sum_wxx=values.transpose(0, 2, 1) @ values,
    )
    return Moments(SMALL.columns, "none", "complete", sums)


@cache
def coverage(scenario: Scenario) -> tuple[float, ...]:
    """Share of the replications whose 95 % interval holds the truth: three paths and an index."""
    root = np.linalg.cholesky(population())
    truth = figures(np.zeros((1, 8)), population()[None])[0]
    held = np.zeros(4)
    for replication in range(REPLICATIONS):
        rng = np.random.default_rng((SEED, replication))
        shared = rng.standard_normal((scenario.accounts, 1, 8))
        own = rng.standard_normal((scenario.accounts, scenario.size, 8))
        values = (np.sqrt(ICC) * shared + np.sqrt(1 - ICC) * own) @ root.T
        drawn = moments_of(values if scenario.by_account else values.reshape(-1, 1, 8))
        rows = values.reshape(-1, 8)
        mean, covariance = rows.mean(axis=0)[None], np.cov(rows.T, bias=True)[None]
        found = path_figures(mean, covariance, SMALL, scheme="path", scaled=True, ends=ENDS)
        reference = found.loadings[0]
        draws = bootstrap(drawn, lambda m, c, r=reference: figures(m, c, r), RESAMPLES, rng)
        left_out = figures(*each_left_out(drawn), reference) if scenario.bca else None
        spread = spread_of(draws, figures(mean, covariance)[0], 0.95, left_out=left_out)
        held += (spread.low <= truth) & (truth <= spread.high)
    return tuple(held / REPLICATIONS)


# The other two take as long again: `python -m tests.measure.test_ecsi_coverage` runs all four.
@pytest.mark.slow
@pytest.mark.parametrize("name", ["200 respondents", "40 accounts of 5, by account"])
def test_coverage_is_what_the_page_says(name: str):
    # Both stand on 2,000 replications, of different seeds: hence the 2 under the root.
    for held, documented in zip(coverage(SCENARIOS[name]), DOCUMENTED[name], strict=True):
        error = np.sqrt(2 * documented * (1 - documented) / REPLICATIONS)
        assert abs(held - documented) < 3 * error, name


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_page_says_so(name: str):
    figures_said = " | ".join(f"{100 * share:.1f}" for share in DOCUMENTED[name])
    page = (Path(__file__).parents[2] / "docs" / "ecsi.md").read_text(encoding="utf-8")
    assert f"| {name} | {figures_said} |" in page


if __name__ == "__main__":
    for name, scenario in SCENARIOS.items():
        print(name, coverage(scenario), flush=True)
