"""What an unmeasured confounder would have to explain: omitted-variable bias. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]


def partial_r2(statistic: float, df: float) -> float:
    """Return the partial R² of a column from its classical t and the residual degrees of freedom."""
    return float(statistic**2 / (statistic**2 + df))


def critical_f(
    df: float, alpha: float, *, inflation: float = 1.0, reference_df: float | None = None
) -> float:
    """Return the partial f that the interval takes up once the confounder is in the regression.

    Parameters
    ----------
    df
        Residual degrees of freedom without the confounder.
    alpha
        Error level of the two-sided interval.
    inflation
        Reported standard error over the classical one; 1 for a classical one.
    reference_df
        Degrees of freedom of t; None takes df − 1.
    """
    reach = float(stdtrit(df - 1 if reference_df is None else reference_df, 1 - alpha / 2))
    return inflation * reach / float(np.sqrt(df - 1))


def robustness_value(f: float, f_critical: float = 0.0) -> float:
    """Return the share of both residual variances that a confounder must explain to leave nothing.

    Parameters
    ----------
    f
        Partial f = |t| / √df of the exposure, times the part q of the estimate that is to vanish.
    f_critical
        What the interval takes up (`critical_f`); 0 where the estimate itself is meant.

    Returns
    -------
    float
        The least r such that a confounder with partial R² of at most r with the exposure and with the outcome
        can do it: ½(√(g⁴ + 4g²) − g²) with g = f − f_critical, or (f² − f_critical²)/(1 + f²) where the
        interval is wide enough that less than r with the outcome does more harm.

    References
    ----------
    Cinelli, Hazlett (2020), JRSS B 82, 39–67, equations 18 and 19; (2025), Biometrika 112, asaf004, theorem 4
    (the second form).
    """
    left = f - f_critical
    if left <= 0:
        return 0.0
    if f_critical > 0 and f > 1 / f_critical:
        return (f**2 - f_critical**2) / (1 + f**2)
    return float((np.sqrt(left**4 + 4 * left**2) - left**2) / 2)


def adjusted_estimate(
    estimate: float, std_error: float, df: float, r2_exposure: Floats, r2_outcome: Floats
) -> tuple[Floats, Floats]:
    """Return estimate and classical standard error had a confounder been in the regression.

    Parameters
    ----------
    estimate, std_error, df
        Estimate, classical standard error and residual degrees of freedom without it.
    r2_exposure
        Its partial R² with the exposure given the controls, 0 ≤ r < 1, any shape.
    r2_outcome
        Its partial R² with the outcome given exposure and controls, 0 ≤ r ≤ 1, same shape.

    Returns
    -------
    tuple of arrays
        The estimate moved towards (and past) 0 by SE·√df·√(r_y r_x / (1 − r_x)), and
        SE·√((1 − r_y)/(1 − r_x))·√(df/(df − 1)).

    References
    ----------
    Cinelli, Hazlett (2020), JRSS B 82, 39–67, equations 11 and 12.
    """
    bias = std_error * np.sqrt(df) * np.sqrt(r2_outcome * r2_exposure / (1 - r2_exposure))
    error = std_error * np.sqrt((1 - r2_outcome) / (1 - r2_exposure)) * np.sqrt(df / (df - 1))
    side = -1.0 if estimate < 0 else 1.0
    return side * (abs(estimate) - bias), error
