"""Whether hazard ratios stay the same over time: a score test. Arrays in, a table out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc
from scipy.stats import rankdata

from cxlab.retention.cox_fit import score_residuals, summed_square
from cxlab.retention.cox_likelihood import PartialLikelihood

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
TimeTransform = Literal["km", "identity", "rank", "log"]
ALL_TERMS = "all terms"


def time_scale(
    transform: TimeTransform, at: Floats, duration: Floats, event: Bools, entry: Floats | None
) -> Floats:
    """Return g(t) at the event times `at`, shape (k,): 1 − Kaplan–Meier before t, t, its rank, or its log."""
    if transform == "identity":
        return at
    if transform == "log":
        return np.log(at)
    if transform == "rank":
        times, where = np.unique(duration, return_index=True)
        return np.asarray(rankdata(duration)[where][np.searchsorted(times, at)])
    times = np.unique(duration[event])
    ended = np.sort(duration)
    risk = len(duration) - np.searchsorted(ended, times, side="left")
    if entry is not None:
        risk = risk - (len(entry) - np.searchsorted(np.sort(entry), times, side="left"))
    gone = np.unique(duration[event], return_counts=True)[1]
    before = np.concatenate([[1.0], np.cumprod(1 - gone / risk)])
    return np.asarray(1 - before[np.searchsorted(times, at)])


def proportional_hazards(
    likelihood: PartialLikelihood,
    gain: Floats,
    terms: Sequence[str],
    *,
    robust: bool = False,
    clusters: Ints | None = None,
) -> pd.DataFrame:
    """Return one row per term and one for all: `term`, `statistic` (χ²), `df`, `p_value`.

    Parameters
    ----------
    likelihood
        At its top.
    gain
        g(t) at each event time, shape (k,).
    terms
        Names of the p columns.
    robust, clusters
        Whether rows are weighted or clustered, and the cluster of each, shape (n,): the variance of the score
        is then that of what rows or clusters add to it.

    Notes
    -----
    The score test of β + θ g(t) at θ = 0, exact in the information; it does not depend on units. Where G
    clusters are no more than the p terms, all of them together cannot be tested (NaN).

    References
    ----------
    Grambsch, Therneau (1994), Biometrika 81, 515–526, as R's survival 3 tests it. Lin, Wei (1989), Journal of
    the American Statistical Association 84, 1074–1078, on robust score tests.
    """
    gain = gain - np.average(gain, weights=likelihood.sets.deaths)
    sums = likelihood.sums()
    slope = likelihood.slope(gain)
    first, mixed, second = (likelihood.information(part, sums) for part in (None, gain, gain**2))
    beside = np.linalg.solve(first, mixed)
    left = second - mixed @ beside
    # Where time does not vary over the events, there is nothing to test.
    enough = np.diagonal(left) > 1e-10 * np.maximum(np.diagonal(second), np.finfo("float64").tiny)
    if robust:
        # What a row adds to the score of g, less what it takes away by moving the coefficients.
        added = score_residuals(likelihood, gain) - score_residuals(likelihood) @ beside
        left = summed_square(likelihood.sets.w[:, None] * added, clusters)
    each = np.divide(slope**2, np.diagonal(left), out=np.full(len(slope), np.nan), where=enough)
    told = enough.all() and np.linalg.matrix_rank(left, hermitian=True) == len(slope)
    whole = float(slope @ np.linalg.solve(left, slope)) if told else np.nan
    statistic, df = np.append(each, whole), np.append(np.ones(len(each)), len(each))
    table = pd.DataFrame({"term": pd.Series([*terms, ALL_TERMS], dtype="str")})
    return table.assign(statistic=statistic, df=df, p_value=chdtrc(df, statistic))
