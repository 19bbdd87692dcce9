"""Least squares of one design, with clustered errors. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.estimate.intervals import kish_base
from cxlab.linkage.cluster_covariance import ClusterCovariance, cluster_covariance
from cxlab.linkage.counted_effects import counted_effects
from cxlab.linkage.panel_designs import DesignRows
from cxlab.linkage.partial_effect import PartialEffect, partial_benchmarks
from cxlab.linkage.within import absorbed, within
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SINGULAR = 1e-9
"""Share of a column's own length that must be left of it."""
EXACT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit:
    """A fitted design.

    Parameters
    ----------
    coefficients, covariance
        Of the columns that were kept, shape (k,), and their clustered covariance.
    x, residual
        Those columns and the residual, less what was absorbed: shape (n, k) and (n,).
    names
        Names of the columns that were kept.
    left_out
        Names of those that the effects or other columns say already.
    n, n_eff
        Rows, or the sum of frequencies; and Kish's effective base, n where weights are frequencies.
    df
        n less all parameters, absorbed effects among them.
    products
        Cross-products of columns and outcome, less what was absorbed: shape (k + 1, k + 1).
    """

    coefficients: Floats
    covariance: ClusterCovariance
    x: Floats
    residual: Floats
    names: tuple[str, ...]
    left_out: tuple[str, ...]
    n: int
    n_eff: float
    df: int
    products: Floats

    def combined(self, places: Sequence[int]) -> tuple[float, float]:
        """Return the sum of some coefficients and its standard error."""
        some = list(places)
        variance = self.covariance.covariance[np.ix_(some, some)].sum()
        return float(self.coefficients[some].sum()), float(np.sqrt(max(variance, 0.0)))


def panel_fit(rows: DesignRows, *, frequency: bool) -> PanelFit:
    """Fit a design.

    Parameters
    ----------
    rows
        What is regressed on what. The first column is the one asked about; of columns that say the same,
        the first stays, and those that are shown come before the controls.
    frequency
        True where weights say how often a row occurred.

    Raises
    ------
    MeasureError
        Where nothing is left of the first column, or rows or clusters are too few.
    """
    columns = np.empty((len(rows.y), rows.x.shape[1] + 1), order="F")
    columns[:, :-1], columns[:, -1] = rows.x, rows.y
    least = _least(columns, rows.weight)
    columns = within(columns, rows.codes, rows.weight)
    products = _products(columns, rows.weight)
    kept = _kept(products, least, rows)
    every = [*kept, rows.x.shape[1]]
    x = columns[:, :-1] if len(kept) == rows.x.shape[1] else columns[:, kept]
    products = products[np.ix_(every, every)]
    coefficients, residual = _solved(x, columns[:, -1], products, rows.weight)
    taken = absorbed(rows.codes) if rows.codes else 0
    n = int(rows.weight.sum()) if frequency and rows.weight is not None else len(rows.y)
    df = n - len(kept) - taken
    if df <= 0:
        raise MeasureError(
            f"{n:,} rows cannot carry {n - df:,} parameters", remedy="take fewer controls or more periods"
        )
    counted = counted_effects(rows.codes, rows.clusters) if rows.codes else 0
    covariance = cluster_covariance(x, residual, rows.weight, rows.clusters, counted, frequency=frequency)
    names = tuple(rows.names[place] for place in kept)
    gone = tuple(name for name in rows.names if name not in names)
    n_eff = float(n) if frequency or rows.weight is None else kish_base(rows.weight)
    return PanelFit(coefficients, covariance, x, residual, names, gone, n, n_eff, df, products)


def partial_of(fit: PanelFit, rows: DesignRows, outcome: str) -> PartialEffect:
    """Return the first column's estimate as an analysis of what was not measured needs it.

    The rows of the benchmarks are all other columns of the design, the lagged outcome or the means of
    Mundlak's design among them.
    """
    k = len(fit.names)
    bread = np.linalg.inv(fit.products[:k, :k])
    # Σw e²: with sampling weights their size cancels against that of the products.
    left = fit.residual**2 if rows.weight is None else rows.weight * fit.residual**2
    return PartialEffect(
        outcome, fit.names[0], rows.design, float(fit.coefficients[0]),
        float(np.sqrt(left.sum() / fit.df * bread[0, 0])), float(fit.df), fit.n,
        partial_benchmarks(fit.products, fit.names[1:]), fit.combined([0])[1], float(fit.covariance.df),
        "clustered" if rows.clusters else "HC1", rows.entities, fit.n_eff,
    )  # fmt: skip


def exact(fit: PanelFit) -> bool:
    """Tell whether the design leaves nothing of the outcome, so that nothing says how sure it is."""
    return bool(np.abs(fit.residual).max(initial=0.0) <= EXACT * np.sqrt(fit.products[-1, -1] / fit.n))


def _products(columns: Floats, weight: Floats | None) -> Floats:
    if weight is None:
        return columns.T @ columns
    root = columns * np.sqrt(weight)[:, None]
    return root.T @ root


def _least(columns: Floats, weight: Floats | None) -> Floats:
    """Return the length below which a column counts as gone, before anything is taken out of it."""
    total = float(len(columns)) if weight is None else float(weight.sum())
    means = columns.sum(axis=0) / total if weight is None else weight @ columns / total
    squares = np.array([c @ c if weight is None else (weight * c) @ c for c in columns.T])
    centred = np.sqrt(np.maximum(squares - total * means**2, 0.0))
    # What rounding leaves of a constant column is not to be taken for variation.
    return SINGULAR * centred + 1e-12 * np.sqrt(total) * np.abs(means)


def _kept(products: Floats, least: Floats, rows: DesignRows) -> list[int]:
    """Return the columns that say something of their own, in their order; refuse where the first does not."""
    k, shown = rows.x.shape[1], len({place for _, places in rows.terms for place in places})
    length = np.sqrt(np.diagonal(products))
    some: list[int] = []
    # Controls come first: what they say already is not asked of the columns that are shown.
    for place in [*range(shown, k), *range(shown - 1, -1, -1)]:
        if not length[place] > least[place]:
            continue
        trial = [*some, place]
        scaled = products[np.ix_(trial, trial)] / np.outer(length[trial], length[trial])
        beside = np.linalg.solve(scaled[:-1, :-1], scaled[:-1, -1])
        if 1 - scaled[-1, :-1] @ beside > SINGULAR:
            some = trial
    if 0 not in some:
        effects = " within what the design takes out" if rows.codes else ""
        raise MeasureError(
            f"nothing of '{rows.names[0]}' varies{effects} and beside the other columns",
            remedy="take an exposure that changes within entities, or fewer controls",
        )
    return sorted(some)


def _solved(x: Floats, y: Floats, products: Floats, weight: Floats | None) -> tuple[Floats, Floats]:
    """Return coefficients and residual: normal equations of scaled columns, and one round on the rest."""
    length = np.sqrt(np.diagonal(products)[:-1])
    scaled = products[:-1, :-1] / np.outer(length, length)
    coefficients, residual = np.zeros(len(length)), y
    for _ in range(2):
        sums = x.T @ (residual if weight is None else weight * residual)
        coefficients = coefficients + np.linalg.solve(scaled, sums / length) / length
        residual = y - x @ coefficients
    return coefficients, residual
