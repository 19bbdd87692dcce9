"""What a point of satisfaction goes with in a panel: seven designs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.cluster_codes import require_several
from cxlab.estimate.estimates import weighting_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.resampling import require_count, require_seed
from cxlab.linkage.panel_designs import DESIGNS, Design, design_rows
from cxlab.linkage.panel_fit import exact, panel_fit, partial_of
from cxlab.linkage.panel_result import PanelEffect
from cxlab.linkage.panel_rows import Bools, PanelRows, WeightKind, panel_rows
from cxlab.linkage.panel_table import PanelOptions, design_table, empty_table
from cxlab.linkage.partial_effect import PartialEffect
from cxlab.model.errors import MeasureError
from cxlab.tally.one_blas_thread import one_blas_thread


def panel_effect(
    panel: Any,
    outcome: str,
    exposure: str,
    *,
    entity: str,
    time: str,
    controls: Sequence[str] = (),
    formula: str | None = None,
    cluster: str | Sequence[str] | None = None,
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
    designs: Sequence[Design] = DESIGNS,
    lead: str | None = None,
    log_outcome: bool = False,
    period_effects: bool = True,
    lagged_effects: bool = False,
    n_boot: int = 0,
    seed: int = 0,
    conf_level: float = 0.95,
) -> PanelEffect:
    """Set designs side by side: `cx.panel_effect(panel, "revenue", "csat", entity="account", time="period")`.

    Parameters
    ----------
    panel
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per entity and period, such as
        `cx.link_panel(market).frame`.
    outcome, exposure
        Numeric columns. A row that lacks one of them or a control is left out, and the share kept is said.
    entity, time
        Columns that say whose row it is and of which period. Periods follow each other in the order of their
        values, so texts must sort (2025Q3), or in that of an ordered category; one that no row has is not
        missed.
    controls
        Numeric columns held constant. One that a design's effects say already is left out of it, and named.
    formula
        Further controls as patsy reads them: `"C(region) + np.log(seats)"`.
    cluster
        Column, or two, of what goes together; None: the entity. () trusts rows to be independent (HC1).
    weight
        Column of weights ≥ 0. A change is weighted as its later row.
    weight_kind
        `sampling`: only ratios matter. `frequency`: how often a row occurred; rows alike in all columns are
        then counted once, and the numbers are those of the repeated rows.
    designs
        Which ones, of `pooled` (a constant), `entity` (what is lasting of an entity taken out), `two_way`
        (and what is common to a period), `mundlak` (the entities' means beside: within, between, and the test
        that both are equal), `first_differences`, `lagged_outcome` (the outcome of the period before held
        constant) and `placebo_lead` (two-way, the exposure after the outcome beside the one before).
    lead
        Column of the exposure after the outcome, such as `csat_overall_lead`; None: that of the next period.
        It is neither outcome, exposure nor control.
    log_outcome
        Take the natural logarithm of the outcome; 0 and less are refused.
    period_effects
        Whether the last three designs take out what is common to a period.
    lagged_effects
        Whether `lagged_outcome` takes the entities' effects out, too; biased over few periods (Nickell).
    n_boot
        Resamples of the wild cluster bootstrap, taken below 30 clusters for p and interval; 0: t throughout.
    seed, conf_level
        Seed of the bootstrap; confidence level of each interval.

    Returns
    -------
    PanelEffect
        Least squares in each design. Errors are CR1 by cluster, of two ways Cameron–Gelbach–Miller, with t of
        the (smaller number of) clusters less one. Entities or periods with one row are left out where their
        effects are taken out, entities in `mundlak` too.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, an entity has several rows in a period, a
        row has no entity, period or cluster, there is only one period or cluster, the outcome does not vary,
        the exposure does not vary within any entity, or options contradict each other.

    References
    ----------
    Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, chapter 10. Mundlak (1978),
    Econometrica 46, 69–85. Nickell (1981), Econometrica 49, 1417–1426. Cameron, Miller (2015), Journal of
    Human Resources 50, 317–372.
    """
    designs = _asked(designs)
    ways = (entity,) if cluster is None else (cluster,) if isinstance(cluster, str) else tuple(cluster)
    _require_options((entity, time), ways, n_boot, seed, conf_level)
    rows = panel_rows(
        panel, outcome, exposure, entity=entity, time=time,
        controls=[controls] if isinstance(controls, str) else list(controls), formula=formula, clusters=ways,
        weight=weight, weight_kind=weight_kind, lead=lead,
    )  # fmt: skip
    rows = _logged(rows, outcome) if log_outcome else rows
    complete = rows.complete
    _require_panel(rows, complete, (outcome, exposure, time, ways), designs)
    options = PanelOptions(
        (f"log({outcome})" if log_outcome else outcome, exposure, lead or f"{exposure} (lead)"), ways,
        period_effects, lagged_effects, int(n_boot), seed, conf_level,
    )  # fmt: skip
    tables: list[pd.DataFrame] = []
    partials: dict[Design, PartialEffect] = {}
    # Products of a few long columns gain nothing from threads, and lose much where cores are busy.
    with one_blas_thread():
        for design in designs:
            table, partial = _design(rows, design, options, len(designs) == 1)
            tables.append(table)
            if partial is not None:
                partials[design] = partial
    size = np.ones(len(complete)) if rows.weight is None or not rows.frequency else rows.weight
    n = float(size[complete].sum())
    return PanelEffect(
        options.names[0], exposure, pd.concat(tables, ignore_index=True), conf_level, int(n),
        n / float(size.sum()), weighting_of(weight), partials, "coefficient" if log_outcome else "amount",
    )  # fmt: skip


def _asked(designs: Sequence[Design]) -> tuple[Design, ...]:
    named: list[str] = [designs] if isinstance(designs, str) else list(designs)
    asked = tuple(design for design in DESIGNS if design in named)
    unknown = [name for name in named if name not in DESIGNS]
    if unknown or not asked:
        raise MeasureError(
            f"unknown design '{unknown[0]}'" if unknown else "no design was named",
            remedy="take some of " + ", ".join(DESIGNS),
        )
    return asked


def _require_options(
    ids: tuple[str, str], ways: tuple[str, ...], n_boot: int, seed: int, conf_level: float
) -> None:
    require_conf_level(conf_level)
    require_seed(seed)
    if ids[0] == ids[1]:
        raise MeasureError(f"'{ids[0]}' is named as entity and as time", remedy="name a column for each")
    if len(ways) > 2 or len(set(ways)) < len(ways):
        raise MeasureError(
            f"clusters were named by {', '.join(ways)}", remedy="name one column, or two different ones"
        )
    require_count(n_boot, "resamples", least=0, remedy="take a whole number such as n_boot=9999, or 0")
    if n_boot and len(ways) != 1:
        raise MeasureError(
            f"n_boot={n_boot} with {len(ways)} ways of clusters",
            remedy="the wild bootstrap resamples one way of clusters",
        )


def _logged(rows: PanelRows, outcome: str) -> PanelRows:
    low = int((rows.y <= 0).sum())
    if low:
        raise MeasureError(
            f"{low:,} values are 0 or less, and have no logarithm (lowest {np.nanmin(rows.y):g})",
            where=f"column '{outcome}'",
            remedy="take cx.revenue_glm, which has room for 0, or log_outcome=False",
        )
    return replace(rows, y=np.log(rows.y))


def _require_panel(
    rows: PanelRows,
    complete: Bools,
    names: tuple[str, str, str, tuple[str, ...]],
    designs: tuple[Design, ...],
) -> None:
    """Refuse what no design could answer."""
    outcome, exposure, time, ways = names
    some = rows if complete.all() else rows.taken(complete)
    if not len(some.y):
        raise MeasureError(
            f"none of {len(rows.y):,} rows holds {outcome}, {exposure} and every control",
            remedy="leave out the control that is empty, or look at what was joined",
        )
    if (some.time == some.time[0]).all():
        raise MeasureError(
            "all complete rows are of one period, so nothing changes",
            where=f"column '{time}'",
            remedy="take more periods, or cx.what_if for differences between people",
        )
    for way, name in zip(some.clusters, ways, strict=True):
        require_several(int(np.ptp(way)) + 1, name)
    if np.ptp(some.y) == 0:
        raise MeasureError(f"'{outcome}' does not vary", remedy="take an outcome that differs")
    one = np.empty(int(some.entity.max()) + 1)
    one[some.entity] = some.x
    if (one[some.entity] == some.x).all() and set(designs) != {"pooled"}:
        raise MeasureError(
            f"'{exposure}' never changes within an entity",
            remedy='join more surveys per entity, or take designs=("pooled",), which compares entities',
        )


def _design(
    rows: PanelRows, design: Design, options: PanelOptions, alone: bool
) -> tuple[pd.DataFrame, PartialEffect | None]:
    """Return the rows of one design, and its estimate for `sensitivity` where it can be had."""
    made = design_rows(
        rows, design, options.names, period_effects=options.period_effects,
        lagged_effects=options.lagged_effects,
    )  # fmt: skip
    try:
        if not len(made.y):
            raise MeasureError("no row is left", remedy="take more periods that follow each other")
        fit = panel_fit(made, frequency=rows.frequency)
    except MeasureError as refused:
        if alone:
            raise
        term = options.names[2] if design == "placebo_lead" else options.names[1]
        return empty_table(design, term, str(refused)), None
    partial = None if exact(fit) else partial_of(fit, made, options.names[0])
    return design_table(made, fit, options), partial
