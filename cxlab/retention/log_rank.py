"""Whether segments leave alike: the log-rank test and its family. Counts in, a test out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError
from cxlab.retention.curve_test import CurveTest, segment_rows
from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.risk_sets import RiskSets, risk_sets

Floats = npt.NDArray[np.float64]


def log_rank(counts: FollowedCounts, levels: Sequence[str], by: str, rho: float) -> CurveTest:
    """Test whether the groups leave alike.

    Parameters
    ----------
    counts
        Counts of all groups; all ends count as one.
    levels
        Names of the groups.
    by
        Name of what makes them.
    rho
        Each time weighs as the survival of all just before it to this power.

    Returns
    -------
    CurveTest
        U'V⁻U, U the leavers observed less expected. V is hypergeometric, so that ties are exact; under
        sampling weights or with clusters it is that of the score's residuals (Lin and Wei).

    Raises
    ------
    MeasureError
        Where there is one group only, nobody left, only one was followed while somebody left, or rho is no
        number from 0.

    References
    ----------
    Harrington, Fleming (1982), Biometrika 69, 553–566. Lin, Wei (1989), JASA 84, 1074–1078.
    """
    require_rho(rho)
    require_groups(levels)
    pooled = risk_sets(counts)
    if not len(pooled.time):
        raise MeasureError("nobody left: there is nothing to test", remedy="follow them for longer")
    groups = [risk_sets(counts.of_group(place), pooled.time) for place in range(len(levels))]
    at_risk = np.array([group.w_risk for group in groups])
    leaving = np.array([group.w_gone for group in groups])
    weight, share = pooled.before**rho, at_risk / pooled.w_risk
    observed = (weight * leaving).sum(axis=1)
    expected = (weight * share * leaving.sum(axis=0)).sum(axis=1)
    covariance = _robust(counts, pooled, weight, share) if counts.robust else _exact(pooled, weight, share)
    rows = segment_rows(counts, levels, observed, expected)
    statistic, df = told_apart(observed - expected, covariance, expected > 0)
    name = "Log-rank test" if rho == 0 else f"Harrington–Fleming test, rho {rho:g},"
    name = f"Robust {name[0].lower()}{name[1:]}" if counts.robust else name
    return CurveTest(name, by, "the segments leave alike", statistic, df, rows, len(counts.levels.columns))


def require_groups(levels: Sequence[str]) -> None:
    """Raise MeasureError where there is one group only."""
    if len(levels) < 2:
        raise MeasureError("there is one segment only", remedy="name segments to compare: by=")


def require_rho(rho: float) -> None:
    """Raise MeasureError where the power of a weight is no number from 0: below, a survival of 0 has none."""
    if not finite_number(rho) or rho < 0:
        raise MeasureError(
            f"rho={rho!r} is no number from 0", remedy="take 0 for log-rank (or Gray), 1 for Peto and Peto"
        )


def told_apart(score: Floats, covariance: Floats, told: npt.NDArray[np.bool_]) -> tuple[float, int]:
    """Return what `chi_squared` does, of groups that can be compared.

    Raises
    ------
    MeasureError
        Where fewer than two groups have a score, or chance could not have moved it.
    """
    statistic, df = chi_squared(score, covariance, told)
    if np.isnan(statistic):
        raise MeasureError(
            f"{int(told.sum())} of {len(told)} segments were followed while others could leave"
            if df == 0
            else "all who could leave at a time left together: no segment could have done otherwise",
            where="by",
            remedy="compare segments that were followed at the same time since their start",
        )
    return statistic, df


def chi_squared(score: Floats, covariance: Floats, told: npt.NDArray[np.bool_]) -> tuple[float, int]:
    """Return U'V⁻U and its degrees of freedom, of scores that sum to 0.

    Parameters
    ----------
    score, covariance
        Scores, shape (G,), and their covariances, shape (G, G).
    told
        Which groups have a score at all, shape (G,); one of them follows from the others.
    """
    kept = np.flatnonzero(told)[:-1]
    if not len(kept):
        return float("nan"), 0
    part = covariance[np.ix_(kept, kept)]
    if np.linalg.matrix_rank(part, hermitian=True) < len(kept):
        return float("nan"), len(kept)
    return float(score[kept] @ np.linalg.solve(part, score[kept])), len(kept)


def _exact(pooled: RiskSets, weight: Floats, share: Floats) -> Floats:
    leaving = pooled.w_gone
    rest = np.where(pooled.w_risk > 1, pooled.w_risk - 1, np.inf)
    scale = weight**2 * leaving * pooled.left / rest
    return np.asarray(np.diag(share @ scale) - (share * scale) @ share.T)


def _robust(counts: FollowedCounts, pooled: RiskSets, weight: Floats, share: Floats) -> Floats:
    """Return the covariance of the scores from what each row or cluster adds to them."""
    hazard = weight * pooled.w_gone / pooled.w_risk
    enters, exits = pooled.enters, pooled.exits
    left = counts.end > 0
    residuals = np.zeros((len(share), len(counts.time)))
    whole = np.concatenate([[0.0], np.cumsum(hazard)])
    for group, own in enumerate(share):
        others = np.concatenate([[0.0], np.cumsum(hazard * own)])
        mine = (counts.group == group).astype("float64")
        residuals[group] = (others[exits] - others[enters]) - mine * (whole[exits] - whole[enters])
        residuals[group, left] += weight[exits[left] - 1] * (mine[left] - own[exits[left] - 1])
    if counts.cluster is None:
        return np.asarray((residuals * counts.w2) @ residuals.T)
    summed = np.array([np.bincount(counts.cluster, counts.w * row) for row in residuals])
    return np.asarray(summed @ summed.T)
