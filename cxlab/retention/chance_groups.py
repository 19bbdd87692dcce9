"""Chances of leaving against what happened, in groups of equal size."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import wilson
from cxlab.estimate.resampling import require_count
from cxlab.retention.score_hiding import hidden_bins
from cxlab.retention.scored_rows import scored_rows


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ChanceGroups:
    """Customers by rising chance, in groups of equal size, and how many of each left.

    Parameters
    ----------
    rows
        One row per `group` (1 the lowest chances): `n`, `left`, `score` (mean chance), `observed` (share that
        left), `conf_low`, `conf_high` (Wilson), `suppressed`.
    conf_level
        Level of the intervals.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    conf_level: float
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per group."""
        return self.rows.assign(conf_level=self.conf_level)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        shown = self.rows[~self.rows["suppressed"]]
        if len(shown) < 2:
            return "Chances and what happened: too few to say."
        first, last = shown.iloc[0], shown.iloc[-1]
        return (
            f"Of the lowest group {first['observed']:.1%} left, and the chances said {first['score']:.1%}; "
            f"of the highest {last['observed']:.1%}, and they said {last['score']:.1%}."
        )

    def suppress(self, min_base: int) -> ChanceGroups:
        """Return the result, groups hidden where those who left or stayed are some but fewer than `min_base`.

        All are, where fewer left or stayed in total.
        """
        if min_base <= self.min_base:
            return self
        n, left = (self.rows[name].to_numpy(dtype="float64") for name in ("n", "left"))
        hidden = hidden_bins(n, left, min_base)
        hidden |= too_small(min(np.nansum(left), np.nansum(n) - np.nansum(left)), min_base)
        figures = ["n", "left", "score", "observed", "conf_low", "conf_high"]
        blank = {name: self.rows[name].where(~hidden) for name in figures}
        return replace(self, rows=self.rows.assign(suppressed=hidden, **blank), min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(4).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def chance_groups(score: Any, churned: Any, *, groups: int = 10, conf_level: float = 0.95) -> ChanceGroups:
    """Hold chances against what happened: `cx.chance_groups(rolling.scores["score"], …["label"])`.

    Where few leave, chances crowd at one end of the scale, and tenths of the scale say little; these groups
    are of equal size.

    Parameters
    ----------
    score
        Chances, 0–1, of customers the model was not fitted on, shape (n,).
    churned
        1 who left, 0 who stayed, shape (n,); rows without either are left out.
    groups
        Groups, 2 or more; equal chances stay together, so that there may be fewer.
    conf_level
        Level of Wilson's intervals.

    Raises
    ------
    MeasureError
        Where lengths differ, an outcome is not 0 or 1, nobody or everybody left, a chance lies outside 0–1,
        or `groups` is no whole number from 2.

    References
    ----------
    Hosmer, Lemeshow (1980), Communications in Statistics 9, 1043–1069 (groups by fitted chance).
    """
    require_count(groups, "groups", least=2, remedy="take a whole number, 2 or more")
    known = scored_rows([score], churned, None, probability=True)
    p, y = known.scores[0], known.y
    rank = pd.Series(p).rank(method="min").to_numpy() - 1
    place = np.minimum((rank * groups / len(p)).astype("int64"), groups - 1)
    found = pd.DataFrame({"place": place, "score": p, "left": y}).groupby("place")
    rows = found.agg(n=("left", "size"), left=("left", "sum"), score=("score", "mean")).reset_index(drop=True)
    rows = rows.assign(observed=rows["left"] / rows["n"])
    low, high = wilson(rows["observed"].to_numpy(), rows["n"].to_numpy(dtype="float64"), conf_level)
    rows.insert(0, "group", np.arange(1, len(rows) + 1))
    return ChanceGroups(rows.assign(conf_low=low, conf_high=high, suppressed=False), conf_level)
