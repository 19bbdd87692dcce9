"""What a customer with a contract is worth: margins of those who survive, discounted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import require_conf_level, tails
from cxlab.estimate.resampling import FEWEST, require_count
from cxlab.model.errors import MeasureError
from cxlab.retention.lifetime_result import LifetimeValue
from cxlab.retention.number_vector import number_vector

Floats = npt.NDArray[np.float64]


def lifetime_value(
    margin: Any,
    *,
    discount: float,
    first: int,
    survival: Any = None,
    retention: float | None = None,
    draws: Any = None,
    n: int | None = None,
    conf_level: float = 0.95,
) -> LifetimeValue:
    """Discount margins of those who survive: `cx.lifetime_value(100, retention=0.8, discount=0.1, first=0)`.

    Parameters
    ----------
    margin
        Margin per period of a customer still there, or one per period 0, 1, 2, … as survival has them.
    discount
        Discount rate per period, above −1 (0.1: what comes a period later is worth 1/1.1).
    first
        The first period that counts: 0, paid at the start by all, or 1, after the first renewal. It is not
        guessed: with 80 % retention and 10 % discount it is a difference of a whole margin.
    survival
        Share still there after 0, 1, 2, … periods, from 1, never rising, such as
        `cx.sbg(…).curve(20)["survival"]`. Nothing is added after its end.
    retention
        In its place: one share of customers retained in every period, without end.
    draws
        Curves of survival as resampled or drawn, shape (draws, periods), such as
        `cx.sbg(…).survival_draws(20)`: they make the interval, by percentiles.
    n
        Customers that survival was learnt from, for `suppress`.
    conf_level
        Confidence level of the interval.

    Returns
    -------
    LifetimeValue
        Σ m_t S(t)/(1 + δ)^t from `first` on, and its parts by period.

    Raises
    ------
    MeasureError
        Where survival or a draw is no curve, neither or both of `survival` and `retention` are given, the sum
        has no end (retention not below 1 + discount), or margins and periods do not go together.

    References
    ----------
    Gupta, Lehmann (2003), Journal of Interactive Marketing 17, 9–24 (constant retention). Fader, Hardie
    (2012), Marketing Science 31, 531–533, on which period counts first.
    """
    require_conf_level(conf_level)
    _require_options(discount, first, n)
    if (survival is None) == (retention is None):
        raise MeasureError(
            "survival is not told", remedy="give survival= (a curve) or retention= (one share)"
        )
    if retention is not None:
        return _without_end(margin, retention, discount, first, draws, n, conf_level)
    curve = _curve(survival)
    margins = _margins(margin, len(curve))
    t = np.arange(len(curve))
    factor = np.where(t >= first, (1.0 + discount) ** -t, 0.0)
    each = margins * curve * factor
    low, high = _interval(draws, margins * factor, conf_level)
    rows = pd.DataFrame({
        "t": t, "survival": curve, "margin": margins, "factor": factor, "value": each,
        "cumulative": each.cumsum(),
    })  # fmt: skip
    return LifetimeValue(
        "contract", float(each.sum()), low, high, rows[t >= first].reset_index(drop=True),
        pd.Series(dtype="float64"), float(discount), first, n, conf_level,
    )  # fmt: skip


def _without_end(
    margin: Any, retention: float, discount: float, first: int, draws: Any, n: int | None, conf_level: float
) -> LifetimeValue:
    if not (finite_number(margin) and finite_number(retention) and 0 <= retention <= 1) or draws is not None:
        raise MeasureError(
            f"a constant retention of {retention} goes with one margin, and with no draws",
            remedy="give retention between 0 and 1 and margin as one number, or survival= as a curve",
        )
    if retention >= 1 + discount:
        raise MeasureError(
            f"with retention {retention:g} and discount {discount:g} the sum has no end",
            remedy="give a discount above 0, or a curve of survival over the periods that count",
        )
    ratio = retention / (1 + discount)
    value = float(margin * ratio**first / (1 - ratio))
    names = ["t", "survival", "margin", "factor", "value", "cumulative"]
    rows = pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
    return LifetimeValue(
        "contract",
        value,
        np.nan,
        np.nan,
        rows,
        pd.Series(dtype="float64"),
        float(discount),
        first,
        n,
        conf_level,
    )


def _require_options(discount: float, first: int, n: int | None) -> None:
    if not (finite_number(discount) and discount > -1):
        raise MeasureError(f"a discount of {discount} is none", remedy="take a share per period such as 0.1")
    if n is not None:
        require_count(
            n, "customers", least=0, remedy="take the number that survival was learnt from, or None"
        )
    if isinstance(first, bool) or not isinstance(first, int | np.integer) or first not in (0, 1):
        raise MeasureError(
            f"period {first!r} cannot be the first", remedy="take 0 (paid at the start) or 1 (a period later)"
        )


def _curve(survival: Any) -> Floats:
    curve = number_vector(survival, "survival")
    if not len(curve) or np.isnan(curve).any() or curve[0] != 1:
        raise MeasureError(
            "survival does not begin with 1", remedy="give the share there after 0, 1, 2, … periods"
        )
    if (curve < 0).any() or (np.diff(curve) > 0).any():
        raise MeasureError(
            "survival rises or falls below 0", remedy="give the share still there, not its changes"
        )
    return curve


def _margins(margin: Any, periods: int) -> Floats:
    margins = np.full(periods, float(margin)) if finite_number(margin) else number_vector(margin, "margin")
    if len(margins) != periods or np.isnan(margins).any():
        raise MeasureError(
            f"there are {int(np.isfinite(margins).sum())} margins for {periods} periods",
            remedy="give one margin, or one for each period of survival",
        )
    return margins


def _interval(draws: Any, worth: Floats, conf_level: float) -> tuple[float, float]:
    if draws is None:
        return np.nan, np.nan
    try:
        curves = np.asarray(draws, dtype="float64")
    except (TypeError, ValueError):
        curves = np.empty(0)
    if curves.ndim != 2 or curves.shape[1] != len(worth) or len(curves) < FEWEST:
        raise MeasureError(
            f"draws of shape {curves.shape} do not go with {len(worth)} periods of survival",
            where="draws",
            remedy=f"give {FEWEST} curves or more of the same periods, without gaps",
        )
    # NaN is no curve either.
    if not ((curves[:, 0] == 1) & (curves >= 0).all(axis=1) & (np.diff(curves) <= 0).all(axis=1)).all():
        raise MeasureError(
            "a draw of survival does not begin with 1, rises, or falls below 0",
            where="draws",
            remedy="give the share there after 0, 1, 2, … periods in every draw",
        )
    low, high = np.quantile(curves @ worth, tails(conf_level))
    return float(low), float(high)
