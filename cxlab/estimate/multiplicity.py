"""P-values adjusted for how many were looked at. Arrays in, arrays out."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.estimate.require_option import require_option

Floats = npt.NDArray[np.float64]
Family = Literal["holm", "bh", "none"]
EDGE = 1e-12
"""What rounding may add to a p-value."""


def require_family(family: str) -> None:
    """Raise MeasureError where there is no such adjustment."""
    require_option("family", family, get_args(Family))


def adjusted(p_value: Floats, family: Family) -> Floats:
    """Return the p-values of one family, adjusted.

    Parameters
    ----------
    p_value
        P-values, shape (m,); NaN where nothing was tested, which does not count in the family.
    family
        `holm` holds the chance of any false finding, whatever the dependence; `bh` (Benjamini–Hochberg) holds
        the expected share of false ones among the findings, under independence or positive dependence;
        `none` leaves them as they are.

    Returns
    -------
    array
        Shape (m,); NaN stays.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70. Benjamini, Hochberg (1995), Journal of the Royal
    Statistical Society B 57, 289–300. The same as R's `p.adjust`.
    """
    out = p_value.astype("float64")
    tested = np.flatnonzero(~np.isnan(p_value))
    if family == "none" or not len(tested):
        return out
    order = tested[np.argsort(p_value[tested], kind="stable")]
    m, place = len(order), np.arange(len(order))
    if family == "holm":
        raised = np.maximum.accumulate(p_value[order] * (m - place))
    else:
        raised = np.minimum.accumulate((p_value[order] * m / (place + 1))[::-1])[::-1]
    out[order] = np.minimum(raised, 1)
    return out


def each_level(conf_level: float, tested: int, family: Family) -> float:
    """Return the confidence level of each interval of a family.

    Under `holm` the intervals hold jointly, by Bonferroni: each is at 1 − (1 − conf_level)/tested. Else each
    is at `conf_level`.
    """
    return 1 - (1 - conf_level) / tested if family == "holm" and tested else conf_level


def is_told(p_value: Any, conf_level: float) -> Any:
    """Return whether a p-value, or each of a column of them, shows something at a confidence level.

    False where it is NaN. A p-value at the edge, such as .05 at .95, shows it, whatever rounding made of
    1 − conf_level.
    """
    return p_value <= 1 - conf_level + EDGE
