"""Which rows are at risk at which event time, and sums over them. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class CoxRiskSets:
    """Rows against the distinct event times of all strata, stratum after stratum.

    Parameters
    ----------
    first, last
        A row is at risk at the event times `first` to `last − 1`, shape (n,) each.
    event, w
        Whether a row ends with the event, and its weight, shape (n,) each.
    time
        Event times, shape (k,).
    deaths, mean_w
        Events at each event time and their mean weight, shape (k,) each.
    at, taken
        Event time of each event, and the share of the tied events taken out of its risk set (0 under Breslow;
        0, 1/m, … under Efron), shape (events,) each.
    steps, ended
        Sparse, shape (k, n): +1 at the last and −1 before the first event time of a row; 1 where it ends.
    """

    first: Ints
    last: Ints
    event: Bools
    w: Floats
    time: Floats
    deaths: Ints
    mean_w: Floats
    at: Ints
    taken: Floats
    steps: csr_array
    ended: csr_array

    def at_risk(self, values: Floats) -> Floats:
        """Return sums over those at risk, shape (k,) or (k, p), of values of shape (n,) or (n, p)."""
        found = np.asarray(self.steps @ values)
        np.cumsum(found[::-1], axis=0, out=found[::-1])
        return found

    def along(self, values: Floats) -> Floats:
        """Return, for each row, the sum of values of shape (k,) or (k, p) over the times it is at risk at."""
        total = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
        return np.asarray(total[self.last] - total[self.first])

    def per_time(self, values: Floats) -> Floats:
        """Return the sums of one value per event over the events of each time, shape (k,)."""
        return np.bincount(self.at, values, minlength=len(self.time)).astype("float64")

    @property
    def tied(self) -> bool:
        """Whether any event leaves the risk set of another at the same time (Efron)."""
        return bool(self.taken.any())


def cox_risk_sets(
    duration: Floats, event: Bools, w: Floats, *, entry: Floats | None, stratum: Ints | None, efron: bool
) -> CoxRiskSets:
    """Return the risk sets of some rows; a row is at risk at t where entry < t ≤ duration.

    Parameters
    ----------
    duration, event, w
        Last time, whether the event ended it, and weight > 0, shape (n,) each; one event or more.
    entry
        Time a row enters after, shape (n,), or None where all are there from the start.
    stratum
        Number of the stratum, shape (n,), or None; nobody is compared across strata.
    efron
        Whether tied events leave the risk set one after the other.
    """
    n = len(duration)
    times, place = np.unique(duration, return_inverse=True)
    group = np.zeros(n, dtype="int64") if stratum is None else stratum
    # Place 0 of a stratum is before all times, so that those who enter at the start stand before its events.
    wide = len(times) + 1
    key = group * wide + place + 1
    keys, at = np.unique(key[event], return_inverse=True)
    entered = np.zeros(n, "int64") if entry is None else np.searchsorted(times, entry, side="right")
    last = np.searchsorted(keys, key, side="right")
    first = np.searchsorted(keys, group * wide + entered, side="right")
    deaths = np.bincount(at, minlength=len(keys))
    order = np.argsort(at, kind="stable")
    rank = np.empty(len(at), dtype="int64")
    rank[order] = np.arange(len(at)) - np.repeat(np.cumsum(deaths) - deaths, deaths)
    taken = rank / deaths[at] if efron else np.zeros(len(at))
    ended = csr_array((np.ones(len(at)), (at, np.flatnonzero(event))), shape=(len(keys), n))
    return CoxRiskSets(
        first, last, event, w, times[keys % wide - 1], deaths, np.bincount(at, w[event]) / deaths, at, taken,
        _steps(first, last, len(keys)), ended,
    )  # fmt: skip


def _steps(first: Ints, last: Ints, k: int) -> csr_array:
    rows = np.arange(len(first))
    ever = last > first
    before = ever & (first > 0)
    ones = np.concatenate([np.ones(int(ever.sum())), -np.ones(int(before.sum()))])
    where = np.concatenate([last[ever] - 1, first[before] - 1])
    return csr_array((ones, (where, np.concatenate([rows[ever], rows[before]]))), shape=(k, len(first)))
