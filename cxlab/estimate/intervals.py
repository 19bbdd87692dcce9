"""Intervals that several measures share. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri, stdtrit

from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def normal_quantile(conf_level: float) -> float:
    """Return z with P(|Z| ≤ z) = conf_level; raise MeasureError where that is no probability."""
    return float(ndtri(_upper(conf_level)))


def wilson(share: Floats, n: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    share
        Observed shares, 0–1, shape (k,).
    n
        Bases, or effective bases under weights, shape (k,). Where 0, the interval is NaN.
    conf_level
        Confidence level.

    Returns
    -------
    tuple of arrays
        Lower and upper ends, shape (k,) each.

    References
    ----------
    Wilson (1927), JASA 22, 209–212; Brown, Cai, DasGupta (2001), Statistical Science 16, equation 4.
    """
    z2 = normal_quantile(conf_level) ** 2
    n = np.where(n > 0, n, np.nan)
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n) / (1 + z2 / n)
    # At a share of 0 or 1 the ends are 0 and 1 exactly; rounding would miss them by 1e-17.
    low = np.where(share == 0, 0.0, centre - half)
    high = np.where(share == 1, 1.0, centre + half)
    return np.where(np.isnan(n), np.nan, low), np.where(np.isnan(n), np.nan, high)


def agresti_coull(share: Floats, n: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Return the interval of a share that adds z²/2 answers of either kind, cut at 0 and 1.

    Parameters
    ----------
    share, n, conf_level
        As in `wilson`. The centre is Wilson's; the interval is never shorter.

    Returns
    -------
    tuple of arrays
        Lower and upper ends, shape (k,) each; NaN where the base is 0.

    References
    ----------
    Agresti, Coull (1998), The American Statistician 52, 119–126; Brown, Cai, DasGupta (2001), Statistical
    Science 16, section 4.1.2.
    """
    z2 = normal_quantile(conf_level) ** 2
    n = np.where(n > 0, n, np.nan)
    centre = (share * n + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * centre * (1 - centre) / (n + z2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def clopper_pearson(share: Floats, n: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Return the exact interval of a share, which never covers less than its level, and mostly more.

    Parameters
    ----------
    share, n, conf_level
        As in `wilson`; the base need not be whole.

    Returns
    -------
    tuple of arrays
        Lower and upper ends, shape (k,) each; NaN where the base is 0.

    References
    ----------
    Clopper, Pearson (1934), Biometrika 26, 404–413, in the form of Korn, Graubard (1998), Survey Methodology
    24, equation 2.2.
    """
    upper = _upper(conf_level)
    n = np.where(n > 0, n, np.nan)
    x, rest = share * n, (1 - share) * n
    low = np.where(share > 0, betaincinv(np.where(share > 0, x, 1.0), rest + 1, 1 - upper), 0.0)
    high = np.where(share < 1, betaincinv(x + 1, np.where(share < 1, rest, 1.0), upper), 1.0)
    return np.where(np.isnan(n), np.nan, low), np.where(np.isnan(n), np.nan, high)


def student(estimate: Floats, std_error: Floats, df: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Return the t interval of an estimate; NaN where there are no degrees of freedom.

    Parameters
    ----------
    estimate, std_error, df
        Estimates, their standard errors and degrees of freedom, shape (k,) each.
    conf_level
        Confidence level.
    """
    reach = student_quantile(df, conf_level) * std_error
    return estimate - reach, estimate + reach


def student_quantile(df: Floats, conf_level: float) -> Floats:
    """Return t with P(|T| ≤ t) = conf_level, shape (k,); NaN where there are no degrees of freedom."""
    return np.asarray(stdtrit(np.where(df > 0, df, np.nan), _upper(conf_level)))


def tails(conf_level: float) -> Floats:
    """Return the shares at which a percentile interval begins and ends, shape (2,)."""
    return np.array([(1 - conf_level) / 2, (1 + conf_level) / 2])


def kish_n_eff(sum_w: Floats, sum_w2: Floats) -> Floats:
    """Return the effective base (Σw)² / Σw²; 0 where nothing was weighed.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7.
    """
    return np.divide(sum_w**2, sum_w2, out=np.zeros_like(sum_w), where=sum_w2 > 0)


def kish_base(w: Floats) -> float:
    """Return Kish's effective base of rows with the weights w, shape (n,)."""
    w = w / w.max(initial=np.finfo("float64").tiny)  # squares of what was huge or tiny would be lost
    return float(kish_n_eff(np.array([w.sum()]), np.array([(w**2).sum()]))[0])


def require_conf_level(conf_level: float) -> None:
    """Raise MeasureError where a confidence level is no number between 0 and 1."""
    if not (finite_number(conf_level) and 0 < conf_level < 1):
        raise MeasureError(f"a confidence level of {conf_level} is none", remedy="take one such as 0.95")


def _upper(conf_level: float) -> float:
    require_conf_level(conf_level)
    return 0.5 + conf_level / 2
