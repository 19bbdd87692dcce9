"""What drivers explain of answers they were not fitted to."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.drivers.driver_players import driver_players
from cxlab.drivers.importance_intervals import Floats
from cxlab.drivers.question_moments import question_moments
from cxlab.drivers.solvable import require_solvable
from cxlab.estimate.estimates import Weighting
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.resampling import generator_of, require_count
from cxlab.model.errors import MeasureError
from cxlab.tally.moments import Moments


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class HoldoutRSquared:
    """R² in the sample and on answers held out.

    Parameters
    ----------
    outcome
        What is explained.
    r_squared
        On the answers the coefficients were fitted to.
    holdout
        On answers held out: the mean over the repeats; below 0 where the mean would have done better.
    rows
        One row per repeat: `repeat`, `holdout`.
    n, n_eff, units, folds
        Rows, Kish's effective base (NaN of weighted `Moments`), units that were dealt to folds, and folds.
    kept, weighting
        Share of the rows that hold every column, and `none` or `weighted`.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    r_squared: float
    holdout: float
    rows: pd.DataFrame
    n: int
    n_eff: float
    units: int
    folds: int
    kept: float
    weighting: Weighting
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per repeat."""
        return self.rows.copy()

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if not np.isfinite(self.r_squared):
            return f"R² of {self.outcome}: too few answers to say."
        spread = f"{self.rows['holdout'].min():z.3f} to {self.rows['holdout'].max():z.3f}"
        return (
            f"R² of {self.outcome} is {self.r_squared:.3f} on the answers it was fitted to and "
            f"{self.holdout:z.3f} on answers held out ({self.folds} folds, {len(self.rows)} repeats: "
            f"{spread}; n = {self.n:,}, {100 * self.kept:.1f}% of the rows kept, "
            f"{self.weighting.replace('none', 'unweighted')})."
        )

    def suppress(self, min_base: int) -> HoldoutRSquared:
        """Return the result, blanked where the smaller of n and n_eff is below `min_base`."""
        if not too_small(float(np.fmin(self.n, self.n_eff)), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        nan = float("nan")
        return replace(
            self, r_squared=nan, holdout=nan, rows=self.rows.assign(holdout=nan), n=0, n_eff=nan, kept=nan,
            min_base=min_base,
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.summary())}</p>{self.rows.round(3).to_html(index=False, border=0)}"


def holdout_r_squared(
    frame: Any,
    outcome: str,
    drivers: Sequence[str],
    *,
    weight: str | None = None,
    cluster: str | None = None,
    folds: int = 10,
    repeats: int = 10,
    seed: int | np.random.Generator = 0,
) -> HoldoutRSquared:
    """Fit on all folds but one, and look at the one, from moments alone.

    Parameters
    ----------
    frame
        As in `cxlab.importance`: rows, or complete `Moments` by block.
    outcome, drivers
        Numeric columns; rows that lack one are left out.
    weight, cluster
        As in `cxlab.importance`. A cluster is never in two folds.
    folds
        Parts the units are dealt to.
    repeats
        How often they are dealt anew.
    seed
        Seed of the deals, or a generator.

    Returns
    -------
    HoldoutRSquared
        1 − Σw(y − ŷ)²/Σw(y − ȳ)², ŷ and ȳ from the other folds.

    Raises
    ------
    MeasureError
        As `cxlab.importance`; where moments are pairwise, there are fewer units than folds, or a fit without
        one fold cannot be solved.

    References
    ----------
    Stone (1974), Journal of the Royal Statistical Society B 36, 111–147.
    """
    require_count(folds, "folds", least=2, remedy="take 2 or more, such as 10")
    require_count(repeats, "repeats", least=1, remedy="take 1 or more, such as 10")
    folds, repeats = int(folds), int(repeats)
    names = driver_players(outcome, drivers, None, ()).columns
    rng, columns = generator_of(seed), (outcome, *names)
    found = question_moments(frame, columns, weight=weight, cluster=cluster, missing="complete", rng=rng)
    square = found.moments.total().correlation().to_numpy()
    require_solvable(square[1:, 1:], square[1:, 0], names)
    bordered = _bordered(found.moments)
    if len(bordered) < folds or int(found.n.min()) < (len(columns) + 1) * 2:
        raise MeasureError(
            f"{len(bordered):,} units and {int(found.n.min()):,} rows are too few for {folds} folds and "
            f"{len(columns) - 1} drivers",
            remedy="take fewer folds or fewer drivers",
        )
    total = bordered.sum(axis=0)
    inside = _left(total[None], total[None])[0]
    values = [_out_of_fold(bordered, folds, rng) for _ in range(repeats)]
    rows = pd.DataFrame({"repeat": range(1, repeats + 1), "holdout": values})
    return HoldoutRSquared(
        outcome, 1 - float(inside[0] / inside[1]), float(np.mean(values)), rows, int(found.n.min()),
        float(found.n_eff.min()), found.units, folds, found.kept, found.moments.weighting,
    )  # fmt: skip


def _bordered(moments: Moments) -> Floats:
    """Return Σw z z' by unit with z = (1, outcome, drivers), shape (k, q + 1, q + 1)."""
    k, q = len(moments.blocks), len(moments.columns)
    square = np.empty((k, q + 1, q + 1))
    square[:, 0, 0] = moments.sum_w[:, 0, 0]
    square[:, 0, 1:] = square[:, 1:, 0] = moments.sum_wx[:, :, 0]
    square[:, 1:, 1:] = moments.sum_wxx
    return square


def _out_of_fold(bordered: Floats, folds: int, rng: np.random.Generator) -> float:
    fold = rng.permutation(len(bordered)) % folds
    held = np.stack([bordered[fold == number].sum(axis=0) for number in range(folds)])
    left = _left(held.sum(axis=0) - held, held).sum(axis=0)
    return 1 - float(left[0] / left[1])


def _left(fitted: Floats, held: Floats) -> Floats:
    """Return what fits on some sums leave on others, and what their mean leaves, shape (f, 2)."""
    places = [0, *range(2, fitted.shape[1])]
    inner, cross = fitted[:, places][:, :, places], fitted[:, places, 1]
    scale = np.sqrt(np.einsum("fii->fi", inner))
    if not (scale > 0).all():
        raise MeasureError("a driver is 0 in all folds but one", remedy="take fewer folds, or leave it out")
    even = inner / scale[:, :, None] / scale[:, None, :]
    if np.linalg.cond(even).max() > 1e13:
        raise MeasureError(
            "without one of the folds a driver follows from the others", remedy="take fewer folds or drivers"
        )
    slopes = np.linalg.solve(even, (cross / scale)[..., None])[..., 0] / scale
    back = np.concatenate([-slopes[:, :1], np.ones((len(slopes), 1)), -slopes[:, 1:]], axis=1)
    residual = np.einsum("fi,fij,fj->f", back, held, back)
    mean = fitted[:, 0, 1] / fitted[:, 0, 0]
    around = held[:, 1, 1] - 2 * mean * held[:, 0, 1] + mean**2 * held[:, 0, 0]
    return np.stack([residual, around], axis=1)
