"""What calibration to known totals leaves of a variable: its residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from cxlab.model.weights import Weights

Floats = npt.NDArray[np.float64]
NEGLIGIBLE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliary:
    """The variables whose totals are known, and how to take them out of another variable.

    Parameters
    ----------
    columns
        One column per level of a margin and one per covariate, each of length 1 under the base weights,
        shape (n, p).
    base
        Weights before calibration, shape (n,).
    inverse
        Inverse of the columns' cross-products under the base weights, shape (p, p).
    """

    columns: sparse.csr_matrix
    base: Floats
    inverse: Floats

    def residuals(self, values: Floats) -> Floats:
        """Return what regression on the auxiliary variables, by base weights, leaves of a variable.

        Parameters
        ----------
        values
            Shape (n,).

        Returns
        -------
        array
            Shape (n,).

        References
        ----------
        Deville, Särndal (1992), JASA 87, 376–382, section 3: every calibration estimator has, in large
        samples, the variance of the regression estimator, thus of these residuals.
        """
        left = values
        for _ in range(2):  # the second round takes out what rounding left
            left = left - self.columns @ (self.inverse @ (self.columns.T @ (self.base * left)))
        return left


def auxiliary_of(weights: Weights, rows: npt.NDArray[np.int64]) -> Auxiliary:
    """Return the auxiliary variables of calibrated weights.

    Parameters
    ----------
    weights
        Result of a calibration of n rows.
    rows
        The rows in the order wanted, shape (n,).
    """
    # A row that calibration left without weight adds nothing, whatever its residual.
    base = np.where(weights.weights.to_numpy() > 0, weights.base.to_numpy(dtype="float64"), 0.0)[rows]
    parts = [_indicators(codes[rows]) for codes in weights.margins.values()]
    if weights.covariates is not None:
        parts.append(sparse.csr_matrix(weights.covariates[rows]))
    raw = sparse.hstack(parts or [sparse.csr_matrix((len(rows), 0))], format="csr")
    length = np.sqrt(raw.multiply(raw).T @ base)
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    columns = sparse.csr_matrix(raw @ sparse.diags(scale))
    cross = (columns.T @ columns.multiply(base[:, None]).tocsr()).toarray()
    # The levels of one margin sum to those of another, so the columns are never independent.
    return Auxiliary(columns, base, np.linalg.pinv(cross, rcond=NEGLIGIBLE, hermitian=True))


def _indicators(codes: npt.NDArray[np.int64]) -> sparse.csr_matrix:
    levels, place = np.unique(codes, return_inverse=True)
    rows = np.arange(len(codes))
    return sparse.csr_matrix((np.ones(len(codes)), (rows, place)), shape=(len(codes), len(levels)))
