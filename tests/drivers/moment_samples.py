"""Samples of a population whose importances are known: as a frame, and as what is inferred from them.

Resamples of many samples are solved at once, which is what makes thousands of samples possible;
`test_a_sample_by_itself_says_the_same` holds them to `cx.importance` of the frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from cxlab.drivers.driver_figures import DriverFigures, Metric, driver_figures
from cxlab.drivers.driver_players import DriverPlayers, driver_players
from cxlab.drivers.importance_inference import Basis
from cxlab.drivers.nearest_correlation import nearest_correlation
from cxlab.drivers.resampled_correlations import UnitSums, correlations, resampled_correlations

N_BOOT = 200
AT_ONCE = 50


@dataclass(frozen=True)
class Scenario:
    """Drivers with one correlation, their coefficients, and how they are sampled."""

    seed: int
    n: int
    rho: float
    coefficients: tuple[float, ...]
    weighted: bool = False
    cluster_size: int = 1
    missing: float = 0.0

    @property
    def names(self) -> list[str]:
        return [f"x{place}" for place in range(len(self.coefficients))]

    @property
    def players(self) -> DriverPlayers:
        return driver_players("y", self.names, None, ())

    @property
    def square(self) -> np.ndarray:
        """Correlations of the outcome (first) and the drivers."""
        p = len(self.coefficients)
        square = np.where(np.eye(p + 1), 1.0, self.rho)
        square[0, 1:] = square[1:, 0] = square[1:, 1:] @ self.coefficients
        return square

    def truth(self, metric: Metric = "lmg") -> np.ndarray:
        return driver_figures(self.square[..., None], self.players, metric).importance[:, 0]

    def rows(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw outcome and drivers, shape (n, q), and weights, shape (n,)."""
        q, size = len(self.coefficients) + 1, self.cluster_size
        z = rng.standard_normal((self.n, q))
        if size > 1:
            # A third of the variance is shared within a cluster.
            shared = rng.standard_normal((self.n // size, q))
            z = np.sqrt(2 / 3) * z + np.sqrt(1 / 3) * np.repeat(shared, size, axis=0)
        w = rng.gamma(3, 1 / 3, self.n) if self.weighted else np.ones(self.n)
        x = z @ np.linalg.cholesky(self.square).T
        return (np.where(rng.random(x.shape) < self.missing, np.nan, x) if self.missing else x), w

    def frame(self, rng: np.random.Generator) -> pd.DataFrame:
        values, w = self.rows(rng)
        frame = pd.DataFrame(values, columns=["y", *self.names])
        return frame.assign(w=w, account=np.arange(self.n) // self.cluster_size)

    @property
    def design(self) -> dict[str, str | None]:
        """Arguments of `cx.importance` for such a frame."""
        cluster = "account" if self.cluster_size > 1 else None
        missing = "pairwise" if self.missing else "complete"
        return {"weight": "w" if self.weighted else None, "cluster": cluster, "missing": missing}

    def sums(self, rng: np.random.Generator) -> tuple[UnitSums, float]:
        """Draw the sums of a sample by unit, and the base of its intervals."""
        x, w = self.rows(rng)
        if self.missing:
            return _pairwise(x)
        q, units = x.shape[1], self.n // self.cluster_size
        above = np.triu_indices(q)
        table = np.column_stack([np.ones(self.n), x, x[:, above[0]] * x[:, above[1]]]) * w[:, None]
        table = table.reshape(units, self.cluster_size, -1).sum(axis=1)
        return UnitSums(table, q, False), min(w.sum() ** 2 / (w**2).sum(), units)

    def basis(self, base: float) -> Basis:
        k, units = len(self.coefficients), self.n // self.cluster_size
        known = np.full(k, self.n), np.full(k, base)
        weighting = "weighted" if self.weighted else "none"
        return Basis(*known, base / (base - k - 1), units - 1.0, 0.95, weighting)


def _pairwise(x: np.ndarray) -> tuple[UnitSums, float]:
    """Return the sums of each pair of columns over the rows that hold both; each row by itself."""
    held = np.isfinite(x)
    x, held = np.where(held, x, 0.0)[held.any(axis=1)], held[held.any(axis=1)]
    q, above = x.shape[1], np.triu_indices(x.shape[1])
    both = held[:, above[0]] & held[:, above[1]]
    means = (x[:, :, None] * held[:, None, :]).reshape(len(x), -1)
    table = np.column_stack([both, means, x[:, above[0]] * x[:, above[1]]])
    with_outcome = (held[:, :1] & held[:, 1:]).sum(axis=0)
    return UnitSums(table, q, True), float(with_outcome.min())


def resampled(
    scenario: Scenario, samples: int, seed: int | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, list[Basis]]]:
    """Yield correlations of 50 samples, (q, q, 50), of their resamples, (q, q, 50 · 200), and their bases."""
    rng = np.random.default_rng(scenario.seed if seed is None else seed)
    for _ in range(0, samples, AT_ONCE):
        drawn = [scenario.sums(rng) for _ in range(min(AT_ONCE, samples))]
        here = [correlations(sums, np.ones((1, len(sums.table)))) for sums, _ in drawn]
        there = [next(resampled_correlations(sums, N_BOOT, rng)) for sums, _ in drawn]
        bases = [scenario.basis(base) for _, base in drawn]
        squares = np.concatenate(here, axis=2), np.concatenate(there, axis=2)
        if scenario.missing:
            squares = tuple(nearest_correlation(one, tolerance=1e-5).correlation for one in squares)
        yield *squares, bases


def split(figures: DriverFigures, parts: int) -> list[DriverFigures]:
    """Return the figures of each sample of several that were worked out together."""
    columns = [np.split(getattr(figures, field.name), parts, axis=1) for field in fields(DriverFigures)]
    return [DriverFigures(*some) for some in zip(*columns, strict=True)]
