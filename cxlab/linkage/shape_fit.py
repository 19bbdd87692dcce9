"""Least squares within entities and periods, combinations tested one by one and jointly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, stdtr

from cxlab.linkage.cluster_covariance import cluster_covariance
from cxlab.linkage.counted_effects import counted_effects
from cxlab.linkage.effect_rows import EffectRows
from cxlab.linkage.full_rank import require_full_rank
from cxlab.linkage.within import within
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class JointTest:
    """A test that several combinations of coefficients are 0; NaN where there are too few clusters for it."""

    statistic: float
    df_num: int
    df_den: int
    p_value: float


NOT_TESTED = JointTest(float("nan"), 0, 0, float("nan"))


@dataclass(frozen=True, slots=True, eq=False)
class Combined:
    """m combinations of coefficients: estimates, standard errors and covariance."""

    estimate: Floats
    std_error: Floats
    covariance: Floats

    def p_value(self, df: int) -> Floats:
        """Return the two-sided p-values of t, shape (m,); NaN where nothing varies."""
        statistic = np.divide(
            self.estimate, self.std_error, out=np.full(len(self.estimate), np.nan), where=self.std_error > 0
        )
        return np.asarray(2 * stdtr(df, -np.abs(statistic)))


@dataclass(frozen=True, slots=True, eq=False)
class ShapeFit:
    """A regression.

    Parameters
    ----------
    coefficients, covariance
        Shape (k,) and (k, k).
    df
        Degrees of freedom of t.
    method
        `HC1`, `CR1`, `CGM` or `CGM, repaired`.
    influence
        What each row adds to the coefficients, shape (n, k).
    parameters
        Coefficients and effects that count against n: those not nested in the clusters.
    """

    coefficients: Floats
    covariance: Floats
    df: int
    method: str
    influence: Floats
    parameters: int

    def combined(self, contrasts: Floats) -> Combined:
        """Return linear combinations of the first coefficients, contrasts of shape (m, ≤ k)."""
        j = contrasts.shape[1]
        covariance = contrasts @ self.covariance[:j, :j] @ contrasts.T
        estimate = contrasts @ self.coefficients[:j]
        # A combination that is one figure less itself leaves rounding below 0.
        return Combined(estimate, np.sqrt(np.maximum(np.diagonal(covariance), 0.0)), covariance)

    def joint(self, contrasts: Floats) -> JointTest:
        """Test that all of q combinations are 0, shape (q, ≤ k).

        Wald's W as Hotelling's T²: (df − q + 1)/(q · df) · W is F on q and df − q + 1, as if the covariance
        were estimated from df + 1 independent clusters. Without it, W rejects too often with few clusters.
        """
        q = len(contrasts)
        left = self.df - q + 1
        if q == 0 or left < 1:
            return JointTest(float("nan"), q, max(left, 0), float("nan"))
        found = self.combined(contrasts)
        wald = float(found.estimate @ np.linalg.solve(found.covariance, found.estimate))
        statistic = wald * left / (q * self.df)
        return JointTest(statistic, q, left, float(fdtrc(q, left, statistic)))


def shape_fit(rows: EffectRows, x: Floats, names: Sequence[str]) -> ShapeFit:
    """Regress the outcome of some rows on columns and their controls, within entity and period where named.

    Parameters
    ----------
    rows
        Complete rows, none alone in its entity or period (see `repeated_rows`).
    x
        Columns of the question, shape (n, k); the controls come behind them.
    names
        Names of the columns of x, for the errors.

    Raises
    ------
    MeasureError
        Where a column does not vary within, repeats the others, or rows are too few, or the fit is exact.
    """
    codes = rows.effects or [np.zeros(rows.n, dtype="int64")]
    weight = None if np.ptp(rows.w) == 0 else rows.w
    return fitted(
        np.column_stack([x, rows.z]), rows.y, codes, rows.clusters, weight, [*names, *rows.controls]
    )


def fitted(
    x: Floats, y: Floats, codes: Sequence[Ints], clusters: Sequence[Ints], weight: Floats | None,
    names: Sequence[str],
) -> ShapeFit:  # fmt: skip
    """Regress y on the columns of x less the effects of some codes; arrays as in `within`."""
    before = np.sqrt((x**2).sum(axis=0))
    columns = within(np.column_stack([y, x]), codes, weight)
    target, inside = columns[:, 0], columns[:, 1:]
    require_full_rank(inside, before, names)
    weighed = inside if weight is None else inside * weight[:, None]
    bread = np.linalg.inv(weighed.T @ inside)
    coefficients = bread @ (weighed.T @ target)
    residual = target - inside @ coefficients
    if np.abs(residual).max() <= 1e-10 * np.abs(y - y.mean()).max():
        raise MeasureError(
            "the columns fit the outcome exactly (within entity and period, where these are taken out)",
            remedy="look whether the score is made from the outcome; else take more rows",
        )
    free = counted_effects(codes, clusters)
    found = cluster_covariance(inside, residual, weight, clusters, free)
    return ShapeFit(
        coefficients, found.covariance, found.df, found.method, (weighed * residual[:, None]) @ bread,
        x.shape[1] + free,
    )  # fmt: skip
