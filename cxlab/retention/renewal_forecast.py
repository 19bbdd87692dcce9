"""How many contracts that fall due will be renewed, and of what value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import require_count, require_seed
from cxlab.model.errors import MeasureError
from cxlab.retention.renewal_model import RenewalModel, renewal_model
from cxlab.retention.renewal_outlook import forecast_rows, outlook
from cxlab.retention.renewal_result import RenewalForecast, Silent
from cxlab.retention.renewal_rows import (
    Decisions,
    label_text,
    ordered_periods,
    read_decisions,
    require_later,
)
from cxlab.retention.renewal_scores import INDEX

Bools = npt.NDArray[np.bool_]
FEWEST_DF = 2
FEWEST_DRAWS = 500


def renewal_forecast(
    history: Any,
    due: Any,
    *,
    entity: str,
    period: str,
    outcome: str = "outcome",
    covariates: Sequence[str] = (INDEX,),
    value: str | None = None,
    by: str | Sequence[str] | None = None,
    market: str | None = None,
    silent: Silent = "own_rate",
    shock: float | None = None,
    conf_level: float = 0.95,
    n_draws: int = 4000,
    seed: int = 0,
) -> RenewalForecast:
    """Forecast renewals of the contracts due from what past decisions went with.

    Parameters
    ----------
    history, due
        One row per contract and decision: past ones with their outcome, and those to come. pandas, polars, a
        DuckDB relation, or any frame narwhals knows. Covariates must have been known before the decision.
    entity
        Column that names the contract (or whoever decides once a period).
    period
        Column of the period of the decision. Every period due is later than every past one.
    outcome
        Column of `history`: `renewed`, `lost` or `open`, or 1, 0 or missing. Open decisions are left out, and
        counted.
    covariates
        Numeric columns of both frames, such as the index of `cxlab.renewal_scores`; may be empty.
    value
        Column of `due` with what a contract is worth, ≥ 0 and without gaps.
    by
        Column or columns of `due` that name the cohort.
    market
        Column of both frames: each market has its own intercept and its own shocks, drawn independently. Left
        away, all rows of a period share one shock.
    silent
        Rule for rows that lack a covariate: `own_rate` learns a renewal rate of their own (in each market)
        from past decisions that lacked one, `leave_out` forecasts only the others.
    shock
        Standard deviation between periods on the logit, where it is known from elsewhere; 0 claims that
        periods do not differ. None estimates it, and needs three past periods.
    conf_level
        Level of the prediction intervals.
    n_draws, seed
        Simulated futures, 500 or more, and their seed.

    Returns
    -------
    RenewalForecast
        Σp and Σp·value with prediction intervals that carry the uncertainty of the coefficients, of the
        shock and of its size, and of each decision.

    Raises
    ------
    MeasureError
        Where there is no past decision, or of one kind only, or too few past periods for the shock, a period
        due is not later than the past, someone is silent of whose like nothing is known, a market is new, or
        a column or an option will not do.

    References
    ----------
    Breslow, Clayton (1993), JASA 88, 9–25 (the logit whose effects vary). Firth (1993), Biometrika 80, 27–38.
    Viechtbauer (2007), Statistics in Medicine 26, 37–52 (τ²). Higgins, Thompson, Spiegelhalter (2009),
    Journal of the Royal Statistical Society A 172, 137–159, and Nagashima, Noma, Furukawa (2019), Statistical
    Methods in Medical Research 28, 1689–1702 (the interval of a new effect).
    """
    _require_options(silent, shock, conf_level, n_draws, seed)
    covariates = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    cohorts = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    past = read_decisions(
        history, entity=entity, period=period, covariates=covariates, outcome=outcome, market=market,
        what="history",
    )  # fmt: skip
    coming = read_decisions(
        due, entity=entity, period=period, covariates=covariates, value=value, by=cohorts, market=market,
        what="due",
    ).in_order()  # fmt: skip
    known = past.some(np.isfinite(past.renewed))
    left_open = len(past) - len(known)
    notes = _open_note(left_open)
    if silent == "leave_out":
        notes += _silent_note(int(coming.silent.sum()), len(coming))
        known, coming = known.some(~known.silent), coming.some(~coming.silent)
    if not len(coming):
        raise MeasureError("no contract is due", remedy="give those whose decision is to come")
    learned = renewal_model(known, covariates, period, shock)
    require_later(known.period, coming.period, period)
    _require_like(learned, coming)
    _require_periods(learned, shock)
    notes += _outside_note(known, coming)
    future = outlook(learned, coming, shock, conf_level, n_draws, np.random.default_rng(seed), covariates)
    periods = learned.periods if market is not None else learned.periods.assign(market="")
    return RenewalForecast(
        covariates, cohorts, tuple(label_text(one) for one in ordered_periods(coming.period, period)),
        forecast_rows(coming, future, cohorts, conf_level), future.coefficients, periods,
        _customers(coming, future.probability), shock is not None, len(known), left_open, silent,
        conf_level, n_draws, seed, notes,
    )  # fmt: skip


def _require_options(silent: str, shock: float | None, conf_level: float, n_draws: int, seed: object) -> None:
    require_option("silent", silent, get_args(Silent))
    require_conf_level(conf_level)
    require_seed(seed)
    require_count(n_draws, "draws", least=FEWEST_DRAWS, remedy=f"take {FEWEST_DRAWS} or more, such as 4000")
    if shock is not None and not (finite_number(shock) and 0 <= shock <= 10):
        raise MeasureError(
            f"a shock of {shock} is none",
            remedy="give the standard deviation between periods on the logit, such as 0.25, or leave it away",
        )


def _open_note(count: int) -> tuple[str, ...]:
    return (f"{count:,} past decisions are open and were left out.",) if count else ()


def _silent_note(count: int, n: int) -> tuple[str, ...]:
    return (f"{count:,} of {n:,} contracts due lack an answer and are not forecast.",) if count else ()


def _outside_note(known: Decisions, coming: Decisions) -> tuple[str, ...]:
    """Say how many contracts lie beyond what the past shows, where the logit is only continued."""
    seen, x = known.x[~known.silent], coming.x[~coming.silent]
    count = int(((x < seen.min(axis=0)) | (x > seen.max(axis=0))).any(axis=1).sum())
    return (f"{count:,} contracts due have a covariate beyond all past ones.",) if count else ()


def _require_like(learned: RenewalModel, coming: Decisions) -> None:
    """Refuse rows due whose like was never seen."""
    market = learned.market_of(coming)
    if (market < 0).any():
        raise MeasureError(
            f"nothing is known of {coming.market[market < 0].iloc[0]}",
            remedy="give its past decisions, or leave it out",
        )
    strange = coming.silent & ~np.isin(market, [*learned.silent, *learned.mute])
    if strange.any():
        own = f" of {coming.market[strange].iloc[0]}" if len(learned.markets) > 1 else ""
        raise MeasureError(
            f"{int(strange.sum()):,} contracts due{own} lack a covariate, and no past decision{own} does",
            remedy="keep those who did not answer in the history, or say silent='leave_out'",
        )
    strange = ~coming.silent & np.isin(market, learned.mute)
    if strange.any():
        raise MeasureError(
            f"nobody of {coming.market[strange].iloc[0]} answered before a past decision",
            remedy="leave its contracts with an answer out, or forecast it without covariates",
        )


def _require_periods(learned: RenewalModel, shock: float | None) -> None:
    spare = len(learned.model.groups) - learned.model.group_count
    if shock is None and spare < FEWEST_DF:
        periods = learned.periods["period"].nunique()
        raise MeasureError(
            f"{periods} past period{'s do' if periods > 1 else ' does'} not say how much periods differ",
            remedy="give three or more, or shock=, the standard deviation on the logit known from elsewhere",
        )


def _customers(coming: Decisions, probability: npt.NDArray[np.float64]) -> pd.DataFrame:
    names = np.array(coming.cohorts or ("",), dtype=object)
    return pd.DataFrame(
        {
            "entity": coming.entity,
            "period": coming.period,
            "level": pd.Series(names[coming.cohort], dtype="str"),
            "probability": probability,
            "value": coming.value if len(coming.value) else np.nan,
            "silent": coming.silent,
        }
    )
