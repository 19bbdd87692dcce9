"""Correlations that a regression can be solved from, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import numpy.typing as npt

from cxlab.drivers.schur import bordered, partial_out
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]

# 1 − R² of a driver on those before it, or of the outcome, below which it is nothing but rounding.
LEAST_LEFT = 1e-10
# What a correlation that was rounded or computed may miss.
ROUNDING = 1e-8


def require_solvable(
    correlation: Floats, with_outcome: Floats, names: Sequence[str] | None = None
) -> npt.NDArray[np.bool_]:
    """Return which matrices can be solved; raise MeasureError where none can.

    Parameters
    ----------
    correlation
        Of the p drivers, shape (p, p) or (p, p, b).
    with_outcome
        Of the drivers with the outcome, shape (p,) or (p, b).
    names
        Of the drivers, for the messages; None to name them by their places.

    Returns
    -------
    ndarray
        Shape () or (b,). One matrix that cannot be solved raises. Of b matrices, as in a bootstrap, some may
        be singular by bad luck; only where all are the fault of the first is raised.

    Raises
    ------
    MeasureError
        Where shapes do not fit, a driver or the outcome does not vary, a driver follows from others, the
        correlations contradict each other or are none, or the drivers explain the outcome entirely.
    """
    p = _require_shapes(correlation, with_outcome, names)
    tail = with_outcome.shape[1:]
    drivers, outcome = correlation.reshape(p, p, -1), with_outcome.reshape(p, -1)
    with np.errstate(all="ignore"):
        pivots, unexplained = _left_over(drivers, outcome)
        unit = (np.abs(np.einsum("iib->ib", drivers) - 1) < ROUNDING).all(axis=0)
        unit &= (np.abs(drivers - drivers.swapaxes(0, 1)) < ROUNDING).all(axis=(0, 1))
    # Comparisons with NaN are False, so what does not vary is not fine.
    fine = (pivots > LEAST_LEFT).all(axis=0) & (unexplained > LEAST_LEFT) & unit
    if len(fine) and not fine.any():
        labels = [f"at place {place}" for place in range(p)] if names is None else [f"'{n}'" for n in names]
        _refuse_unknown(drivers[..., 0], outcome[:, 0], labels)
        _refuse_no_correlations(drivers[..., 0], labels)
        _refuse_following(drivers[..., 0], pivots[:, 0], labels)
        _refuse_fit(float(1 - unexplained[0]))
    return fine.reshape(tail)


def _require_shapes(correlation: Floats, with_outcome: Floats, names: Sequence[str] | None) -> int:
    p = len(with_outcome) if with_outcome.ndim else 0
    if with_outcome.ndim not in (1, 2) or correlation.shape != (p, p, *with_outcome.shape[1:]):
        raise MeasureError(
            f"correlations of shapes {correlation.shape} and {with_outcome.shape} do not fit each other",
            remedy="pass (p, p) and (p,), or (p, p, b) and (p, b)",
        )
    if not p:
        raise MeasureError("there are no drivers", remedy="name one or more")
    if names is not None and len(names) != p:
        raise MeasureError(f"{len(names)} names are given for {p} drivers", remedy="name each driver once")
    return p


def _left_over(correlation: Floats, with_outcome: Floats) -> tuple[Floats, Floats]:
    """Return 1 − R² of each driver on those before it, (p, b), and of the outcome on all, (b,)."""
    p = len(correlation)
    left = bordered(correlation, with_outcome, range(p))
    if left.shape[2] == 1:
        # One matrix by itself is the common case; where it has no root, the steps below say why.
        with suppress(np.linalg.LinAlgError):
            squares = np.diagonal(np.linalg.cholesky(left[:, :, 0]))[:, None] ** 2
            return squares[:-1], squares[-1]
    pivots = np.empty_like(with_outcome)
    for place in range(p):
        pivots[place] = left[0, 0]
        left = partial_out(left)
    return pivots, left[0, 0]


def _refuse_unknown(correlation: Floats, with_outcome: Floats, labels: Sequence[str]) -> None:
    constant = ~np.isfinite(np.diagonal(correlation))
    if constant.any():
        listed = ", ".join(label for label, bad in zip(labels, constant, strict=True) if bad)
        raise MeasureError(f"the driver {listed} does not vary, or is missing", remedy="leave it out")
    alone = ~np.isfinite(with_outcome)
    if alone.all():
        raise MeasureError("the outcome does not vary, or is missing", remedy="ask about another")
    if alone.any():
        raise MeasureError(
            f"the driver {labels[int(alone.argmax())]} has no correlation with the outcome",
            remedy="leave it out, if it is hardly ever answered where the outcome is",
        )
    if not np.isfinite(correlation).all():
        first, second = np.argwhere(~np.isfinite(correlation))[0]
        raise MeasureError(
            f"the drivers {labels[first]} and {labels[second]} have no correlation",
            remedy="leave out one, if it is hardly ever answered where the other is",
        )


def _refuse_no_correlations(correlation: Floats, labels: Sequence[str]) -> None:
    if np.abs(np.diagonal(correlation) - 1).max() >= ROUNDING:
        raise MeasureError(
            "the matrix of the drivers has other values than 1 on its diagonal",
            remedy="pass correlations, not covariances",
        )
    differ = np.abs(correlation - correlation.T) >= ROUNDING
    if differ.any():
        first, second = np.argwhere(differ)[0]
        raise MeasureError(
            f"the drivers {labels[first]} and {labels[second]} have two different correlations",
            remedy="pass a symmetric matrix",
        )


def _refuse_following(correlation: Floats, pivots: Floats, labels: Sequence[str]) -> None:
    bad = np.flatnonzero(pivots <= LEAST_LEFT)
    if not len(bad):
        return
    place = int(bad[0])
    if pivots[place] < -ROUNDING:
        raise MeasureError(
            f"the correlations of the driver {labels[place]} contradict those of the others: no rows could "
            "have them all",
            remedy="take complete rows, or repair the matrix first",
        )
    weights = np.linalg.lstsq(correlation[:place, :place], correlation[:place, place], rcond=None)[0]
    others = [label for label, weight in zip(labels, weights, strict=False) if abs(weight) > 1e-6]
    raise MeasureError(
        f"the driver {labels[place]} follows from {', '.join(others) or 'the others'} exactly",
        remedy="leave one of them out; with fewer rows than drivers, ask about fewer drivers",
    )


def _refuse_fit(r_squared: float) -> None:
    if r_squared > 1 + ROUNDING:
        raise MeasureError(
            f"the correlations with the outcome contradict those of the drivers: R² would be {r_squared:.3f}",
            remedy="take complete rows, or repair the matrix first",
        )
    raise MeasureError(
        "the drivers explain the outcome entirely (R² = 1)",
        remedy="the outcome may be made of them, or there are no more rows than drivers: ask about others",
    )
