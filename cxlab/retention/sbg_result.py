"""What the shifted beta-geometric model says: retention, survival, and who will be left."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import bdtr, betaln, expit, logit

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile, tails
from cxlab.estimate.resampling import generator_of, require_count, require_resamples

Floats = npt.NDArray[np.float64]
STEP = 1e-5
"""Step of the slopes of a curve by the logarithms of the parameters."""
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SBG:
    """A fitted shifted beta-geometric model.

    Parameters
    ----------
    rows
        One row each for `alpha`, `beta` and `churn` (at the first renewal): `term`, `estimate`, `std_error`,
        `conf_low`, `conf_high`, `method`.
    theta, covariance
        Parameters, shape (2,), and the covariance of their logarithms, shape (2, 2).
    cohorts
        Survivors of each cohort after 0, 1, 2, … renewals.
    loglik
        Log-likelihood.
    n
        Customers at the start, of all cohorts.
    conf_level
        Confidence level.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    """

    rows: pd.DataFrame
    theta: Floats
    covariance: Floats
    cohorts: tuple[Floats, ...]
    loglik: float
    n: int
    conf_level: float
    suppressed: bool = False
    min_base: int = 0

    def curve(self, periods: int) -> pd.DataFrame:
        """Return retention at and survival after each of the renewals 0 to `periods`, with intervals.

        Columns `t`, `retention` = (β + t − 1)/(α + β + t − 1), `retention_low`, `retention_high`, `survival`,
        `conf_low`, `conf_high`. Intervals are of the parameters, symmetric in the logit.
        """
        require_count(periods, "periods", least=1, remedy="take a whole number of renewals from 1")
        t = np.arange(1, int(periods) + 1)
        survival = self._interval(lambda theta: sbg_survival(theta, t))
        retention = self._interval(lambda theta: sbg_survival(theta, t) / sbg_survival(theta, t - 1))
        parts = [np.append(np.nan, part) for part in retention] + [np.append(1.0, part) for part in survival]
        names = ["retention", "retention_low", "retention_high", "survival", "conf_low", "conf_high"]
        return pd.DataFrame({"t": np.arange(len(t) + 1), **dict(zip(names, parts, strict=True))})

    def forecast(self, periods: int) -> pd.DataFrame:
        """Return how many of those still there are expected after each of the next renewals, by cohort.

        Columns `cohort`, `t` (renewals since the cohort began), `survivors`, `pred_low`, `pred_high`:
        prediction intervals, of chance among those still there at a share whose logit is normal around that
        of the estimate. Their ends are counts that may occur, such as all of them. What a year has in common
        for all customers is not in them.
        """
        require_count(periods, "periods", least=1, remedy="take a whole number of renewals from 1")
        ahead = np.arange(1, int(periods) + 1)
        tables = []
        for place, cohort in enumerate(self.cohorts):
            now, size = len(cohort) - 1, np.nan if self.suppressed else float(cohort[-1])

            def left(theta: Floats, now: int = now) -> Floats:
                return sbg_survival(theta, now + ahead) / sbg_survival(theta, np.array([now]))

            share, error = left(self.theta), self._error(left)
            low, high = _counts(size, logit(share), error, self.conf_level)
            figures = {"survivors": size * share, "pred_low": low, "pred_high": high}
            tables.append(pd.DataFrame({"cohort": place, "t": now + ahead, **figures}))
        return pd.concat(tables, ignore_index=True)

    def survival_draws(
        self, periods: int, *, n_draws: int = 1000, seed: int | np.random.Generator = 0
    ) -> Floats:
        """Return survival at 0 to `periods` for parameters drawn from their normal law, (draws, periods + 1).

        `cx.lifetime_value` takes them for its interval.
        """
        require_count(periods, "periods", least=1, remedy="take a whole number of renewals from 1")
        require_resamples(n_draws)
        if self.suppressed:
            return np.full((n_draws, int(periods) + 1), np.nan)
        rng = generator_of(seed)
        drawn = np.exp(rng.multivariate_normal(np.log(self.theta), self.covariance, size=n_draws))
        return sbg_survival(drawn.T[:, :, None], np.arange(int(periods) + 1))

    def tidy(self) -> pd.DataFrame:
        """Return one row per parameter."""
        return self.rows.assign(
            n=self.n, loglik=self.loglik, conf_level=self.conf_level, suppressed=self.suppressed
        )

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "Shifted beta-geometric: too few customers to say."
        churn = self.rows.iloc[2]
        last = max(len(cohort) for cohort in self.cohorts) - 1
        alpha, beta = self.theta
        later = alpha / (alpha + beta + last - 1)
        return (
            f"Of {self.n:,} customers, {100 * churn['estimate']:.1f}% leave at the first renewal "
            f"({100 * self.conf_level:g}% {100 * churn['conf_low']:.1f} to {100 * churn['conf_high']:.1f}) "
            f"and {100 * later:.1f}% of those left at renewal {last}, because those likelier to leave have "
            "gone, if the model holds."
        )

    def suppress(self, min_base: int) -> SBG:
        """Return the result, blanked where a cohort began with fewer than `min_base` customers."""
        smallest = min(float(cohort[0]) for cohort in self.cohorts)
        if min_base <= self.min_base or not too_small(smallest, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        blank = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
        return replace(
            self, rows=self.rows.assign(**blank), theta=np.full(2, np.nan),
            covariance=np.full((2, 2), np.nan),
            cohorts=tuple(np.full(len(cohort), np.nan) for cohort in self.cohorts), loglik=np.nan, n=0,
            suppressed=True, min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _interval(self, share: Callable[[Floats], Floats]) -> list[Floats]:
        """Return a share and the ends of its interval, shape (t,) each."""
        value = share(self.theta)
        reach = normal_quantile(self.conf_level) * self._error(share)
        return [value, expit(logit(value) - reach), expit(logit(value) + reach)]

    def _error(self, share: Callable[[Floats], Floats]) -> Floats:
        """Return the standard error of the logit of a share, shape (t,)."""
        slopes = np.array([
            logit(share(self.theta * np.exp(STEP * unit))) - logit(share(self.theta * np.exp(-STEP * unit)))
            for unit in np.eye(2)
        ]) / (2 * STEP)  # fmt: skip
        return np.asarray(np.sqrt(np.einsum("it,ij,jt->t", slopes, self.covariance, slopes)))

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def sbg_survival(theta: Floats, t: Floats | npt.NDArray[np.int64]) -> Floats:
    """Return B(α, β + t)/B(α, β), the share still there after t renewals, of parameters (2, …)."""
    return np.asarray(np.exp(betaln(theta[0], theta[1] + t) - betaln(theta[0], theta[1])))


def _counts(size: float, centre: Floats, error: Floats, conf_level: float) -> list[Floats]:
    """Return two quantiles, (t,) each, of how many of `size` stay at a share whose logit is normal."""
    if np.isnan(size):
        return [np.full(len(centre), np.nan)] * 2
    shares = expit(centre + NODES[:, None] * error)
    ends = []
    for tail in tails(conf_level):
        # The least count whose chance to be reached from below is the tail, by halving.
        low, high = np.full(len(centre), -1.0), np.full(len(centre), size)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            reached = NODE_WEIGHTS @ bdtr(middle, int(size), shares) / NODE_WEIGHTS.sum() >= tail
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        ends.append(high)
    return ends
