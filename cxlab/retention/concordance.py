"""How often whoever leaves first had the higher risk, with its error. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlab.retention.sums_above import sums_above

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Concordance:
    """Share of comparable pairs in the order of the risk, pairs of equal risk half; and its error.

    Parameters
    ----------
    estimate, std_error
        The share, and the infinitesimal jackknife's error; NaN where no pair can be compared.
    pairs
        Weighted number of comparable pairs.
    """

    estimate: float
    std_error: float
    pairs: float


def concordance(
    risk: Floats,
    duration: Floats,
    event: Bools,
    w: Floats,
    *,
    entry: Floats | None,
    stratum: Ints | None,
    clusters: Ints | None,
) -> Concordance:
    """Return Harrell's C.

    Parameters
    ----------
    risk
        Higher goes with leaving earlier, shape (n,).
    duration, event, w, entry, stratum
        As in `cox_risk_sets`. A pair counts where one leaves while the other is at risk and goes on.
    clusters
        Numbers of what belongs together, shape (n,), for the error; None: each row.

    References
    ----------
    Harrell, Lee, Mark (1996), Statistics in Medicine 15, 361–387. Therneau, Watson (2015), The concordance
    statistic and the Cox model (the error).
    """
    n = len(risk)
    group = np.zeros(n, dtype="int64") if stratum is None else stratum
    order = np.lexsort((risk, group))
    risk, event, w, group = risk[order], event[order], w[order], group[order]
    begins = np.concatenate([[True], np.diff(group) != 0])
    changes = begins | np.concatenate([[True], np.diff(risk) != 0])
    start = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    number = np.cumsum(changes) - 1
    edges = np.append(np.flatnonzero(changes), n)
    same_low, same_high = edges[number], edges[number + 1]
    stop = np.append(np.flatnonzero(begins), n)[np.cumsum(begins)]
    times, place = np.unique(duration[order], return_inverse=True)
    # Whoever leaves at a time does so before the others who end there.
    ends = 2 * place + 1 + ~event
    enters = None if entry is None else 2 * np.searchsorted(times, entry[order], side="right")
    later = _later(ends, enters, w, event, (start, same_low, same_high, stop))
    earlier = _earlier(ends, enters, w, event, (start, same_low, same_high, stop))
    agree, pairs = later[0] + earlier[0], later[1] + earlier[1]
    total = float(w @ pairs) / 2
    if total <= 0:
        return Concordance(float("nan"), float("nan"), 0.0)
    share = float(w @ agree) / 2 / total
    added = w * (agree - share * pairs) / total
    if clusters is not None:
        added = np.bincount(clusters[order], added).astype("float64")
    return Concordance(share, float(np.sqrt(added @ added)), total)


def _later(
    ends: Ints, enters: Ints | None, w: Floats, event: Bools, places: tuple[Ints, Ints, Ints, Ints]
) -> tuple[Floats, Floats]:
    """Return, for each event, the weights it agrees with and is compared with among those who go on."""
    start, low, high, stop = (place[event] for place in places)
    at = ends[event]

    def going_on(first: Ints, past: Ints) -> Floats:
        found = sums_above(ends, w, first, past, at)
        # Those who enter at the event's time or later are not there yet.
        return found if enters is None else found - sums_above(enters, w, first, past, at)

    below, equal, above = going_on(start, low), going_on(low, high), going_on(high, stop)
    agree, pairs = np.zeros(len(w)), np.zeros(len(w))
    agree[event], pairs[event] = below + equal / 2, below + equal + above
    return agree, pairs


def _earlier(
    ends: Ints, enters: Ints | None, w: Floats, event: Bools, places: tuple[Ints, Ints, Ints, Ints]
) -> tuple[Floats, Floats]:
    """Return, for each row, the weights it agrees and is compared with among events while it goes on."""
    count = np.concatenate([[0], np.cumsum(event)])
    start, low, high, stop = (count[place] for place in places)
    top = int(ends.max()) + 1
    turned = top - ends[event]

    def gone(first: Ints, past: Ints) -> Floats:
        found = sums_above(turned, w[event], first, past, top - ends)
        return (
            found if enters is None else found - sums_above(turned, w[event], first, past, top - enters - 1)
        )

    below, equal, above = gone(start, low), gone(low, high), gone(high, stop)
    return above + equal / 2, below + equal + above
