"""The wild cluster bootstrap of one coefficient, for few clusters. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cxlab.linkage.within import within
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Draws = Literal["webb", "rademacher"]
MOST_DOUBLINGS = 12
CLOSE = 1e-5
"""Error of an end of the interval, in standard errors."""
FEW_FOR_TWO_POINTS = 12
"""Clusters from which two-point weights give enough different resamples."""


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """A test by the wild cluster bootstrap, and the interval of what it does not reject.

    Parameters
    ----------
    p_value
        (1 + resamples with a |t| no smaller than the observed one) / (1 + resamples), under an effect of 0.
    conf_low, conf_high
        Ends of the effects that are not rejected; infinite where none is far enough.
    draws
        `webb` (six points) or `rademacher` (two).
    n_boot
        Resamples.
    """

    p_value: float
    conf_low: float
    conf_high: float
    draws: Draws
    n_boot: int


def wild_bootstrap(
    x: Floats,
    y: Floats,
    weight: Floats | None,
    codes: Sequence[Ints],
    cluster: Ints,
    *,
    n_boot: int,
    seed: int,
    conf_level: float = 0.95,
) -> WildBootstrap:
    """Test the first coefficient with the null imposed, resampling the signs of whole clusters.

    Parameters
    ----------
    x, y
        Columns (n, k) and outcome (n,), before the codes are taken out.
    weight
        Weights > 0, shape (n,), or None.
    codes
        Codes whose effects are taken out.
    cluster
        Codes of the clusters, shape (n,); meant for a few dozen at most, as the time grows with n · G.
    n_boot
        Resamples.
    seed
        Seed of the draws.
    conf_level
        Confidence level of the interval.

    Returns
    -------
    WildBootstrap
        Webb's six-point draws below 12 clusters, Rademacher's from there on. The same draws serve every
        effect that the interval tries.

    Notes
    -----
    With x̃ the first column less all others, and u₀ = M₀(y − b x₁) the residuals under an effect of b, a
    resample is u* = v_g u₀. Both its coefficient, a′v / x̃′x̃ with a_g = x̃_g′u₀, and its score in each
    cluster, B v with B_gh = x̃_g′(M D_h u₀)_g, are linear in v, and a and B are linear in b: so all resamples
    and all effects follow from two G × G matrices.

    References
    ----------
    Cameron, Gelbach, Miller (2008), Review of Economics and Statistics 90, 414–427. Webb (2023), Canadian
    Journal of Economics 56, 839–858. Roodman, Nielsen, MacKinnon, Webb (2019), Stata Journal 19, 4–60.
    """
    if n_boot < 1:
        raise MeasureError(f"{n_boot} resamples say nothing", remedy="take n_boot=9999, or 0 for none")
    code = np.unique(cluster, return_inverse=True)[1].astype("int64")
    linear = _linear_scores(x, y, weight, codes, code)
    groups = len(linear.length)
    draws: Draws = "webb" if groups < FEW_FOR_TWO_POINTS else "rademacher"
    v = _drawn(draws, groups, n_boot, np.random.default_rng(seed))

    def p_value(effect: float) -> float:
        own = abs(_statistics(linear, effect, np.ones((groups, 1)))[0])
        # v = 1 and v = −1 give the observed statistic but for rounding, and count as one as large.
        as_large = int((np.abs(_statistics(linear, effect, v)) >= own * (1 - 1e-9)).sum())
        return (1 + as_large) / (1 + n_boot)

    estimate = float(linear.of_y.sum() / linear.length.sum())
    at_zero = float(_statistics(linear, 0.0, np.ones((groups, 1)))[0])
    step = abs(estimate / at_zero) if estimate and np.isfinite(at_zero) and at_zero else 1.0
    ends = [_end(p_value, estimate, side * step, 1 - conf_level) for side in (-1.0, 1.0)]
    return WildBootstrap(p_value(0.0), ends[0], ends[1], draws, n_boot)


@dataclass(frozen=True, slots=True, eq=False)
class _LinearScores:
    """Scores of x̃ in cluster g from the residuals of cluster h, of the outcome and of x̃: (G, G) each."""

    of_y: Floats
    of_x: Floats
    length: Floats
    """x̃_g′x̃_g of each cluster, shape (G,)."""


def _linear_scores(
    x: Floats, y: Floats, weight: Floats | None, codes: Sequence[Ints], cluster: Ints
) -> _LinearScores:
    columns = within(np.column_stack([x, y]), codes, weight)
    controls = columns[:, 1:-1]
    left = _less_controls(columns[:, [0, -1]], controls, weight)
    asked = left[:, 0] if weight is None else weight * left[:, 0]
    groups = int(cluster.max()) + 1
    of_y, of_x = np.empty((groups, groups)), np.empty((groups, groups))
    for h in range(groups):
        alone = np.where((cluster == h)[:, None], left, 0.0)
        alone = _less_controls(within(alone, codes, weight), controls, weight)
        of_x[:, h] = np.bincount(cluster, asked * alone[:, 0])
        of_y[:, h] = np.bincount(cluster, asked * alone[:, 1])
    length = np.bincount(cluster, asked * left[:, 0]).astype("float64")
    return _LinearScores(of_y, of_x, length)


def _less_controls(columns: Floats, controls: Floats, weight: Floats | None) -> Floats:
    if not controls.shape[1]:
        return columns
    weighted = controls if weight is None else controls * weight[:, None]
    return columns - controls @ np.linalg.solve(weighted.T @ controls, weighted.T @ columns)


def _statistics(linear: _LinearScores, effect: float, v: Floats) -> Floats:
    """Return t of each resample v, shape (G, m) to (m,), but for the small-sample factor they all share."""
    scores = linear.of_y - effect * linear.of_x
    a = scores.sum(axis=0)
    spread = (scores - np.outer(linear.length / linear.length.sum(), a)) @ v
    with np.errstate(divide="ignore", invalid="ignore"):
        return (a @ v) / np.sqrt((spread**2).sum(axis=0))


def _drawn(draws: Draws, groups: int, n_boot: int, rng: np.random.Generator) -> Floats:
    if draws == "rademacher":
        return rng.choice(np.array([-1.0, 1.0]), (groups, n_boot))
    roots = np.sqrt(np.array([0.5, 1.0, 1.5]))
    return rng.choice(np.concatenate([-roots, roots]), (groups, n_boot))


def _end(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Return the effect on one side of the estimate from which on the test rejects."""
    inside, outside = estimate, estimate + 2 * step
    for _ in range(MOST_DOUBLINGS):
        if p_value(outside) <= alpha:
            break
        inside, outside = outside, estimate + 2 * (outside - estimate)
    else:
        return float(np.copysign(np.inf, step))
    while abs(outside - inside) > CLOSE * abs(step):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(middle) > alpha else (inside, middle)
    return (inside + outside) / 2
