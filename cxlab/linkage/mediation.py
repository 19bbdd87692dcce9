"""Mediation: how much of what a score goes with runs along intentions, and what could undo that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import FEW_UNITS, require_count, require_seed
from cxlab.linkage.effect_rows import EffectRows, effect_rows
from cxlab.linkage.mediated import (
    PATHS,
    IntervalKind,
    indirect_at,
    paths,
    resampled_ends,
    residual_correlation,
)
from cxlab.linkage.mediation_result import Mediation
from cxlab.linkage.partialled import one_cluster, partialled
from cxlab.linkage.repeated_rows import alone_note, repeated_rows
from cxlab.linkage.unit_products import lost_note, resampled_products, swept, unit_products

Floats = npt.NDArray[np.float64]
FAR_FROM_ZERO = 4.0
"""|total| / standard error from which the indirect share is said: nearer to 0 a ratio has no useful error."""
RHO = np.round(np.linspace(-0.9, 0.9, 37), 2)
FEWEST_RESAMPLES = 100


def mediation(
    frame: Any,
    exposure: str,
    mediator: str,
    outcome: str,
    *,
    controls: Sequence[str] = (),
    entity: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    interval: IntervalKind = "percentile",
    n_boot: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Mediation:
    """Say how much runs along a mediator: `cx.mediation(rows, "csat", "recommend_intent", "revenue")`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows. Complete rows are used.
    exposure, mediator, outcome, controls
        Numeric columns. Controls are in both regressions and should come before the exposure.
    entity, time
        Columns whose effects are taken out of all; rows alone in their entity or period are left out, and a
        note counts them.
    weight
        Column of weights ≥ 0; only ratios matter.
    cluster
        Column of what is drawn together; by default the entity.
    interval
        `percentile` or `bca` (bias-corrected and accelerated).
    n_boot, seed
        Resamples, 100 or more, and their seed.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    Mediation
        Mediator on exposure gives a, outcome on both gives b and the direct part c′; indirect a·b, total
        c = a·b + c′. The share that is indirect is told only where the total is 4 standard errors or more
        from 0. The curve tells the indirect part where the errors of both regressions correlate.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice, holds no numbers or does not vary, or varies in so few units
        that more than a tenth of the resamples miss them, rows or resamples are too few, or the interval is
        unknown.

    References
    ----------
    Baron, Kenny (1986), Journal of Personality and Social Psychology 51, 1173–1182 (the paths). Imai, Keele,
    Yamamoto (2010), Statistical Science 25, 51–71 (what identifies them, and ρ). Efron (1987), JASA 82,
    171–185.
    """
    _require_options(interval, n_boot, seed, conf_level)
    controls = [controls] if isinstance(controls, str) else list(controls)
    rows = effect_rows(
        frame, outcome, exposure, controls=[mediator, *controls], entity=entity, time=time, weight=weight,
        cluster=cluster,
    )  # fmt: skip
    rows = repeated_rows(rows, rows.effects)
    columns = partialled(rows)[:, [*range(3, 3 + len(controls)), 1, 2, 0]]
    first = len(controls) + (not rows.effects)
    if not rows.effects:
        columns = np.column_stack([np.ones(rows.n), columns])
    products = unit_products(columns, rows.w, one_cluster(rows), seed)
    whole = products.sum(axis=0)
    kept = swept(whole, first)
    drawn = swept(resampled_products(products, int(n_boot), seed), first)
    without = swept(whole - products, first)
    table = _table(kept, drawn, without, interval, conf_level)
    curve = _curve(kept, drawn, without, interval, conf_level)
    at_zero = residual_correlation(kept)
    ends = resampled_ends(
        residual_correlation(drawn)[:, None], at_zero[None], residual_correlation(without)[:, None], interval,
        conf_level,
    )  # fmt: skip
    return Mediation(
        exposure, mediator, outcome, tuple(controls), table, curve, float(at_zero), float(ends[0][0]),
        float(ends[1][0]), interval, int(n_boot), conf_level, rows.n, rows.n_eff, rows.kept, rows.entities,
        len(products), weighting_of(weight), 
        notes=_notes(rows, table, len(products), int(n_boot) - len(drawn)),
    )  # fmt: skip


def _require_options(interval: str, n_boot: float, seed: int, conf_level: float) -> None:
    require_conf_level(conf_level)
    require_seed(seed)
    require_option("interval", interval, get_args(IntervalKind))
    require_count(n_boot, "resamples", least=FEWEST_RESAMPLES, remedy="take 100 or more, such as 2000")


def _table(kept: Floats, drawn: Floats, without: Floats, kind: IntervalKind, level: float) -> pd.DataFrame:
    estimate, draws, left_out = paths(kept), paths(drawn), paths(without)
    estimate, draws, left_out = (
        np.concatenate([one, _ratio(one[..., :1], one[..., 2:3])], axis=-1)
        for one in (estimate, draws, left_out)
    )
    std_error = draws.std(axis=0, ddof=1)
    far = bool(np.abs(estimate[2]) >= FAR_FROM_ZERO * std_error[2])
    low, high = resampled_ends(draws, estimate, left_out, kind, level)
    statistic = _ratio(estimate, std_error)
    table = pd.DataFrame(
        {
            "effect": pd.Series([*PATHS, "share_indirect"], dtype="str"),
            "estimate": estimate, "std_error": std_error, "statistic": statistic,
            "conf_low": low, "conf_high": high,
        }
    ).assign(suppressed=False)  # fmt: skip
    if not far:
        table.loc[table.index[-1:], ["estimate", "std_error", "statistic", "conf_low", "conf_high"]] = np.nan
    return table


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.full_like(a, np.nan), where=b != 0)


def _curve(kept: Floats, drawn: Floats, without: Floats, kind: IntervalKind, level: float) -> pd.DataFrame:
    estimate = indirect_at(kept, RHO)
    low, high = resampled_ends(indirect_at(drawn, RHO), estimate, indirect_at(without, RHO), kind, level)
    return pd.DataFrame({"rho": RHO, "estimate": estimate, "conf_low": low, "conf_high": high})


def _notes(rows: EffectRows, table: pd.DataFrame, units: int, lost: int) -> tuple[str, ...]:
    notes = []
    if table["estimate"].iloc[-1:].isna().all():
        notes.append("The total is too near to 0 to say which share of it is indirect.")
    if units < FEW_UNITS:
        notes.append(f"Only {units} units were drawn, so intervals may be too short.")
    if rows.alone:
        notes.append(alone_note(rows.alone))
    if lost:
        notes.append(lost_note(lost))
    return tuple(notes)
