"""Shapley values of a likelihood R² without refits, from the moments of its last weighted least squares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.drivers.lmg import lmg

Floats = npt.NDArray[np.float64]


def irls_shares(
    information: Floats, slope: Floats, roles: tuple[Sequence[Sequence[int]], Sequence[int]]
) -> Floats:
    """Return the share of each player in what a quadratic log-likelihood gains.

    Parameters
    ----------
    information
        Second derivatives of b models, shape (b, q, q).
    slope
        information · β at the fit of the full model, or the first derivatives at the null, shape (q, b).
    roles
        Places of each of the k players among the q parameters; and of those that are in every model.

    Returns
    -------
    ndarray
        Shape (k, b), of sum 1.
    """
    players, always = roles
    inside = [place for group in players for place in group]
    a, cross = information[:, inside][:, :, inside], information[:, inside][:, :, list(always)]
    rest = information[:, list(always)][:, :, list(always)]
    along = np.linalg.solve(rest, np.swapaxes(cross, 1, 2))
    left = a - cross @ along
    gained = slope[inside] - np.einsum("bac,ab->cb", along, slope[list(always)])
    spread = np.sqrt(np.einsum("bii->bi", left))
    correlation = np.moveaxis(left / (spread[:, :, None] * spread[:, None, :]), 0, -1)
    with_outcome = gained / spread.T
    place = {name: number for number, name in enumerate(inside)}
    groups = [[place[name] for name in group] for group in players]
    size = np.linalg.norm(with_outcome, axis=0) * 10
    values = lmg(correlation, with_outcome / size, groups=groups)
    return np.asarray(values / values.sum(axis=0))
