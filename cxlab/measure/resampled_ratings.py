"""Bootstrap of weighted sums over respondents, or over the clusters they came in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.resampled_sums import resampled_sums
from cxlab.measure.ratings import Ratings
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def resampled_means(ratings: Ratings, *scores: Floats, n_boot: int, seed: int) -> list[Floats]:
    """Return the weighted mean of each column in each replicate, shape (b, J), for each matrix of scores.

    Parameters
    ----------
    ratings
        The respondents. Clusters are drawn whole, within strata; weights are taken as they are.
    scores
        Matrices of scores, shape (n, J) each; NaN where there is none. All share the same draws.
    n_boot, seed
        Replicates and the seed of their draws.

    Returns
    -------
    list of arrays
        NaN where a replicate holds no answer, and everywhere where there is a single unit to draw.
    """
    parts = []
    for x in scores:
        answered = np.isfinite(x) & (ratings.w > 0)[:, None]
        parts += [np.where(answered, x, 0.0), answered.astype("float64")]
    sums = resampled(ratings, np.hstack(parts), n_boot=n_boot, seed=seed)
    blocks = np.split(sums, np.cumsum([part.shape[1] for part in parts])[:-1], axis=1)
    return [
        np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
        for total, count in zip(blocks[::2], blocks[1::2], strict=True)
    ]


def resampled(ratings: Ratings, values: Floats, *, n_boot: int, seed: int) -> Floats:
    """Return Σ w · values over the respondents of each replicate, shape (b, m); see `resampled_sums`."""
    require_replicates(n_boot)
    design, frame = ratings.sample.design, ratings.sample.frame
    stratum = np.zeros(len(values), dtype="int64")
    if design.stratum is not None:
        stratum = pd.factorize(frame[design.stratum])[0].astype("int64")
    if ratings.sample.weight_kind == "frequency" and design.cluster is None:
        times = ratings.w.astype("int64")
        if times.sum() < 2:
            return np.full((n_boot, values.shape[1]), np.nan)
        return resampled_sums(values, stratum=stratum, times=times, n_boot=n_boot, seed=seed)
    weighed = values * ratings.w[:, None]
    if design.cluster is not None:
        cluster = pd.factorize(frame[design.cluster])[0]
        # One name in two strata is two clusters.
        unit = pd.factorize(stratum * (cluster.max(initial=0) + 1) + cluster)[0]
        first = np.unique(unit, return_index=True)[1]
        weighed = np.column_stack([np.bincount(unit, column, len(first)) for column in weighed.T])
        stratum = stratum[first]
    elif design.stratum is None:
        # Who adds to no sum is not drawn: an answer is drawn among answers.
        weighed, stratum = (array[(weighed != 0).any(axis=1)] for array in (weighed, stratum))
    if len(weighed) < 2:
        return np.full((n_boot, values.shape[1]), np.nan)
    return resampled_sums(weighed, stratum=stratum, n_boot=n_boot, seed=seed)


def require_replicates(n_boot: int) -> None:
    """Raise MeasureError where there are too few replicates to say anything."""
    if n_boot < 100:
        raise MeasureError(f"{n_boot} bootstrap replicates are too few", remedy="take 1,000 or more")
