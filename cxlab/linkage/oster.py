"""Oster's delta and adjusted coefficient: selection on the unmeasured, in proportion to the measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.finite_number import finite_number
from cxlab.estimate.intervals import require_conf_level, tails
from cxlab.estimate.resampling import require_resamples, require_seed
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.oster_result import Oster
from cxlab.linkage.partialled import one_cluster, partialled
from cxlab.linkage.proportional_selection import (
    TwoFits,
    approximate_coefficient,
    coefficients_at,
    selection_for,
    two_fits,
)
from cxlab.linkage.repeated_rows import alone_note, repeated_rows
from cxlab.linkage.unit_products import lost_note, resampled_products, swept, unit_products
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]


def oster(
    frame: Any,
    outcome: str,
    exposure: str,
    controls: Sequence[str],
    *,
    always: Sequence[str] = (),
    r2_max: float | None = None,
    delta: float = 1.0,
    beta: float = 0.0,
    entity: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    n_boot: int = 0,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Oster:
    """Say what selection on the unmeasured would leave: `cx.oster(rows, "revenue", "csat", ["tenure"])`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows. Complete rows are used.
    outcome, exposure, controls
        Numeric columns; one control or more.
    always
        Columns that are in every regression, and are no part of what selection is compared with.
    r2_max
        R² if everything were measured; None takes the smaller of 1.3 times that with the controls and 1. With
        `always`, entities or periods it is the R² of what these leave.
    delta
        How selective what was not measured is, 1 for as much as the controls together.
    beta
        The coefficient whose delta is sought.
    entity, time
        Columns whose effects are in every regression; rows alone in their entity or period are left out, and
        a note counts them.
    weight
        Column of weights ≥ 0; only ratios matter.
    cluster
        Column of what is drawn together; by default the entity.
    n_boot, seed
        Resamples for percentile intervals, 50 or more, or 0 for none; and their seed.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    Oster
        The exact roots of Oster's cubic; that which keeps the direction of selection on the controls, and of
        several the one nearest to the controlled coefficient. Where none keeps it, the nearest of all, and a
        note says so.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, or varies in so few units that more than a tenth of the
        resamples miss them, no control is named, an option is no number, R² cannot be `r2_max`, or rows are
        too few.

    References
    ----------
    Oster (2019), Journal of Business & Economic Statistics 37, 187–204, propositions 2 and 3.
    """
    _require_options(delta, beta, n_boot, seed, conf_level)
    controls = [controls] if isinstance(controls, str) else list(controls)
    always = [always] if isinstance(always, str) else list(always)
    if not controls:
        raise MeasureError("no control was named", remedy="name what was measured besides the exposure")
    rows = effect_rows(
        frame, outcome, exposure, controls=[*always, *controls], entity=entity, time=time, weight=weight,
        cluster=cluster,
    )  # fmt: skip
    rows = repeated_rows(rows, rows.effects)
    columns = partialled(rows)
    order = [*range(2, 2 + len(always)), 0, 1, *range(2 + len(always), columns.shape[1])]
    first = len(always) + (not rows.effects)
    columns = columns[:, order] if rows.effects else np.column_stack([np.ones(rows.n), columns[:, order]])
    products = unit_products(columns, rows.w, one_cluster(rows), seed)
    fits = two_fits(swept(products.sum(axis=0), first))
    largest = _r2_max(fits, r2_max)
    resampled = swept(resampled_products(products, int(n_boot), seed), first)
    draws = np.array([_draw(two_fits(one), r2_max, delta, beta) for one in resampled]).reshape(-1, 4)
    table, solutions = _rows(fits, largest, delta, beta, draws, conf_level)
    return Oster(
        outcome, exposure, tuple(controls), tuple(always), largest, delta, beta, table, solutions, rows.n,
        rows.n_eff, rows.kept, rows.entities, weighting_of(weight), conf_level, int(n_boot),
        _notes(rows, fits, solutions, delta, int(n_boot) - len(draws)),
    )  # fmt: skip


def _require_options(delta: float, beta: float, n_boot: float, seed: int, conf_level: float) -> None:
    require_conf_level(conf_level)
    require_resamples(n_boot)
    require_seed(seed)
    for name, value in (("delta", delta), ("beta", beta)):
        if not finite_number(value):
            raise MeasureError(f"{name}={value} is no number", remedy=f"take one such as {name}=1.0")


def _r2_max(fits: TwoFits, asked: float | None) -> float:
    if asked is None:
        return min(1.3 * fits.r2_controlled, 1.0)
    if not (finite_number(asked) and fits.r2_controlled <= asked <= 1):
        raise MeasureError(
            f"an R² of {asked} with everything measured is impossible",
            remedy=f"take one between {fits.r2_controlled:.4f}, that of the controls, and 1",
        )
    return float(asked)


def _chosen(coefficients: Floats, kept: npt.NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(kept)[0]) if kept.any() else 0


def _draw(fits: TwoFits, r2_max: float | None, delta: float, beta: float) -> list[float]:
    largest = min(1.3 * fits.r2_controlled, 1.0) if r2_max is None else max(r2_max, fits.r2_controlled)
    found, kept = coefficients_at(fits, largest, delta)
    return [
        fits.short, fits.controlled, float(found[_chosen(found, kept)]), selection_for(fits, largest, beta)
    ]  # fmt: skip


def _rows(
    fits: TwoFits, r2_max: float, delta: float, beta: float, draws: Floats, conf_level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    found, kept = coefficients_at(fits, r2_max, delta)
    place = _chosen(found, kept)
    estimates = [
        fits.short, fits.controlled, found[place], selection_for(fits, r2_max, beta),
        approximate_coefficient(fits, r2_max, delta),
    ]  # fmt: skip
    ends = np.nanquantile(draws, tails(conf_level), axis=0) if len(draws) else np.full((2, 4), np.nan)
    table = pd.DataFrame(
        {
            "quantity": pd.Series(
                ["short", "controlled", "adjusted", "delta_needed", "approximate"], dtype="str"
            ),
            "estimate": estimates,
            "r2": [fits.r2_short, fits.r2_controlled, r2_max, np.nan, np.nan],
            "conf_low": [*ends[0], np.nan],
            "conf_high": [*ends[1], np.nan],
        }
    ).assign(suppressed=False)
    solutions = pd.DataFrame({"coefficient": found, "keeps_direction": kept})
    return table, solutions.assign(chosen=np.arange(len(found)) == place)


def _notes(
    rows: EffectRows, fits: TwoFits, solutions: pd.DataFrame, delta: float, lost: int
) -> tuple[str, ...]:
    notes = []
    if abs(fits.controlled) > abs(fits.short) and fits.controlled * fits.short > 0:
        notes.append("The controls make the coefficient larger, so equal selection does too.")
    if not solutions["keeps_direction"].any():
        notes.append(
            f"At a selection of {delta:g} no coefficient keeps the direction in which exposure and controls "
            "go together (Oster's assumption 3); the nearest of those that do not is shown."
        )
    if rows.alone:
        notes.append(alone_note(rows.alone))
    if lost:
        notes.append(lost_note(lost))
    return tuple(notes)
