"""From rows, or their moments, to the figures of an importance table and their resamples."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from cxlab.drivers.driver_figures import DriverFigures, Metric, driver_figures
from cxlab.drivers.driver_players import DriverPlayers
from cxlab.drivers.imputed_sums import imputed_sums
from cxlab.drivers.incomplete_rows import IncompleteRows
from cxlab.drivers.nearest_correlation import nearest_correlation
from cxlab.drivers.resampled_correlations import (
    UnitSums,
    correlations,
    resampled_correlations,
)
from cxlab.estimate.resampling import FEWEST
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
ROUNDING = 1e-9
"""How near to 1 or −1 the correlation of two drivers is that are one and the same."""


@dataclass(frozen=True, slots=True, eq=False)
class ImportanceSample:
    """Figures of a sample and of its resamples.

    Parameters
    ----------
    estimate, draws
        Figures of the sample (a batch of one) and of the resamples that could be solved.
    correlation
        Of the outcome (first) and the columns that explain, repaired where that was needed.
    repaired
        Largest change of a correlation by the repair.
    failed
        Resamples that could not be solved.
    drawn
        Units, or groups of units, that a resample draws from.
    """

    estimate: DriverFigures
    draws: DriverFigures
    correlation: Floats
    repaired: float
    failed: int
    drawn: int


def from_imputations(
    rows: IncompleteRows,
    players: DriverPlayers,
    metric: Metric,
    n_boot: int,
    n_imputed: int,
    rng: np.random.Generator,
) -> ImportanceSample:
    """Return figures over rows completed several times, pooled.

    With U the variance of the resamples of one completed sample, on average, and B that of the M estimates,
    the resamples are stretched to the variance U + (1 + 1/M) B.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, equations 3.1.2–3.1.5.
    """
    each = max(FEWEST, n_boot // n_imputed) if n_boot else 0
    parts = [
        from_sums(sums, players, metric, each, rng)
        for sums in imputed_sums(rows.x, rows.w, rows.block, n_imputed, rng)
    ]
    pooled = [_pooled(parts, field.name) for field in fields(DriverFigures)]
    return ImportanceSample(
        DriverFigures(*(estimate for estimate, _ in pooled)),
        DriverFigures(*(draws for _, draws in pooled)),
        np.mean([part.correlation for part in parts], axis=0),
        0.0,
        sum(part.failed for part in parts),
        parts[0].drawn,
    )


def from_sums(
    sums: UnitSums, players: DriverPlayers, metric: Metric, n_boot: int, rng: np.random.Generator
) -> ImportanceSample:
    """Return the figures that sums by unit give.

    Raises
    ------
    MeasureError
        Where two drivers are the same, one follows from others, or they explain the outcome entirely.
    """
    units = len(sums.table)
    square = correlations(sums, np.ones((1, units)))
    _refuse_same(square[1:, 1:, 0], players.columns)
    repaired = nearest_correlation(square) if sums.pairwise else None
    square = square if repaired is None else repaired.correlation
    estimate = driver_figures(square, players, metric)
    pieces = []
    if n_boot and units > 1:
        for batch in resampled_correlations(sums, n_boot, rng):
            usable = nearest_correlation(batch, tolerance=1e-5).correlation if sums.pairwise else batch
            # A batch none of which can be solved is no fault of the caller: the doubts count its resamples.
            with suppress(MeasureError):
                pieces.append(driver_figures(usable, players, metric, drawn=True).solved())
    draws = _joined(pieces) if pieces else _joined([estimate], none=True)
    failed = n_boot - draws.importance.shape[1] if units > 1 else 0
    change = 0.0 if repaired is None else float(repaired.largest_change[0])
    return ImportanceSample(estimate, draws, square[..., 0], change, failed, units)


def _joined(pieces: Sequence[DriverFigures], *, none: bool = False) -> DriverFigures:
    parts = (
        np.concatenate([getattr(piece, field.name) for piece in pieces], axis=1)
        for field in fields(DriverFigures)
    )
    return DriverFigures(*(part[:, :0] if none else part for part in parts))


def _pooled(parts: Sequence[ImportanceSample], name: str) -> tuple[Floats, Floats]:
    estimates = np.concatenate([getattr(part.estimate, name) for part in parts], axis=1)
    middle = estimates.mean(axis=1, keepdims=True)
    draws = [getattr(part.draws, name) for part in parts]
    if min(one.shape[1] for one in draws) < 2:
        return middle, draws[0][:, :0]
    within = np.mean([one.var(axis=1, ddof=1) for one in draws], axis=0)[:, None]
    between = estimates.var(axis=1, ddof=1, keepdims=True)
    total = within + (1 + 1 / len(parts)) * between
    stretch = np.sqrt(np.divide(total, within, out=np.ones_like(total), where=within > 0))
    # Each about its own mean; the bias that the resamples show stays, on average.
    bias = np.mean([(one.mean(axis=1) - e) for one, e in zip(draws, estimates.T, strict=True)], axis=0)
    off = np.concatenate([one - one.mean(axis=1, keepdims=True) for one in draws], axis=1)
    return middle, middle + bias[:, None] + off * stretch


def _refuse_same(correlation: Floats, names: Sequence[str]) -> None:
    first, second = np.triu_indices(len(names), 1)
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if abs(abs(correlation[a, b]) - 1) < ROUNDING:
            how = "are the same" if correlation[a, b] > 0 else "are each other's opposite"
            raise MeasureError(
                f"the drivers '{names[a]}' and '{names[b]}' {how} (correlation {correlation[a, b]:.3f})",
                remedy="leave one of them out",
            )
