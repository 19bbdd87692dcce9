"""One estimate of one design, as an analysis of what was not measured needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.linkage.robustness_value import partial_r2

Floats = npt.NDArray[np.float64]
Errors = Literal["clustered", "HC1"]


@dataclass(frozen=True, slots=True, eq=False)
class PartialEffect:
    """A coefficient of least squares, its classical error, and what each control explains beside it.

    Parameters
    ----------
    outcome, exposure, design
        What was regressed on what, and in which design.
    estimate
        Coefficient of the exposure.
    std_error, df
        Its classical standard error (residuals alike and independent) and n less all parameters, absorbed
        effects among them: what the partial R² t²/(t² + df) of exposure and outcome is made of.
    n
        Rows.
    benchmarks
        One row per control: `covariate`, `r2_exposure` (partial R² of it with the exposure given the other
        controls), `r2_outcome` (with the outcome given exposure and other controls).
    clustered_std_error, clustered_df
        The standard error and degrees of freedom that the design reports; NaN where unknown.
    errors
        What that error is robust to: `clustered`, or `HC1` where rows were trusted to be independent.
    entities, n_eff
        Entities that the estimate is made of, and Kish's effective base of its rows; NaN where unknown.
    """

    outcome: str
    exposure: str
    design: str
    estimate: float
    std_error: float
    df: float
    n: int
    benchmarks: pd.DataFrame
    clustered_std_error: float = float("nan")
    clustered_df: float = float("nan")
    errors: Errors = "clustered"
    entities: float = float("nan")
    n_eff: float = float("nan")

    @property
    def statistic(self) -> float:
        """Classical t statistic."""
        return self.estimate / self.std_error

    @property
    def base(self) -> float:
        """The smallest of n, n_eff and entities, of those that are known: what suppression goes by."""
        return float(np.nanmin([self.n, self.n_eff, self.entities]))

    @property
    def r2(self) -> float:
        """Partial R² of the exposure with the outcome."""
        return partial_r2(self.statistic, self.df)


def partial_benchmarks(products: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Return what each control explains of exposure and outcome beside the others.

    Parameters
    ----------
    products
        Cross-products of exposure, controls and outcome, in this order, less what was absorbed: shape
        (k + 2, k + 2), of full rank.
    names
        Names of the k controls.

    Returns
    -------
    pandas.DataFrame
        `covariate`, `r2_exposure`, `r2_outcome`. A partial R² is a squared partial correlation,
        P²ᵢⱼ / (Pᵢᵢ Pⱼⱼ) with P the inverse of the products of the columns concerned.
    """
    k = len(names)
    with_exposure = _partial_r2(products[: k + 1, : k + 1])[0, 1:] if k else np.zeros(0)
    with_outcome = _partial_r2(products)[k + 1, 1 : k + 1]
    return pd.DataFrame(
        {
            "covariate": pd.Series(list(names), dtype="str"),
            "r2_exposure": with_exposure,
            "r2_outcome": with_outcome,
        }
    )


def _partial_r2(products: Floats) -> Floats:
    scale = np.sqrt(np.diagonal(products))
    inverse = np.linalg.inv(products / np.outer(scale, scale))
    return inverse**2 / np.outer(np.diagonal(inverse), np.diagonal(inverse))
