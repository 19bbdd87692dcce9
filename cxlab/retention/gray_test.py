"""Gray's test: whether a cause takes as many in all segments. Counts in, a test out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.model.errors import MeasureError
from cxlab.retention.curve_test import CurveTest, segment_rows
from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.log_rank import require_groups, require_rho, told_apart
from cxlab.retention.risk_sets import risk_sets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """G groups at the T times at which anybody left.

    `risk`, `mine`, `others`: rows at risk, leaving by the cause and by any other, shape (G, T). `before` and
    `after`: survival just before and after each time; `incidence`: of the cause, just before it.
    """

    risk: Floats
    mine: Floats
    others: Floats
    before: Floats
    after: Floats
    incidence: Floats

    @property
    def standing(self) -> Floats:
        """Rows at risk over the survival, shape (G, T): those followed, whether or not they left."""
        return self._over_survival(self.risk)

    @property
    def gray_risk(self) -> Floats:
        """Gray's adjusted risk set R = Y (1 − F)/S, shape (G, T)."""
        return self._over_survival(self.risk * (1 - self.incidence))

    def _over_survival(self, rows: Floats) -> Floats:
        return np.divide(rows, self.before, out=np.zeros_like(rows), where=self.risk > 0)


def gray_test(counts: FollowedCounts, levels: Sequence[str], by: str, end: int, rho: float) -> CurveTest:
    """Test whether the incidence of one end is the same in all groups.

    Parameters
    ----------
    counts
        Counts of all groups.
    levels, by
        Names of the groups, and of what makes them.
    end
        Place of the cause.
    rho
        Each time weighs as 1 less the pooled incidence, to this power.

    Raises
    ------
    MeasureError
        Where there is one group only, or only one was followed while somebody left, rho is no number from 0,
        or there are entries, clusters or sampling weights.

    References
    ----------
    Gray (1988), Annals of Statistics 16, 1141–1154, section 2 and the appendix for ties.
    """
    if counts.robust or counts.entry is not None:
        raise MeasureError(
            "Gray's test is not made for entries, clusters or sampling weights",
            remedy="compare the curves with their intervals, or test without them",
        )
    require_rho(rho)
    require_groups(levels)
    groups = _groups(counts, len(levels), end)
    leaving, adjusted = groups.mine.sum(axis=0), groups.gray_risk
    pooled = leaving / groups.standing.sum(axis=0)
    incidence = np.cumsum(pooled)
    before = np.concatenate([[0.0], incidence[:-1]])
    weight = (1 - before) ** rho
    share = adjusted / adjusted.sum(axis=0)
    observed, expected = (weight * groups.mine).sum(axis=1), (weight * leaving * share).sum(axis=1)
    covariance = _covariance(groups, weight, before, incidence)
    rows = segment_rows(counts, levels, observed, expected)
    statistic, df = told_apart(observed - expected, covariance, expected > 0)
    named = f"Gray's test of {counts.ends[end]}" + ("" if rho == 0 else f", rho {rho:g},")
    null = "as many leave by this cause in all segments"
    return CurveTest(named, by, null, statistic, df, rows, len(counts.levels.columns))


def _groups(counts: FollowedCounts, groups: int, end: int) -> _Groups:
    times = np.unique(counts.time[counts.end > 0])
    sets = [risk_sets(counts.of_group(place), times) for place in range(groups)]
    mine = np.array([found.n_event[end] for found in sets])
    leaving = np.array([found.n_event.sum(axis=0) for found in sets])
    incidence = np.array([found.incidence()[end] for found in sets])
    return _Groups(
        np.array([found.n_risk for found in sets]), mine, leaving - mine,
        np.array([found.before for found in sets]), np.array([found.survival for found in sets]),
        np.concatenate([np.zeros((groups, 1)), incidence[:, :-1]], axis=1),
    )  # fmt: skip


def _covariance(groups: _Groups, weight: Floats, before: Floats, after: Floats) -> Floats:
    """Return the covariance of the scores, shape (G, G), summed over what each group adds by itself.

    `before` and `after` are the pooled incidence around each time.
    """
    standing, total = groups.standing, groups.standing.sum(axis=0)
    leaving = groups.mine.sum(axis=0)
    size = len(standing)
    covariance = np.zeros((size, size))
    for group in range(size):
        # How the score of every group moves with this one's risk set, and with all that come after.
        own = -weight * standing[group] * standing / total
        own[group] += weight * standing[group]
        gone = np.cumsum(own * leaving / (total * (1 - before)), axis=1)
        ahead = gone[:, -1:] - gone
        there = groups.risk[group] > 0
        by_mine, by_others = _variances(groups, group, standing[group] > 0, leaving, total)
        ratio = _ratio(groups.after[group], 1 - after)
        whole = np.where(there, own + np.where(groups.after[group] > 0, 1 - ratio, 1.0) * ahead, 0.0)
        other = np.where(groups.after[group] > 0, ratio, 0.0) * ahead
        covariance += (whole * by_mine) @ whole.T + (other * by_others) @ other.T
    return covariance


def _ratio(survival: Floats, rest: Floats) -> Floats:
    return np.divide(rest, survival, out=np.zeros_like(rest), where=survival > 0)


def _variances(
    groups: _Groups, group: int, there: npt.NDArray[np.bool_], leaving: Floats, total: Floats
) -> tuple[Floats, Floats]:
    """Return the variance of the steps of the cause and of the others in one group, ties allowed for."""
    risk, before, others = groups.risk[group], groups.before[group], groups.others[group]
    with np.errstate(divide="ignore", invalid="ignore"):
        tied = np.where(leaving > 1, 1 - (leaving - 1) / (total * before - 1), 1.0)
        by_mine = np.where(there, tied * before * leaving / (total * risk), 0.0)
        tied = np.where(others > 1, 1 - (others - 1) / (risk - 1), 1.0)
        by_others = np.where(others > 0, tied * before**2 * others / risk**2, 0.0)
    return by_mine, np.where(groups.after[group] > 0, by_others, 0.0)
