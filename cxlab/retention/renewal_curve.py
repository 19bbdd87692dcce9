"""What an answer went with: P(renew) along the renewal index, and the shares that were seen."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level, tails, wilson
from cxlab.model.errors import MeasureError
from cxlab.retention.period_shock import between_variance, period_contrasts
from cxlab.retention.renewal_draws import drawn_parameters, parameters_at
from cxlab.retention.renewal_forecast import FEWEST_DF
from cxlab.retention.renewal_model import RenewalModel, renewal_model
from cxlab.retention.renewal_rows import Decisions, read_decisions
from cxlab.retention.renewal_scores import INDEX

Floats = npt.NDArray[np.float64]
PLACES = 41
_SHARES = ["index", "share", "conf_low", "conf_high", "n"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RenewalCurve:
    """P(renew) along the index in a middling period, beside the shares of past decisions.

    Parameters
    ----------
    covariate
        Column of the index.
    rows
        `index`, `probability`, `conf_low`, `conf_high`: the curve and its band, over the indices that were
        seen.
    shares
        One row per group of decisions of like index, from low to high, and one of those who did not answer
        (`silent`): `index` (their mean), `share` renewed, `conf_low`, `conf_high` (Wilson), `n`,
        `suppressed`.
    slope, slope_low, slope_high
        What ten points of the index went with on the logit, and its interval.
    conf_level
        Level of the band and of each interval.
    n
        Past decisions behind it.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    covariate: str
    rows: pd.DataFrame
    shares: pd.DataFrame
    slope: float
    slope_low: float
    slope_high: float
    conf_level: float
    n: int
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per group of decisions."""
        return self.shares.assign(covariate=self.covariate, conf_level=self.conf_level)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows.empty:
            return "P(renew): too few decisions to say."
        first, last = self.rows.iloc[0], self.rows.iloc[-1]
        return (
            f"An index of {first['index']:.0f} went with renewing in {100 * first['probability']:.0f}% and "
            f"one of {last['index']:.0f} in {100 * last['probability']:.0f}% (ten points: {self.slope:+.2f} "
            f"on the logit, {100 * self.conf_level:g}% interval {self.slope_low:+.2f} to "
            f"{self.slope_high:+.2f}; {self.n:,} decisions)."
        )

    def suppress(self, min_base: int) -> RenewalCurve:
        """Return the curve without groups of fewer than `min_base` decisions; none at all on so few."""
        if min_base <= self.min_base:
            return self
        small = np.array([too_small(float(n), min_base) for n in self.shares["n"].fillna(0)])
        shares = self.shares.assign(suppressed=small)
        shares.loc[small, _SHARES] = pd.NA
        rows = self.rows.iloc[:0] if too_small(self.n, min_base) else self.rows
        return replace(self, rows=rows, shares=shares, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the shares."""
        table = self.shares.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def renewal_curve(
    history: Any,
    *,
    entity: str,
    period: str,
    outcome: str = "outcome",
    covariate: str = INDEX,
    groups: int = 5,
    shock: float | None = None,
    conf_level: float = 0.95,
    n_draws: int = 4000,
    seed: int = 0,
) -> RenewalCurve:
    """Return what an index went with in past decisions, in a period without a shock.

    Parameters
    ----------
    history, entity, period, outcome, shock, conf_level, n_draws, seed
        As in `cxlab.renewal_forecast`, whose model it shows.
    covariate
        Column of the index.
    groups
        Groups of about equal size into which decisions are put for the shares; equal indices stay together.

    Returns
    -------
    RenewalCurve
        The curve with its band (of the parameters, not of single decisions), and the shares.

    Raises
    ------
    MeasureError
        As `cxlab.renewal_forecast` of the history.

    References
    ----------
    As `cxlab.renewal_forecast`; Wilson (1927), JASA 22, 209–212 (the shares).
    """
    require_conf_level(conf_level)
    if not (isinstance(groups, int) and groups >= 2):
        raise MeasureError(f"groups={groups!r} will not do", remedy="take 2 or more, such as 5")
    past = read_decisions(
        history, entity=entity, period=period, covariates=(covariate,), outcome=outcome, what="history"
    )
    known = past.some(np.isfinite(past.renewed))
    learned = renewal_model(known, (covariate,), period, shock)
    middle, drawn = _parameters(learned, shock, n_draws, np.random.default_rng(seed))
    answered = known.x[~known.silent, 0]
    grid = np.linspace(answered.min(), answered.max(), PLACES)
    columns = np.column_stack([np.ones(PLACES), (grid - learned.centre[0]) / learned.spread[0]])
    low, high = np.quantile(drawn @ columns.T, tails(conf_level), axis=0)
    rows = pd.DataFrame(
        {
            "index": grid,
            "probability": expit(columns @ middle),
            "conf_low": expit(low),
            "conf_high": expit(high),
        }
    )
    per_ten = 10 / learned.spread[0]
    ends = per_ten * np.quantile(drawn[:, 1], tails(conf_level))
    return RenewalCurve(
        covariate, rows, _shares(known, groups, conf_level), float(per_ten * middle[1]), float(ends[0]),
        float(ends[1]), conf_level, len(known),
    )  # fmt: skip


def _parameters(
    learned: RenewalModel, shock: float | None, n_draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return mean and slope at the estimated τ², (2,), and drawn ones, (d, 2); the silent have no slope."""
    c = len(learned.model.effects)
    if shock is None and c - 1 < FEWEST_DF:
        raise MeasureError(
            f"{c} past periods do not say how much periods differ",
            remedy="give three or more, or shock=, the standard deviation on the logit known from elsewhere",
        )
    point, variance = 0.0 if shock is None else shock**2, np.full(n_draws, (shock or 0.0) ** 2)
    if shock is None:
        contrasts = period_contrasts(
            learned.model.effects, learned.model.covariance[:c, :c], learned.model.groups
        )
        point = float(between_variance(contrasts, np.array([float(contrasts.df)]))[0])
        variance = between_variance(contrasts, rng.chisquare(contrasts.df, n_draws))
    drawn = drawn_parameters(parameters_at(learned.model, variance), rng)
    return parameters_at(learned.model, np.array([point])).mean[0, :2], drawn[:, :2]


def _shares(known: Decisions, groups: int, conf_level: float) -> pd.DataFrame:
    """Return the share renewed of each group of like index, and of those who did not answer."""
    index, renewed = known.x[:, 0], known.renewed
    answered = index[~known.silent]
    cuts = np.unique(np.quantile(answered, np.arange(1, groups) / groups, method="inverted_cdf"))
    place = np.where(known.silent, len(cuts) + 1, np.searchsorted(cuts, index, side="left"))
    table = pd.DataFrame({"place": place, "index": index, "renewed": renewed, "silent": known.silent})
    found = table.groupby("place", sort=True).agg(
        silent=("silent", "first"), index=("index", "mean"), share=("renewed", "mean"), n=("renewed", "size")
    )
    low, high = wilson(found["share"].to_numpy("float64"), found["n"].to_numpy("float64"), conf_level)
    shares = found.assign(conf_low=low, conf_high=high, suppressed=False).reset_index(drop=True)
    return shares[["silent", *_SHARES, "suppressed"]].astype({"n": "Int64"})
