"""The designs of a panel question: which rows and columns each compares, and what it takes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from cxlab.linkage.not_alone import not_alone
from cxlab.linkage.panel_rows import PanelRows
from cxlab.linkage.within import means_by

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Design = Literal[
    "pooled", "entity", "two_way", "mundlak", "first_differences", "lagged_outcome", "placebo_lead"
]
DESIGNS: tuple[Design, ...] = get_args(Design)


@dataclass(frozen=True, slots=True, eq=False)
class DesignRows:
    """What one design regresses on what.

    Parameters
    ----------
    design
        Name of the design.
    y, x
        Outcome (n,) and columns (n, k), the one asked about first.
    names
        Names of the k columns.
    terms
        Terms that are shown: label and the columns whose coefficients add up to it.
    weight
        Shape (n,), or None.
    codes
        Codes whose effects are taken out; a single level is the constant.
    entity, time
        Codes, shape (n,) each.
    clusters
        Codes of each way, shape (n,) each.
    notes
        What to know of it.
    """

    design: Design
    y: Floats
    x: Floats
    names: tuple[str, ...]
    terms: tuple[tuple[str, tuple[int, ...]], ...]
    weight: Floats | None
    codes: tuple[Ints, ...]
    entity: Ints
    time: Ints
    clusters: tuple[Ints, ...]
    notes: tuple[str, ...] = ()

    @property
    def entities(self) -> float:
        """How many entities its rows are of."""
        return _levels(self.entity)

    @property
    def periods(self) -> float:
        """How many periods its rows are of."""
        return _levels(self.time)


def _levels(code: Ints) -> float:
    return float((np.bincount(code) > 0).sum())


def design_rows(
    rows: PanelRows,
    design: Design,
    names: tuple[str, str, str],
    *,
    period_effects: bool,
    lagged_effects: bool,
) -> DesignRows:
    """Return the rows and columns of a design; see `panel_effect` for what each compares.

    Parameters
    ----------
    rows
        The panel.
    design
        Which one.
    names
        Names of the outcome, the exposure and the lead, for the terms.
    period_effects
        Whether `first_differences`, `lagged_outcome` and `placebo_lead` take out what is common to a period.
    lagged_effects
        Whether `lagged_outcome` takes out the entities' effects, too.
    """
    outcome, exposure, lead = names
    if design == "first_differences":
        return _differences(rows, exposure, period_effects)
    if design == "lagged_outcome":
        return _lagged(rows, outcome, exposure, period_effects, lagged_effects)
    if design == "placebo_lead":
        return _placebo(rows, exposure, lead, period_effects)
    if design == "mundlak":
        kept, notes = _not_alone(rows, rows.complete, by_time=False)
        return _mundlak(_some(rows, kept), exposure, notes)
    if design == "pooled":
        rows = _some(rows, rows.complete)
        return _made(rows, design, [(exposure, rows.x)], (_constant(rows),))
    kept, notes = _not_alone(rows, rows.complete, by_time=design == "two_way")
    rows = _some(rows, kept)
    codes = (rows.entity,) if design == "entity" else (rows.entity, rows.time)
    return _made(rows, design, [(exposure, rows.x)], codes, notes=notes)


def _made(
    rows: PanelRows,
    design: Design,
    columns: list[tuple[str, Floats]],
    codes: tuple[Ints, ...],
    *,
    notes: tuple[str, ...] = (),
) -> DesignRows:
    """Return a design of named columns, all of them shown, before the controls."""
    names = tuple(name for name, _ in columns)
    x = np.empty((len(rows.y), len(columns) + len(rows.names)), order="F")
    for place, column in enumerate([*(column for _, column in columns), *rows.controls.T]):
        x[:, place] = column
    terms = tuple((name, (place,)) for place, name in enumerate(names))
    return DesignRows(
        design, rows.y, x, (*names, *rows.names), terms, rows.weight, codes, rows.entity, rows.time,
        rows.clusters, notes,
    )  # fmt: skip


def _constant(rows: PanelRows) -> Ints:
    return np.zeros(len(rows.y), dtype="int64")


def _some(rows: PanelRows, kept: Bools) -> PanelRows:
    return rows if kept.all() else rows.taken(kept)


def _mundlak(rows: PanelRows, exposure: str, notes: tuple[str, ...]) -> DesignRows:
    """Return the columns and their means, of the rows of the `entity` design.

    Its within estimate is made of them alone, so an entity with one row would lend it a base, and degrees of
    freedom, that it has not.
    """
    means = [means_by(column, rows.entity, rows.weight)[rows.entity] for column in [rows.x, *rows.controls.T]]
    gap = f"{exposure} (between less within)"
    # Behind their controls: a control that never changes is its own mean, and the mean is what is left out.
    joined = replace(
        rows,
        controls=np.column_stack([rows.controls, *means[1:]]),
        names=(*rows.names, *(f"mean of {name}" for name in rows.names)),
    )
    made = _made(joined, "mundlak", [(exposure, rows.x), (gap, means[0])], (_constant(rows),))
    terms = (made.terms[0], (f"{exposure} (between)", (0, 1)), made.terms[1])
    note = "the test of 'between less within' asks whether both are equal"
    return replace(made, terms=terms, notes=(note, *notes))


def _differences(rows: PanelRows, exposure: str, period_effects: bool) -> DesignRows:
    before = rows.neighbour(-1)
    kept = rows.complete & (before >= 0)
    kept[kept] = rows.complete[before[kept]]
    now, then = rows.taken(kept), rows.taken(before[kept])
    moved = replace(now, y=now.y - then.y, x=now.x - then.x, controls=now.controls - then.controls)
    codes = (moved.time,) if period_effects else ()
    note = "differences of consecutive periods" + (", less the mean of each period" if period_effects else "")
    return _made(moved, "first_differences", [(exposure, moved.x)], codes, notes=(note,))


def _lagged(
    rows: PanelRows, outcome: str, exposure: str, period_effects: bool, lagged_effects: bool
) -> DesignRows:
    before = rows.neighbour(-1)
    lag = np.where(before >= 0, rows.y[before], np.nan)
    kept = rows.complete & np.isfinite(lag)
    notes: tuple[str, ...] = ()
    if lagged_effects:
        kept, notes = _not_alone(rows, kept, by_time=period_effects)
    lag, rows = lag[kept], rows.taken(kept)
    return _made(
        rows, "lagged_outcome", [(exposure, rows.x), (f"{outcome} (lag)", lag)],
        _effects(rows, lagged_effects, period_effects), notes=notes,
    )  # fmt: skip


def _placebo(rows: PanelRows, exposure: str, lead: str, period_effects: bool) -> DesignRows:
    after = rows.neighbour(1) if rows.lead is None else None
    later = rows.lead if after is None else np.where(after >= 0, rows.x[after], np.nan)
    assert later is not None
    notes = () if after is None else ("the lead is the exposure of the next period",)
    kept, alone = _not_alone(rows, rows.complete & np.isfinite(later), by_time=period_effects)
    later, rows = later[kept], rows.taken(kept)
    return _made(
        rows, "placebo_lead", [(lead, later), (exposure, rows.x)], _effects(rows, True, period_effects),
        notes=notes + alone,
    )  # fmt: skip


def _effects(rows: PanelRows, by_entity: bool, by_time: bool) -> tuple[Ints, ...]:
    codes = (*((rows.entity,) if by_entity else ()), *((rows.time,) if by_time else ()))
    return codes or (_constant(rows),)


def _not_alone(rows: PanelRows, kept: Bools, *, by_time: bool) -> tuple[Bools, tuple[str, ...]]:
    """Leave out rows that an effect of their own takes up whole, until there are none; and say how many.

    Under frequencies a row that occurred twice is no less alone: its copies do not differ.
    """
    left = not_alone((rows.entity, rows.time)[: 1 + by_time], kept)
    gone = int(kept.sum() - left.sum())
    return left, (f"{gone:,} rows of entities or periods with no other left out",) if gone else ()
