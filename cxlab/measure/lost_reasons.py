"""Why sales opportunities were lost, as a Pareto."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxlab.measure.close_rate import Counted, decided
from cxlab.measure.pareto import Pareto, pareto


def lost_reasons(
    opportunities: Any,
    *,
    counted: Counted = "count",
    reason: str = "reason",
    line: float = 0.8,
    conf_level: float = 0.95,
) -> Pareto:
    """Rank the reasons of the lost opportunities.

    Parameters
    ----------
    opportunities
        Table of opportunities: `status`, the reason and, by value, `value`; a frame of any engine.
    counted
        `count`: each lost opportunity counts 1. `value`: each counts its value.
    reason
        Column of the reasons. Lost without one is a reason of its own, `(missing)`: it is not spread over the
        others.
    line, conf_level
        As in `cxlab.pareto`.

    Returns
    -------
    Pareto
        Shares of the lost opportunities, called `lost_reasons` or `lost_reasons_value`; `n` counts all lost.

    Raises
    ------
    MeasureError
        As `cxlab.close_rate`.
    """
    rows = decided(opportunities, [reason], counted)
    amount = "value" if counted == "value" else None
    ranked = pareto(rows[~rows["won"]], reason, amount=amount, line=line, conf_level=conf_level)
    metric = "lost_reasons" if counted == "count" else "lost_reasons_value"
    return replace(ranked, shares=replace(ranked.shares, metric=metric))
