"""What may come: parameters, shocks of new periods and decisions, drawn together. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CELLS = 4_000_000
"""Decisions drawn at a time: about 50 MB."""
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(31)


@dataclass(frozen=True, slots=True, eq=False)
class PeriodModel:
    """Effects of c past periods and p slopes, as estimated.

    Parameters
    ----------
    effects, slopes
        Effects of the past periods (c,) and slopes (p,), on the logit.
    covariance
        Their sampling covariance, shape (c + p, c + p).
    groups
        Number of the group whose mean each period lies around, shape (c,).
    """

    effects: Floats
    slopes: Floats
    covariance: Floats
    groups: Ints

    @property
    def group_count(self) -> int:
        """Number of groups."""
        return int(self.groups.max()) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Means of g groups and p slopes under d values of τ²: (d, g + p) and (d, g + p, g + p)."""

    mean: Floats
    covariance: Floats


def parameters_at(model: PeriodModel, variance: Floats) -> Parameters:
    """Return the generalised least-squares estimates of group means and slopes where shocks have variance τ².

    Parameters
    ----------
    model
        What was learned of the past.
    variance
        Values of τ², shape (d,).
    """
    c, k, g = len(model.effects), len(model.covariance), model.group_count
    design = np.zeros((k, g + k - c))
    design[:c, :g] = np.eye(g)[model.groups]
    design[c:, g:] = np.eye(k - c)
    total = model.covariance + variance[:, None, None] * np.diag((np.arange(k) < c).astype("float64"))
    estimates = np.concatenate([model.effects, model.slopes])
    solved = np.linalg.solve(total, np.column_stack([design, estimates])[None])
    covariance = np.linalg.inv(design.T @ solved[:, :, :-1])
    mean = (covariance @ (design.T @ solved[:, :, -1:]))[:, :, 0]
    return Parameters(mean, (covariance + covariance.transpose(0, 2, 1)) / 2)


def drawn_parameters(parameters: Parameters, rng: np.random.Generator) -> Floats:
    """Return one normal draw of group means and slopes for each of the d values of τ², shape (d, g + p)."""
    root = np.linalg.cholesky(parameters.covariance)
    drawn = rng.standard_normal(parameters.mean.shape)
    return np.asarray(parameters.mean + (root @ drawn[:, :, None])[:, :, 0])


@dataclass(frozen=True, slots=True, eq=False)
class DueRows:
    """Decisions to come.

    Parameters
    ----------
    x
        Covariates as the slopes take them, shape (n, p).
    period
        Number of the new period (and market) whose shock a row shares, shape (n,).
    group
        Group of each new period, shape (c',).
    cohort
        Number of the cohort, shape (n,).
    value
        Value of each decision, shape (n,).
    """

    x: Floats
    period: Ints
    group: Ints
    cohort: Ints
    value: Floats


def probabilities(parameters: Parameters, variance: float, due: DueRows) -> Floats:
    """Return P(renew) of each row, averaged over the shock and the parameters, shape (n,).

    Parameters
    ----------
    parameters
        Those at one value of τ², `variance`.
    """
    mean, covariance = parameters.mean[0], parameters.covariance[0]
    full = np.column_stack([np.eye(len(mean) - due.x.shape[1])[due.group[due.period]], due.x])
    spread = np.sqrt(np.einsum("ij,ij->i", full @ covariance, full) + variance)
    eta = full @ mean
    weighed = sum(
        weight * expit(eta + node * spread) for node, weight in zip(NODES, NODE_WEIGHTS, strict=True)
    )
    return np.asarray(weighed / NODE_WEIGHTS.sum())


def drawn_totals(
    drawn: Floats, variance: Floats, due: DueRows, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return renewals and renewed value of each cohort in each draw.

    Parameters
    ----------
    drawn
        Group means and slopes, shape (d, g + p).
    variance
        τ² of each draw, shape (d,). Each new period draws one shock, which all its rows share.
    due
        Decisions to come, of k cohorts.

    Returns
    -------
    counts, values
        Shape (k, d) each.
    """
    draws, groups = len(drawn), drawn.shape[1] - due.x.shape[1]
    shocks = np.sqrt(variance)[:, None] * rng.standard_normal((draws, len(due.group)))
    # Single precision moves a probability by 1e-7 at most, and halves the time.
    levels = (drawn[:, :groups][:, due.group] + shocks).T.astype("float32")
    slopes = drawn[:, groups:].T.astype("float32")
    counts, values = np.zeros((2, int(due.cohort.max()) + 1, draws))
    size = max(1, CELLS // draws)
    for start in range(0, len(due.cohort), size):
        # Decisions are drawn in the order of the rows: how they are put into cohorts does not change the sum.
        rows = np.arange(start, min(start + size, len(due.cohort)))
        eta = levels[due.period[rows]] + due.x[rows].astype("float32") @ slopes
        renewed = rng.random(eta.shape, dtype="float32") < expit(eta)
        order = np.argsort(due.cohort[rows], kind="stable")
        names, first = np.unique(due.cohort[rows][order], return_index=True)
        for name, begin, end in zip(names, first, [*first[1:], len(rows)], strict=True):
            some = renewed[order[begin:end]]
            counts[name] += some.sum(axis=0)
            values[name] += due.value[rows[order[begin:end]]] @ some
    return counts, values
