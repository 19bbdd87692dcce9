"""Would past forecasts of renewals have held? Each period forecast from those before it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import wilson
from cxlab.model.errors import MeasureError
from cxlab.retention.renewal_forecast import renewal_forecast
from cxlab.retention.renewal_result import RenewalForecast, Silent
from cxlab.retention.renewal_rows import label_text, ordered_periods, read_decisions
from cxlab.retention.renewal_scores import INDEX
from cxlab.tally.entry import lazy_rows, require_names

Bools = npt.NDArray[np.bool_]
FEWEST_BEFORE = 3
_FIGURES = ["estimate", "conf_low", "conf_high", "actual", "inside", "n"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Backtest:
    """Past periods as they would have been forecast, beside what came.

    Parameters
    ----------
    rows
        One row per period, `quantity` and cohort: `period`, `quantity`, `by`, `level`, `estimate`,
        `conf_low`, `conf_high`, `actual`, `inside` (whether the interval held it), `n`, `suppressed`.
    coverage
        One row per `quantity` and `part` (`all` or `cohorts`): `forecasts`, `inside`, `share`, `conf_low`,
        `conf_high` (Wilson). Cohorts of a period share its shock, so they miss together.
    conf_level
        Level of the forecasts.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    left_out
        Periods that could not be forecast from those before them, each with the reason, such as a market that
        was new.
    """

    rows: pd.DataFrame
    coverage: pd.DataFrame
    conf_level: float
    min_base: int = 0
    left_out: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row per period, quantity and cohort."""
        return self.rows.assign(conf_level=self.conf_level)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        row = self.coverage.iloc[0]
        said = (
            f"Of {row['forecasts']} past periods, each forecast from those before it, {row['inside']} ended "
            f"inside their {100 * self.conf_level:g}% interval; so few periods bear a coverage of "
            f"{100 * row['conf_low']:.0f} to {100 * row['conf_high']:.0f}%."
        )
        return " ".join([said, *(f"Not forecast: {one}." for one in self.left_out)])

    def suppress(self, min_base: int) -> Backtest:
        """Return the back-test with the rows on fewer than `min_base` contracts blanked."""
        if min_base <= self.min_base:
            return self
        small = self._small(min_base)
        rows = self.rows.assign(suppressed=small).astype({"inside": "boolean"})
        rows.loc[small, _FIGURES] = pd.NA
        return replace(self, rows=rows, min_base=min_base)

    def _small(self, min_base: int) -> Bools:
        """Tell which rows to hide: small ones, and all cohorts of a period with one, as they add up."""
        rows = self.rows
        small = np.array([too_small(float(n), min_base) for n in rows["n"].fillna(0)])
        key = [rows["period"].astype(str), rows["quantity"], rows["by"]]
        return np.asarray(pd.Series(small).groupby(key).transform("any"), dtype=bool)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows, without ids or times."""
        table = self.rows.round(1).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def backtest(
    history: Any,
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
    first: int = FEWEST_BEFORE,
    conf_level: float = 0.95,
    n_draws: int = 4000,
    seed: int = 0,
) -> Backtest:
    """Forecast each past period from the periods before it, and count how often the interval held.

    Parameters
    ----------
    history
        Past decisions, with the columns that `cxlab.renewal_forecast` takes of `history` and of `due`.
    entity, period, outcome, covariates, value, by, market, silent, shock, conf_level, n_draws, seed
        As in `cxlab.renewal_forecast`.
    first
        Periods the first forecast is learned from; three or more unless `shock` is given.

    Returns
    -------
    Backtest
        Nothing after a period is used for its forecast. Open decisions are in none of it. A period that the
        ones before it do not allow to forecast, such as one with a new market, is left out, and it is said.

    Raises
    ------
    MeasureError
        Where there are not more periods than `first`, none can be forecast, and as `cxlab.renewal_forecast`.
    """
    covariates = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    options: dict[str, Any] = {
        "entity": entity, "period": period, "outcome": outcome, "covariates": covariates, "by": by,
        "value": value, "market": market, "silent": silent, "shock": shock, "conf_level": conf_level,
        "n_draws": n_draws, "seed": seed,
    }  # fmt: skip
    cohorts = [] if by is None else [by] if isinstance(by, str) else list(by)
    read = read_decisions(
        history, entity=entity, period=period, covariates=covariates, outcome=outcome, value=value,
        by=cohorts, market=market, what="history",
    )  # fmt: skip
    table = _kept_columns(history, options, cohorts)
    known = np.isfinite(read.renewed)
    times = ordered_periods(read.period[known].reset_index(drop=True), period)
    _require_first(first, len(times), period)
    place = read.period.astype("object").map({name: at for at, name in enumerate(times)}).to_numpy("float64")
    parts: list[pd.DataFrame] = []
    errors: dict[str, MeasureError] = {}
    for at in range(first, len(times)):
        now, before = known & (place == at), known & (place < at)
        try:
            made = renewal_forecast(table[before], table[now].drop(columns=[outcome]), **options)
        except MeasureError as error:
            errors[label_text(times[at])] = error
            continue
        renewed = dict(zip(read.entity[now], read.renewed[now], strict=True))
        parts.append(_scored(made, renewed, times[at]))
    _require_some(parts, errors)
    rows = pd.concat(parts, ignore_index=True)
    left_out = tuple(f"{name}: {one.what}" for name, one in errors.items())
    return Backtest(rows, coverage_of(rows), conf_level, left_out=left_out)


def _require_some(parts: list[pd.DataFrame], errors: dict[str, MeasureError]) -> None:
    if not parts:
        name, first = next(iter(errors.items()))
        raise MeasureError(first.what, where=f"no period can be forecast; of {name}", remedy=first.remedy)


def _kept_columns(history: Any, options: dict[str, Any], cohorts: list[str]) -> pd.DataFrame:
    single = [options[name] for name in ("entity", "period", "outcome", "value", "market")]
    names = dict.fromkeys([*(name for name in single if name is not None), *options["covariates"], *cohorts])
    rows = lazy_rows(history)
    require_names(list(names), rows.collect_schema())
    return rows.select(*names).collect().to_pandas().reset_index(drop=True)


def _require_first(first: int, periods: int, name: str) -> None:
    if not (isinstance(first, int) and 1 <= first < periods):
        raise MeasureError(
            f"{periods} past periods do not leave one to forecast after the first {first}",
            where=f"column '{name}'",
            remedy="give more periods, or fewer to begin with by first=",
        )


def _scored(made: RenewalForecast, renewed: dict[Any, float], period: Any) -> pd.DataFrame:
    """Put what came beside a forecast of one period."""
    scored = actual_totals(made.rows, made.customers.assign(renewed=made.customers["entity"].map(renewed)))
    scored.insert(0, "period", period)
    names = [
        "period",
        "quantity",
        "by",
        "level",
        "estimate",
        "conf_low",
        "conf_high",
        "actual",
        "inside",
        "n",
    ]
    return scored[names].assign(suppressed=False)


def actual_totals(rows: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a forecast with what came, `actual`, and whether the interval held it, `inside`.

    Parameters
    ----------
    rows
        Rows of a forecast, as in `RenewalForecast`.
    customers
        Its customers, with `renewed` (1 or 0).
    """
    actual = []
    for row in rows.itertuples(index=False):
        some = customers if row.by == "" else customers[customers["level"] == row.level]
        actual.append(float((some["renewed"] * (1.0 if row.quantity == "renewals" else some["value"])).sum()))
    came = np.array(actual)
    # Values added in another order differ in their last digits.
    slack = 1e-9 * np.maximum(1.0, np.abs(came))
    inside = (rows["conf_low"] - slack <= came) & (came <= rows["conf_high"] + slack)
    return rows.assign(actual=came, inside=inside)


def coverage_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many intervals held what came, by quantity, for all and for cohorts."""
    parts = rows.assign(part=np.where(rows["by"] == "", "all", "cohorts"))
    summed = parts.groupby(["quantity", "part"], sort=False)["inside"].agg(["size", "sum"]).reset_index()
    share = (summed["sum"] / summed["size"]).to_numpy(dtype="float64")
    low, high = wilson(share, summed["size"].to_numpy(dtype="float64"), 0.95)
    named = summed.rename(columns={"size": "forecasts", "sum": "inside"})
    return named.assign(share=share, conf_low=low, conf_high=high)
