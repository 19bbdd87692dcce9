"""Sums over rows or clusters of what each of them adds to a curve. Counts in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.retention.followed_counts import FollowedCounts
from cxlab.retention.risk_sets import RiskSets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """What a unit of weight adds to a sum over time: while it is at risk, and as it leaves.

    Parameters
    ----------
    drift
        Sum up to each time of what those at risk get, shape (T + 1,), 0 before the first.
    jump
        What those who leave get besides at that time, shape (T,).
    own, end
        What those who leave by one end get more, shape (T,), and the place of that end; −1 for none.
    """

    drift: Floats
    jump: Floats
    own: Floats
    end: int

    def of_end(self, end: int) -> Floats:
        """Return what those who leave by an end have in all, shape (T,)."""
        return self.drift[1:] + self.jump + (self.own if end == self.end else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class PlainUnits:
    """Rows that are units of their own and were followed from 0.

    Parameters
    ----------
    staying
        Σw² of those still followed after each time, shape (T,).
    ending, leaving
        Σw² of those whose following ended from each time to the next, shape (T,), and of those who left by
        each end at each time, shape (K, T).
    """

    staying: Floats
    ending: Floats
    leaving: Floats

    def products(self, one: Influence, other: Influence) -> Floats:
        """Return Σ of the product of two influences after each time, shape (T,)."""
        both = self.ending * one.drift[1:] * other.drift[1:]
        for end, leaving in enumerate(self.leaving):
            both += leaving * one.of_end(end) * other.of_end(end)
        return np.asarray(np.cumsum(both) + self.staying * one.drift[1:] * other.drift[1:])


def plain_units(counts: FollowedCounts, sets: RiskSets) -> PlainUnits:
    """Return the sums of squared weights of rows that were followed from 0."""
    steps = len(sets.time)
    after = np.zeros((len(counts.ends) + 1, steps + 1))
    for end in range(len(after)):
        here = counts.end == end
        after[end] = np.bincount(sets.exits[here], counts.w2[here], steps + 1)
    ended = after.sum(axis=0)
    staying = np.cumsum(ended[::-1])[::-1] - ended
    return PlainUnits(staying[1:], after[0, 1:], after[1:, 1:])


@dataclass(frozen=True, slots=True, eq=False)
class MovingUnits:
    """Clusters, or rows with an entry of their own: who begins and who ends, by unit in the order of time.

    Parameters
    ----------
    at
        After how many of the T times it happens, shape (q,).
    weight
        What is added to the weight at risk, shape (q,); w² is in `scale` where rows are units.
    scale
        Σw² of what moves where rows are units, else 1, shape (q,).
    unit
        Number of the unit, shape (q,).
    end
        −1 where it begins, else the end: 0 where still there, shape (q,).
    steps
        T.
    """

    at: Ints
    weight: Floats
    scale: Floats
    unit: Ints
    end: Ints
    steps: int

    def products(self, one: Influence, other: Influence) -> Floats:
        """Return Σ of the product of two influences after each time, shape (T,); NaN of a single unit."""
        if self.unit[0] == self.unit[-1] and self.scale[0] == 1:
            # What one cluster adds is all there is, and says nothing of how much clusters differ.
            return np.full(self.steps, np.nan)
        risk = self._within(self.weight)
        mine, theirs = self._fixed(one), self._fixed(other)
        drift, drifting = one.drift[1:], other.drift[1:]
        fixed = self._summed(mine * theirs)
        crossed = drift * self._summed(risk * theirs) + drifting * self._summed(risk * mine)
        return fixed + crossed + drift * drifting * self._summed(risk * risk)

    def _fixed(self, influence: Influence) -> Floats:
        """Return what each unit has for good after each move; the rest is its weight at risk × drift."""
        change = influence.drift[self.at].copy()
        for end in np.unique(self.end[self.end > 0]):
            left = self.end == end
            change[left] = influence.of_end(int(end) - 1)[self.at[left] - 1]
        return self._within(-self.weight * change)

    def _within(self, change: Floats) -> Floats:
        return np.asarray(pd.Series(change).groupby(self.unit).cumsum(), dtype="float64")

    def _summed(self, product: Floats) -> Floats:
        first = np.diff(self.unit, prepend=-1) != 0
        before = np.where(first, 0.0, np.concatenate([[0.0], product[:-1]]))
        change = np.bincount(self.at, self.scale * (product - before), self.steps + 1)
        return np.asarray(np.cumsum(change)[1:], dtype="float64")


def moving_units(counts: FollowedCounts, sets: RiskSets) -> MovingUnits:
    """Return who begins and who ends, by cluster, or by count where rows are units of their own."""
    m = len(counts.time)
    at = np.concatenate([sets.enters, sets.exits])
    end = np.concatenate([np.full(m, -1), counts.end])
    if counts.cluster is None:
        unit, weight, scale = np.arange(m), np.ones(m), counts.w2
    else:
        unit, weight, scale = counts.cluster, counts.w, np.ones(m)
    weight = np.concatenate([weight, -weight])
    unit, scale = np.tile(unit, 2), np.tile(scale, 2)
    # Moves of a unit at one time may stand in any order: only their sum counts.
    order = np.lexsort((at, unit))
    return MovingUnits(at[order], weight[order], scale[order], unit[order], end[order], len(sets.time))
