"""What ceilings say in tables: the scope, a row per driver, what each level of the outcome needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.drivers.ceilings import Ceiling, Floats, Steps, above_line, lines, required
from cxlab.drivers.driver_rows import DriverRows
from cxlab.drivers.rating_scales import require_within, scales_of
from cxlab.estimate.estimates import Scale
from cxlab.estimate.finite_number import finite_number
from cxlab.model.errors import MeasureError

Scope = Literal["theoretical", "empirical"]
ROUNDING = 1e-9


def scopes_of(rows: DriverRows, scope: Scope, scale: Scale | Mapping[str, Scale] | None) -> dict[str, Scale]:
    """Return the scope of the outcome and of each driver."""
    names = [rows.outcome, *rows.drivers]
    columns = dict(zip(names, [rows.y, *rows.x.T], strict=True))
    if scope == "empirical":
        found = {name: (float(values.min()), float(values.max())) for name, values in columns.items()}
        for name, (low, high) in found.items():
            if low == high:
                raise MeasureError(
                    f"'{name}' does not vary, so its empirical scope is empty",
                    remedy='leave it out, or take scope="theoretical" with its scale',
                )
        return found
    scales = scales_of(scale, names)
    for name in names:
        if name not in scales:
            raise MeasureError(f"'{name}' has no scale", remedy="give one for each column")
        require_within(name, columns[name], scales[name])
    return scales


def outcome_levels(levels: Sequence[float] | None, y_scale: Scale) -> Floats:
    """Return the levels of the outcome of the bottleneck table, shape (m,)."""
    if levels is None:
        return y_scale[0] + (y_scale[1] - y_scale[0]) * np.arange(11) / 10
    listed = isinstance(levels, Iterable) and all(finite_number(level) for level in levels)
    wanted = np.array(list(levels) if listed else [], dtype="float64")
    if not len(wanted) or not ((wanted >= y_scale[0]) & (wanted <= y_scale[1])).all():
        raise MeasureError(
            f"levels must lie within the scope {y_scale[0]:g} to {y_scale[1]:g} of the outcome",
            remedy="name levels of the outcome in its own units",
        )
    return wanted


def driver_table(
    rows: DriverRows, hulls: Sequence[Steps], ceiling: Ceiling, scopes: Mapping[str, Scale]
) -> pd.DataFrame:
    """Return accuracy, line, corners and scope of each driver, p rows."""
    out = []
    for place, (name, hull) in enumerate(zip(rows.drivers, hulls, strict=True)):
        line, drawn = lines(hull), ceiling == "cr_fdh"
        above = above_line(rows.x[:, place], rows.y, line) if drawn else np.zeros(rows.n, dtype=bool)
        figures = {
            "driver": name,
            "accuracy": 1 - float(rows.w[above].sum() / rows.w.sum()),
            "slope": float(line.slope[0]) if drawn else np.nan,
            "intercept": float(line.intercept[0]) if drawn else np.nan,
            "corners": int(hull.corners.sum()),
            "n": rows.n,
            "suppressed": False,
        }
        ends = dict(zip(("x_low", "x_high"), scopes[name], strict=True))
        out.append(figures | ends | dict(zip(("y_low", "y_high"), scopes[rows.outcome], strict=True)))
    return pd.DataFrame(out).astype({"driver": "str"})


def bottlenecks_of(
    rows: DriverRows,
    place: int,
    hull: Steps,
    ceiling: Ceiling,
    wanted: Floats,
    scopes: Mapping[str, Scale],
) -> pd.DataFrame:
    """Return what each level of the outcome needs of one driver."""
    (low, high), (y_low, y_high) = scopes[rows.drivers[place]], scopes[rows.outcome]
    need = required(hull, ceiling, wanted)
    status = np.select(
        [need > high + ROUNDING, need <= low + ROUNDING], ["not_reached", "not_necessary"], "required"
    )
    need = np.where(status == "required", need, np.nan)
    below = [
        float(rows.w[rows.x[:, place] < level - ROUNDING].sum() / rows.w.sum())
        if np.isfinite(level)
        else np.nan
        for level in need
    ]
    return pd.DataFrame(
        {
            "outcome_level": wanted,
            "outcome_percent": 100 * (wanted - y_low) / (y_high - y_low),
            "driver": pd.Series([rows.drivers[place]] * len(wanted), dtype="str"),
            "required": need,
            "required_percent": 100 * (need - low) / (high - low),
            "status": pd.Series(status, dtype="str"),
            "share_below": np.where(status == "not_necessary", 0.0, below),
        }
    )
