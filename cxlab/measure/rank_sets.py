"""Ranks of levels, with the sets of ranks that the data leave open."""

from __future__ import annotations

import html
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.contrasts import Contrasts
from cxlab.estimate.difference import student_t
from cxlab.estimate.estimates import Estimates, name_of
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.rank_bounds import one_sided_holm, rank_bounds
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError

Floats = npt.NDArray[np.float64]
Best = Literal["highest", "lowest"]
RANK_COLUMNS = [
    "metric", "outcome", "by", "level", "group", "group_level", "estimate", "n", "rank", "rank_low",
    "rank_high", "levels", "conf_level", "unit", "weighting", "method", "suppressed",
]  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RankSets:
    """Levels ranked, each with the first and the last rank it may have.

    Parameters
    ----------
    metric, outcome, unit, weighting, by
        As in `cxlab.Contrasts`.
    group
        Column whose levels are ranked.
    best
        Whether rank 1 is the highest or the lowest value.
    conf_level
        Confidence that all sets of the result hold the true ranks.
    rows
        One row per level: `level` (of `by`), `group_level`, `estimate`, `n`, `rank`, `rank_low`, `rank_high`,
        `levels` (how many are ranked), `suppressed`. In order of rank within each level of `by`.
    """

    metric: str
    outcome: str
    by: tuple[str, ...]
    group: str
    unit: str
    weighting: str
    best: Best
    conf_level: float
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return one row per level."""
        return self.rows.assign(
            metric=self.metric,
            outcome=self.outcome,
            by=name_of(self.by),
            group=self.group,
            conf_level=self.conf_level,
            unit=self.unit,
            weighting=self.weighting,
            method="rank_sets_holm",
        )[RANK_COLUMNS]

    def summary(self) -> str:
        """Return one honest sentence in English."""
        subject = f"ranks of {self.group} by {self.metric} of {self.outcome}"
        ranked = self.rows[self.rows["rank"].notna()]
        if ranked.empty:
            return f"{subject}: too few answers to rank."
        said = [self._contest(level, rows) for level, rows in ranked.groupby("level", sort=False)]
        return f"{subject} ({100 * self.conf_level:g}% joint sets): {'; '.join(said)}."

    def _contest(self, level: object, rows: pd.DataFrame) -> str:
        may = rows[rows["rank_low"] == 1]["group_level"].tolist()
        sure = len(may) == 1 and (rows["rank_high"] == 1).any()
        within = f"{level}: " if self.by else ""
        if sure:
            return f"{within}{may[0]} is {self.best} of {len(rows)}"
        return f"{within}{len(may)} of {len(rows)} may be {self.best} ({', '.join(may)})"

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        table = self.rows.round({"estimate": 3})
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def rank_sets(
    result: Contrasts | Estimates, *, best: Best = "highest", conf_level: float | None = None
) -> RankSets:
    """Rank levels, and say which ranks each may have.

    Parameters
    ----------
    result
        `cxlab.contrast(…, against="pairs")`, whose tests are taken; or any result by segment, such as brands,
        whose levels are then compared as independent, by z tests on their standard errors.
    best
        Whether rank 1 is the `highest` or the `lowest` value.
    conf_level
        Confidence that all sets hold jointly; None takes that of the result.

    Returns
    -------
    RankSets
        A level without answers, or hidden, is not ranked. Two levels that cannot be tested, as where one has
        no standard error or one of 0, are not told apart. All levels of `by` are one family.

    Raises
    ------
    MeasureError
        Where the contrasts are not of all pairs, the result has no segment, an option is unknown, or the
        confidence level is none.

    References
    ----------
    Klein, Wright, Wieczorek (2020), Journal of the Royal Statistical Society A 183, 589–606. Mogstad, Romano,
    Shaikh, Wilhelm (2024), Review of Economic Studies 91, 476–518.
    """
    require_option("best", best, get_args(Best))
    conf_level = result.conf_level if conf_level is None else conf_level
    require_conf_level(conf_level)
    if isinstance(result, Contrasts):
        if result.against != "pairs":
            raise MeasureError(
                f"the levels were compared against '{result.against}' only", remedy='say against="pairs"'
            )
        levels, pairs, by, group = _levels(result.rows), result.rows, result.by, result.group
    else:
        if not result.by:
            raise MeasureError("a result for everyone has nothing to rank", remedy="measure by= a segment")
        levels, pairs, by, group = _of_estimates(result), _pairs(result.rows), (), name_of(result.by)
    rows = _ranked(levels, pairs, 1 if best == "highest" else -1, 1 - conf_level)
    return RankSets(
        result.metric,
        result.outcome,
        by,
        group,
        result.unit,
        result.weighting,
        best,
        conf_level,
        rows,
    )


def _ranked(levels: pd.DataFrame, pairs: pd.DataFrame, sign: int, alpha: float) -> pd.DataFrame:
    adjusted = one_sided_holm(pairs["p_value"].to_numpy(dtype="float64"))
    parts = []
    for level, rows in levels.groupby("level", sort=False):
        known = rows[rows["estimate"].notna() & ~rows["suppressed"]]
        place = {name: position for position, name in enumerate(known["group_level"])}
        inside = (
            (pairs["level"] == level) & pairs["level_a"].isin(place) & pairs["level_b"].isin(place)
        ).to_numpy()
        told = pairs[inside]
        bounds = rank_bounds(
            sign * told["difference"].to_numpy(dtype="float64"),
            adjusted[inside],
            told["level_a"].map(place).to_numpy(dtype="int64"),
            told["level_b"].map(place).to_numpy(dtype="int64"),
            levels=len(known),
            alpha=alpha,
        )
        rank = (sign * known["estimate"]).rank(ascending=False, method="min")
        ranks = known.assign(rank=rank, rank_low=bounds.low, rank_high=bounds.high, levels=len(known))
        parts.append(ranks.sort_values("rank", kind="stable"))
        parts.append(rows.drop(known.index).assign(levels=len(known)))
    columns = [
        "level",
        "group_level",
        "estimate",
        "n",
        "rank",
        "rank_low",
        "rank_high",
        "levels",
        "suppressed",
    ]
    whole = dict.fromkeys(["n", "rank", "rank_low", "rank_high", "levels"], "Int64")
    return pd.concat(parts, ignore_index=True).reindex(columns=columns).astype(whole)


def _levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each level of contrasts once; it is hidden only where no comparison shows it."""
    sides = [
        rows[["level", f"level_{side}", f"estimate_{side}", f"n_{side}", "suppressed"]].set_axis(
            ["level", "group_level", "estimate", "n", "suppressed"], axis="columns"
        )
        for side in ("a", "b")
    ]
    every = pd.concat(sides, ignore_index=True)
    shown = every.sort_values("suppressed", kind="stable")
    once = shown.drop_duplicates(["level", "group_level"])
    order = every.drop_duplicates(["level", "group_level"])[["level", "group_level"]]
    return order.merge(once, on=["level", "group_level"])


def _of_estimates(result: Estimates) -> pd.DataFrame:
    rows = result.rows[["level", "estimate", "n", "suppressed"]]
    return rows.rename(columns={"level": "group_level"}).assign(level="")


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Compare the levels of a result as independent."""
    names, estimate = rows["level"].tolist(), rows["estimate"].to_numpy(dtype="float64")
    error = rows["std_error"].to_numpy(dtype="float64")
    error = np.where(error > 0, error, np.nan)
    pairs = np.array(list(combinations(range(len(rows)), 2)), dtype="int64").reshape(-1, 2)
    a, b = pairs.T
    difference = estimate[a] - estimate[b]
    # A normal statistic is Student's on infinitely many degrees of freedom.
    tested = student_t(difference, np.hypot(error[a], error[b]), np.full(len(pairs), np.inf))
    return pd.DataFrame(
        {
            "level": "",
            "level_a": [names[place] for place in a],
            "level_b": [names[place] for place in b],
            "difference": difference,
            "p_value": tested.p_value,
        }
    )
