"""Expected maximum profit: what a churn score is worth to a campaign, and whom to contact."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import normal_quantile, require_conf_level, tails
from cxlab.estimate.resampling import drawn_counts, generator_of, require_resamples
from cxlab.retention.number_vector import number_vector
from cxlab.retention.profit_rows import Campaign, best_profit, campaign_of
from cxlab.retention.scored_rows import scored_rows

Floats = npt.NDArray[np.float64]
TERMS = ("empc", "share_expected", "mp", "share", "threshold")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ExpectedProfit:
    """What a score is worth per customer, and whom to contact.

    Parameters
    ----------
    rows
        One row each for `empc` (expected maximum profit per customer), `share_expected` (to contact with it),
        `mp` (maximum profit at the mean acceptance), `share` (to contact for that) and `threshold` (the
        lowest score to contact; infinite where contacting nobody is best): `term`, `estimate`, `conf_low`,
        `conf_high`.
    campaign
        What was assumed.
    n, n_churned
        Customers, and those who left.
    kept, weighting, conf_level
        Share of the rows (of weight above 0) that hold score and outcome, whether they were weighted, and the
        confidence level.
    suppressed, min_base
        Whether figures were blanked, and the smallest base that is shown.
    """

    rows: pd.DataFrame
    campaign: Campaign
    n: int
    n_churned: int
    kept: float
    weighting: Weighting
    conf_level: float
    suppressed: bool = False
    min_base: int = 0

    @property
    def empc(self) -> float:
        """Expected maximum profit per customer."""
        return float(self.rows["estimate"].iloc[0])

    @property
    def mp(self) -> float:
        """Maximum profit per customer at the mean acceptance."""
        return float(self.rows["estimate"].iloc[2])

    @property
    def threshold(self) -> float:
        """Lowest score to contact at the mean acceptance."""
        return float(self.rows["estimate"].iloc[4])

    @property
    def share(self) -> float:
        """Share of customers to contact at the mean acceptance."""
        return float(self.rows["estimate"].iloc[3])

    def tidy(self) -> pd.DataFrame:
        """Return one row per figure."""
        return self.rows.assign(
            clv=self.campaign.clv, incentive=self.campaign.incentive, contact=self.campaign.contact,
            alpha=self.campaign.alpha, beta=self.campaign.beta, n=self.n, n_churned=self.n_churned,
            kept=self.kept, weighting=self.weighting, conf_level=self.conf_level, suppressed=self.suppressed,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.suppressed:
            return "Expected profit: too few customers to say."
        first = self.rows.iloc[0]
        ends = "" if np.isnan(first["conf_low"]) else (
            f" ({100 * self.conf_level:g}% {first['conf_low']:.2f} to {first['conf_high']:.2f})"
        )  # fmt: skip
        whom = (
            "contacting nobody is best"
            if np.isinf(self.threshold)
            else f"the {100 * self.share:.1f}% who score {self.threshold:.3g} or more are worth contacting"
        )
        return (
            f"Of {self.n:,} customers, {self.n_churned:,} of whom left, the score is worth up to "
            f"{self.empc:.2f} per customer{ends}; if {100 * self.campaign.accepted:g}% of those leaving "
            f"accept, {whom}."
        )

    def suppress(self, min_base: int) -> ExpectedProfit:
        """Return the result, blanked where fewer than `min_base` left or stayed."""
        smaller = min(self.n_churned, self.n - self.n_churned)
        if min_base <= self.min_base or not too_small(smaller, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(estimate=np.nan, conf_low=np.nan, conf_high=np.nan)
        return replace(self, rows=rows, n=0, n_churned=0, suppressed=True, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def expected_profit(
    score: Any,
    churned: Any,
    *,
    clv: float,
    incentive: float,
    contact: float,
    alpha: float = 6.0,
    beta: float = 14.0,
    weight: Any = None,
    n_boot: int = 0,
    seed: int | np.random.Generator = 0,
    conf_level: float = 0.95,
) -> ExpectedProfit:
    """Value a churn score: `cx.expected_profit(score, churned, clv=200, incentive=10, contact=1)`.

    Parameters
    ----------
    score
        Score of each customer, higher the likelier to leave, shape (n,). Scores that were not fitted to these
        customers: else the profit is flattered.
    churned
        1 where the customer left, 0 where not, shape (n,). Rows without score or outcome are left out.
    clv
        Value of a customer who is kept, above `incentive`.
    incentive, contact
        Cost of the offer, borne for everyone who takes it, and of the contact.
    alpha, beta
        Beta law of the share of would-be churners who take the offer and stay; the published 6 and 14 have
        the mean .3. Everyone who would have stayed takes it, too.
    weight
        Sampling weights ≥ 0, shape (n,).
    n_boot, seed
        Resamples of customers for the intervals, and their seed; 0: none. Profits have the normal interval of
        their spread, the other figures percentiles.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    ExpectedProfit
        Profit per customer of a campaign whose reach is chosen best for each acceptance (EMPC) and at the
        mean (MP), the share to contact and the threshold.

    Raises
    ------
    MeasureError
        Where nobody left or everybody, an outcome is neither 0 nor 1, a weight is missing or negative, or
        costs make no sense.

    References
    ----------
    Verbraken, Verbeke, Baesens (2013), IEEE Transactions on Knowledge and Data Engineering 25, 961–973.
    """
    require_conf_level(conf_level)
    require_resamples(n_boot)
    rng = generator_of(seed)
    campaign = campaign_of(clv, incentive, contact, alpha, beta)
    known = scored_rows([score], churned, weight, probability=False)
    y, w, n = known.y, known.w, len(known.y)
    levels, place = np.unique(-known.scores[0], return_inverse=True)
    figures = [_figures(-levels, place, y, w, campaign)]
    for _ in range(n_boot):
        figures.append(_figures(-levels, place, y, drawn_counts(rng, n) * w, campaign))
    given = len(known.kept) if weight is None else int((number_vector(weight, "weight") > 0).sum())
    ends = np.full((2, len(TERMS)), np.nan)
    if n_boot:
        ends = _ends(np.array(figures), conf_level)
    rows = pd.DataFrame({
        "term": pd.Series(TERMS, dtype="str"), "estimate": figures[0], "conf_low": ends[0],
        "conf_high": ends[1],
    })  # fmt: skip
    return ExpectedProfit(
        rows, campaign, n, int(y.sum()), n / given,
        weighting_of(None if weight is None else "weight"), conf_level,
    )  # fmt: skip


def _figures(score: Floats, place: npt.NDArray[np.int64], y: Floats, w: Floats, campaign: Campaign) -> Floats:
    churners, others = (np.bincount(place, w * part, len(score)).astype("float64") for part in (y, 1 - y))
    seen = churners + others > 0
    found = best_profit(score[seen], churners[seen], others[seen], campaign)
    return np.array([found.expected, found.share, found.maximum, found.best_share, found.threshold])


def _ends(figures: Floats, conf_level: float) -> Floats:
    """Return the ends of the intervals, shape (2, terms), of the figures, first row, and their resamples.

    A largest profit is flattered by the sample, and in a resample once more: percentiles would be off by
    twice that, so profits have the normal interval of their spread.
    """
    ends = np.quantile(figures[1:], tails(conf_level), axis=0, method="closest_observation")
    for place in (TERMS.index("empc"), TERMS.index("mp")):
        # A threshold has none: it is infinite in a resample where contacting nobody is best.
        reach = normal_quantile(conf_level) * figures[1:, place].std(ddof=1)
        ends[:, place] = np.maximum(figures[0, place] + np.array([-1, 1]) * reach, 0)
    return np.asarray(ends)
