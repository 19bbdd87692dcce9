"""Every pair of samples of two groups, and what the tests and intervals of their NPS make of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from cxlab.estimate.difference import Side, pooled_z, recovered, wald_ends, wald_z
from cxlab.measure.nps import nps_interval

Z = 1.959963984540054
# (detractors, promoters), from even to lopsided; the same as for the interval of one NPS.
PAIRS = [(0.1, 0.6), (0.2, 0.5), (0.1, 0.3), (0.3, 0.3), (0.05, 0.85), (0.02, 0.9), (0.4, 0.2), (0.05, 0.45)]
GRID = [(d / 20, p / 20) for d in range(1, 20) for p in range(1, 20) if d + p <= 20]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of each sample of the first group (rows) and of the second (columns)."""

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    rejects: npt.NDArray[np.bool_]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    def chance(
        self, event: npt.NDArray[np.bool_], first: tuple[float, float], second: tuple[float, float]
    ) -> float:
        return float(_chances(self.first, first) @ event @ _chances(self.second, second))

    def size(self, pair: tuple[float, float]) -> float:
        return self.chance(self.rejects, pair, pair)

    def coverage(self, first: tuple[float, float], second: tuple[float, float]) -> float:
        gap, rounding = (first[1] - first[0]) - (second[1] - second[0]), 1e-9
        return self.chance((self.low <= gap + rounding) & (gap - rounding <= self.high), first, second)

    def disagrees(self, first: tuple[float, float], second: tuple[float, float]) -> float:
        excludes = (self.low > 0) | (self.high < 0)
        return self.chance(excludes != self.rejects, first, second)


def verdicts(n: int, m: int, method: str = "pooled_z") -> Verdicts:
    first, second = _samples(n), _samples(m)
    shape = (len(first), len(second))
    a, b = _side(first[:, None], n, shape), _side(second[None], m, shape)
    if method == "pooled_z":
        tested = pooled_z(a, b)
        of_a, of_b = (_each(samples, size) for samples, size in ((first, n), (second, m)))
        low, high = recovered(
            a.mean, tuple(end[:, None] for end in of_a), b.mean, tuple(end[None] for end in of_b)
        )
    else:
        added = {"added": 3.0, "spread": 1.5} if method == "adjusted_wald" else {}
        tested, (low, high) = wald_z(a, b, **added), wald_ends(a, b, 0.95, **added)
    return Verdicts(first, second, tested.p_value <= 0.05, low, high)


def _samples(n: int) -> npt.NDArray[np.int64]:
    return np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])


def _chances(samples: npt.NDArray[np.int64], pair: tuple[float, float]) -> npt.NDArray[np.float64]:
    d, p = pair
    return stats.multinomial.pmf(samples, samples[0].sum(), [d, max(1 - d - p, 0), p])


def _side(samples: npt.NDArray[np.int64], n: int, shape: tuple[int, int]) -> Side:
    d, p = samples[..., 0] / n, samples[..., 2] / n
    mean = np.broadcast_to(p - d, shape)
    return Side(mean, np.broadcast_to(p + d - (p - d) ** 2, shape), np.full(shape, float(n)))


def _each(samples: npt.NDArray[np.int64], n: int) -> tuple[npt.NDArray[np.float64], ...]:
    base = np.full(len(samples), float(n))
    return nps_interval(samples[:, 2] / n, samples[:, 0] / n, base, method="adjusted_wald", quantile=Z)
