"""What past decisions say of renewing: period effects, slopes, and how much periods differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.model.errors import MeasureError
from cxlab.retention.penalised_logit import penalised_logit
from cxlab.retention.renewal_draws import PeriodModel
from cxlab.retention.renewal_effects import PastRows, renewal_effects
from cxlab.retention.renewal_rows import Decisions, ordered_periods

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
ENOUGH = 10
"""Decisions of either kind that are not told apart by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class RenewalModel:
    """A logit of past decisions with an effect for each period (and market).

    Parameters
    ----------
    model
        Effects and slopes, the latter of the covariates less `centre` over `spread`, and last of having been
        silent in each market of `silent`.
    centre, spread
        Mean and standard deviation of each covariate among those who answered, shape (p,).
    silent
        Numbers of the markets where some were silent and some answered, shape (s,).
    mute
        Numbers of the markets where all were silent: their intercept is that of the silent.
    markets
        Names of the groups.
    periods
        One row per past period and market: `market`, `period`, `n`, `renewed`, `effect`, `std_error`.
    """

    model: PeriodModel
    centre: Floats
    spread: Floats
    silent: Ints
    mute: Ints
    markets: pd.Index
    periods: pd.DataFrame

    def columns(self, rows: Decisions) -> Floats:
        """Return the covariates of rows as the slopes take them; a silent row has none and is marked."""
        scaled = np.where(rows.silent[:, None], 0.0, (rows.x - self.centre) / self.spread)
        own = self.market_of(rows)[:, None] == self.silent
        return np.column_stack([scaled, own & rows.silent[:, None]])

    def market_of(self, rows: Decisions) -> Ints:
        """Return the number of the market of each row, shape (n,); −1 where it is new."""
        return self.markets.get_indexer(pd.Index(rows.market.astype("object"))).astype("int64")


def renewal_model(
    past: Decisions, covariates: Sequence[str], period: str, shock: float | None
) -> RenewalModel:
    """Learn from past decisions whose outcomes are known.

    Parameters
    ----------
    past
        Rows with an outcome.
    covariates, period
        Names of the columns, for errors.
    shock
        Standard deviation between periods, where it is known from elsewhere.

    Raises
    ------
    MeasureError
        Where all decisions went one way, nobody answered, a covariate tells every decision, or
        covariates cannot be told apart.
    """
    _require_both(past)
    answered = past.x[~past.silent]
    if not len(answered):
        raise MeasureError(
            f"no past decision has {', '.join(covariates)}", remedy="leave covariates= empty, or join answers"
        )
    centre, spread = answered.mean(axis=0), answered.std(axis=0)
    flat = [name for name, one in zip(covariates, spread, strict=True) if not one > 0]
    if flat:
        raise MeasureError(f"'{flat[0]}' is the same in all past decisions", remedy="leave it out")
    _require_unleaked(past, covariates)
    cells, group, markets, names = _cells(past, period)
    apart, mute = _silent_markets(group[cells], past.silent)
    bare = RenewalModel(
        PeriodModel(np.zeros(0), np.zeros(0), np.zeros((0, 0)), group), centre, spread, apart, mute, markets,
        names,
    )  # fmt: skip
    rows = _collapsed(cells, group, bare.columns(past), past)
    free = _free(rows, covariates)
    c = len(group)
    counted = names.assign(
        n=np.bincount(cells, minlength=c),
        renewed=np.bincount(cells, past.renewed, c).astype("int64"),
        effect=free.effects,
        std_error=np.sqrt(np.diag(free.covariance)[:c]),
    )
    return replace(bare, model=renewal_effects(rows, free, shock), periods=counted)


def _silent_markets(market: Ints, silent: Bools) -> tuple[Ints, Ints]:
    """Return the markets where some were silent and some answered, and those where all were silent."""
    n, mute = np.bincount(market), np.bincount(market, silent)
    return np.flatnonzero((mute > 0) & (mute < n)), np.flatnonzero(mute == n)


def _free(rows: PastRows, covariates: Sequence[str]) -> PeriodModel:
    """Return the fit with a free effect of each period; how much they vary is not in it."""
    c = len(rows.group)
    design = np.column_stack([np.eye(c)[rows.cell], rows.x])
    _require_rank(design, covariates)
    fit = penalised_logit(design, rows.trials, rows.successes)
    return PeriodModel(fit.coefficients[:c], fit.coefficients[c:], fit.covariance, rows.group)


def _require_both(past: Decisions) -> None:
    if not len(past):
        raise MeasureError(
            "no past decision has an outcome, and nothing says how answers turn into renewals",
            remedy="show the index alone: cx.renewal_index",
        )
    for value, name in ((1.0, "renewed"), (0.0, "lost")):
        if (past.renewed == value).all():
            raise MeasureError(
                f"all {len(past):,} past decisions are '{name}', and nothing says who decides otherwise",
                remedy="add older periods",
            )


def _require_unleaked(past: Decisions, covariates: Sequence[str]) -> None:
    """Refuse a covariate that tells every past decision: it was known after them."""
    kept, lost = (past.x[~past.silent & (past.renewed == outcome)] for outcome in (1.0, 0.0))
    if min(len(kept), len(lost)) < ENOUGH:
        return
    apart = (kept.min(axis=0) > lost.max(axis=0)) | (kept.max(axis=0) < lost.min(axis=0))
    if apart.any():
        raise MeasureError(
            f"'{covariates[int(np.argmax(apart))]}' tells every past decision, as if known after it",
            remedy="take what was known before the decision only",
        )


def _cells(past: Decisions, period: str) -> tuple[Ints, Ints, pd.Index, pd.DataFrame]:
    """Return the number of each row's period and market, the market of each, the markets and the names."""
    order = {name: place for place, name in enumerate(ordered_periods(past.period, period))}
    market, markets = pd.factorize(past.market.astype("object"), sort=True)
    time = past.period.astype("object").map(order).to_numpy(dtype="int64")
    pairs, cells = np.unique(market * len(order) + time, return_inverse=True)
    group, when = np.divmod(pairs, len(order))
    labels = list(order)
    names = pd.DataFrame({"market": markets[group], "period": [labels[place] for place in when]})
    return cells.astype("int64"), group.astype("int64"), pd.Index(markets), names


def _collapsed(cells: Ints, group: Ints, x: Floats, past: Decisions) -> PastRows:
    """Put rows of one period with equal covariates together."""
    stratum = 2 * group[cells] + past.silent
    table = pd.DataFrame(x).assign(cell=cells, stratum=stratum, renewed=past.renewed)
    keys = ["cell", "stratum", *range(x.shape[1])]
    summed = table.groupby(keys, sort=True)["renewed"].agg(["size", "sum"]).reset_index()
    return PastRows(
        summed["cell"].to_numpy(),
        group,
        np.unique(summed["stratum"], return_inverse=True)[1],
        summed[list(range(x.shape[1]))].to_numpy(dtype="float64"),
        summed["size"].to_numpy(dtype="float64"),
        summed["sum"].to_numpy(dtype="float64"),
    )


def _require_rank(design: Floats, covariates: Sequence[str]) -> None:
    scaled = design / np.linalg.norm(design, axis=0)
    if np.linalg.matrix_rank(scaled) < design.shape[1]:
        raise MeasureError(
            f"the past does not tell {', '.join(covariates)} and the periods apart",
            remedy="leave out what the others say already, or what differs between periods only",
        )
