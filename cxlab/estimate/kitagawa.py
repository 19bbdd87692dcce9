"""The change of a mean split into what moved with the mix and what moved within segments. Arrays in, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The change of a mean from time 0 to time 1, by g segments.

    Parameters
    ----------
    mix, score
        What each segment adds to the change by its share and by its mean, shape (g,) each; together they
        sum to the change.
    share, mean
        Share and mean of each segment at both times, shape (2, g).
    mix_slopes, score_slopes
        Derivatives of `mix` and `score` by the totals Σwx and Σw of each time and segment, shape
        (2, 2, g, g): total, time, segment, component.
    """

    mix: Floats
    score: Floats
    share: Floats
    mean: Floats
    mix_slopes: Floats
    score_slopes: Floats


def kitagawa(sum_wx: Floats, sum_w: Floats) -> Split:
    """Split the change of a mean symmetrically.

    Parameters
    ----------
    sum_wx, sum_w
        Σwx and Σw of each time and segment, shape (2, g).

    Returns
    -------
    Split
        With p the shares, m the means, bars their averages over both times and M̄ that of the whole mean:
        mix = (p₁ − p₀)(m̄ − M̄) and score = p̄ (m₁ − m₀) of each segment. Taking M̄ off changes no sum, for
        the shares sum to 1 at both times, and gives a growing segment a sign of its own: plus where it is
        better than the whole. A segment absent at one time is given the mean it has at the other, so that
        all it adds is mix. NaN where a time has no answers.

    References
    ----------
    Kitagawa (1955), JASA 50, 1168–1194, equation 3 (two components, averaged weights).
    """
    total = np.where(sum_w.sum(axis=1) > 0, sum_w.sum(axis=1), np.nan)
    whole, share = sum_wx.sum(axis=1) / total, sum_w / total[:, None]
    there = sum_w > 0
    size = np.where(there, sum_w, 1.0)
    own = np.where(there, sum_wx / size, 0.0)
    mean = np.where(there, own, own[::-1])
    d_mean, d_share = _slopes_of_means(own, size, there), _slopes_of_shares(share, total)
    d_middle = np.stack([1 / total, -whole / total])[:, :, None] / 2 * np.ones(share.shape[1])
    grown, raised = share[1] - share[0], mean[1] - mean[0]
    above, usual = mean.mean(axis=0) - whole.mean(), share.mean(axis=0)
    mix_slopes = (d_share[1] - d_share[0]) * above + (d_mean.mean(axis=0) - d_middle[..., None]) * grown
    score_slopes = (d_mean[1] - d_mean[0]) * usual + d_share.mean(axis=0) * raised
    return Split(grown * above, raised * usual, share, mean, mix_slopes, score_slopes)


def _slopes_of_means(own: Floats, size: Floats, there: npt.NDArray[np.bool_]) -> Floats:
    """Return the derivatives of the means of both times, shape (2, 2, 2, g, g)."""
    segments = own.shape[1]
    slopes = np.zeros((2, 2, 2, segments, segments))
    each = np.arange(segments)
    for time in range(2):
        for source, used in ((time, there[time]), (1 - time, there[1 - time] & ~there[time])):
            slopes[time, 0, source, each, each] += np.where(used, 1 / size[source], 0.0)
            slopes[time, 1, source, each, each] += np.where(used, -own[source] / size[source], 0.0)
    return slopes


def _slopes_of_shares(share: Floats, total: Floats) -> Floats:
    """Return the derivatives of the shares of both times, shape (2, 2, 2, g, g): by Σw only."""
    segments = share.shape[1]
    slopes = np.zeros((2, 2, 2, segments, segments))
    for time in range(2):
        slopes[time, 1, time] = (np.eye(segments) - share[time]) / total[time]
    return slopes
