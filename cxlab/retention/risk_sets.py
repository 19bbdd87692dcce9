"""Who could leave and who left at each time somebody left. Counts in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.retention.followed_counts import FollowedCounts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Numbers at risk and leaving at the T times at which somebody left.

    Parameters
    ----------
    time
        Times, sorted, shape (T,).
    n_risk, n_event
        Rows at risk just before, shape (T,), and leaving by each of K ends, shape (K, T).
    w_risk, w_event
        The same as sums of weights; the very same arrays where rows have none.
    w_gone
        Weight that left by any end, shape (T,).
    enters, exits
        Of each count: how many of the times came before it was followed, and how many before it ended or as
        it did, shape (m,). It is at risk at the times from the one to the other.
    survival
        Product-limit estimate just after each time, shape (T,).
    last
        Longest duration.
    """

    time: Floats
    n_risk: Floats
    n_event: Floats
    w_risk: Floats
    w_event: Floats
    w_gone: Floats
    enters: Ints
    exits: Ints
    survival: Floats
    last: float

    @property
    def before(self) -> Floats:
        """Survival just before each time, shape (T,)."""
        return np.concatenate([[1.0], self.survival[:-1]])[: len(self.time)]

    @property
    def left(self) -> Floats:
        """Weight of those at risk who did not leave, shape (T,); exactly 0 where all did."""
        return self.w_risk - self.w_gone

    @property
    def is_over(self) -> bool:
        """Whether nobody is left after the last time."""
        return bool(len(self.time) and self.survival[-1] == 0)

    @property
    def each(self) -> Floats:
        """Survival just before each time for each unit of weight at risk, shape (T,); 0 where nobody is."""
        # Nobody is at risk at a time of another group only.
        return np.divide(self.before, self.w_risk, out=np.zeros(len(self.time)), where=self.n_risk > 0)

    def incidence(self) -> Floats:
        """Return the Aalen–Johansen estimate of each end just after each time, shape (K, T)."""
        steps = self.each * self.w_event
        return np.cumsum(steps, axis=1, out=steps)


def risk_sets(counts: FollowedCounts, times: Floats | None = None) -> RiskSets:
    """Count those at risk and those who left.

    Parameters
    ----------
    counts
        Counts of one group.
    times
        Times to look at, sorted, every one at which somebody left among them; None for just these.

    References
    ----------
    Kaplan, Meier (1958), JASA 53, 457–481. Aalen, Johansen (1978), Scandinavian Journal of Statistics 5,
    141–150.
    """
    times = np.unique(counts.time[counts.end > 0]) if times is None else times
    steps = len(times)
    exits: Ints = np.searchsorted(times, counts.time, side="right").astype("int64")
    enters: Ints = np.zeros(len(exits), dtype="int64")
    if counts.entry is not None:
        enters = np.searchsorted(times, counts.entry, side="right").astype("int64")
    n_risk, n_event, n_gone = _sums(counts, counts.n, enters, exits, steps)
    w_risk, w_event, w_gone = n_risk, n_event, n_gone
    if not counts.unweighted:
        w_risk, w_event, w_gone = _sums(counts, counts.w, enters, exits, steps)
        # Where all leave by count, rounding of the weights must not leave anybody.
        w_risk = np.where(n_risk == n_gone, w_gone, w_risk)
    staying = np.divide(w_risk - w_gone, w_risk, out=np.ones(steps), where=n_risk > 0)
    survival = np.cumprod(staying, out=staying)
    last = float(counts.time.max(initial=0.0))
    return RiskSets(times, n_risk, n_event, w_risk, w_event, w_gone, enters, exits, survival, last)


def _sums(
    counts: FollowedCounts, weight: Floats, enters: Ints, exits: Ints, steps: int
) -> tuple[Floats, Floats, Floats]:
    """Return the weight at risk, leaving by each end and leaving by any, at each time."""
    leaving = np.zeros((len(counts.ends), steps))
    for end in range(len(leaving)):
        here = counts.end == end + 1
        leaving[end] = np.bincount(exits[here] - 1, weight[here], steps)[:steps]
    gone = leaving[0] if len(leaving) == 1 else leaving.sum(axis=0)
    return _at_risk(enters, exits, weight, steps), leaving, gone


def _at_risk(enters: Ints, exits: Ints, weight: Floats, steps: int) -> Floats:
    """Return the weight at risk at each time; from the last back, where few are left and rounding tells."""
    moving = np.bincount(exits, weight, steps + 1)
    if enters.any():
        moving -= np.bincount(enters, weight, steps + 1)
    return np.asarray(np.cumsum(moving[:0:-1])[::-1], dtype="float64")
