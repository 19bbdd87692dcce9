"""Necessary conditions: what the outcome is not seen without."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from cxlab.drivers.ceilings import Ceiling, Cloud, Floats, arrangements, effect_sizes, ordered, steps
from cxlab.drivers.driver_rows import driver_rows
from cxlab.drivers.necessity_tables import Scope, bottlenecks_of, driver_table, outcome_levels, scopes_of
from cxlab.estimate.estimates import Scale, Weighting, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.multiplicity import Family, adjusted, is_told, require_family
from cxlab.estimate.require_option import require_option
from cxlab.estimate.resampling import require_count, require_seed

ROUNDING = 1e-9
_FIGURES = ["effect_size", "p_value", "p_adjusted", "accuracy", "slope", "intercept", "corners"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NecessaryCondition:
    """How much of each driver the outcome is not seen without.

    Parameters
    ----------
    outcome
        Column of the outcome.
    rows
        One row per driver: `driver`, `effect_size` (d, the empty share of the scope), `p_value` and
        `p_adjusted` of the permutation test, `accuracy` (share on or below the ceiling), `corners` (distinct
        points the ceiling stands on), `slope` and `intercept` (of `cr_fdh`), the scope `x_low`, `x_high`,
        `y_low`, `y_high`, `n`, `suppressed`.
    bottlenecks
        One row per level of the outcome and driver: `outcome_level`, `outcome_percent` (of its scope),
        `driver`, `required` and `required_percent` (NaN where nothing is), `status` (`required`,
        `not_necessary` or `not_reached`) and `share_below`, the share of respondents who rate lower than
        required.
    ceiling
        `ce_fdh` or `cr_fdh`.
    scope
        `theoretical` or `empirical`.
    n_permutations, exact, seed
        Arrangements of the outcome that were gone through, whether these are all there are, and the seed.
    family
        How p-values were adjusted over the drivers.
    conf_level
        A test rejects where p_adjusted ≤ 1 − conf_level.
    n, kept
        Rows, and the share of the rows that hold the outcome and every driver.
    weighting
        Of `accuracy` and `share_below`; ceilings, d and the test take no weights.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    rows: pd.DataFrame
    bottlenecks: pd.DataFrame
    ceiling: Ceiling
    scope: Scope
    n_permutations: int
    exact: bool
    seed: int
    family: Family
    conf_level: float
    n: int
    kept: float
    weighting: Weighting
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver."""
        return self.rows.assign(
            outcome=self.outcome, ceiling=self.ceiling, scope=self.scope, family=self.family,
            n_permutations=self.n_permutations, weighting=self.weighting, kept=self.kept,
        )  # fmt: skip

    def bottleneck_table(self) -> pd.DataFrame:
        """Return what each level of the outcome needs: levels as rows, drivers as columns."""
        wide = self.bottlenecks.pivot(index="outcome_level", columns="driver", values="required")
        return wide[list(self.rows["driver"])].rename_axis(columns=None)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows["suppressed"].all():
            return f"Necessary conditions of {self.outcome}: too few answers to say."
        told = self.rows[is_told(self.rows["p_adjusted"], self.conf_level)]
        said = [
            f"{row['driver']} (d = {row['effect_size']:.2f}, p = {row['p_adjusted']:.2g}, "
            f"accuracy {row['accuracy']:.0%})"
            for _, row in told.sort_values("effect_size", ascending=False).iterrows()
        ]
        count = f"{self.n_permutations:,}"
        test = f"all {count}" if self.exact else f"{count} random"
        return (
            f"High {self.outcome} is seen without high ratings less often than by chance for "
            f"{', '.join(said) or 'none'} of {len(self.rows)} drivers "
            f"({self.ceiling.upper().replace('_', '-')} ceiling, {self.scope} scope, "
            f"{test} permutations"
            f"{_FAMILIES[self.family]}, n = {self.n:,}, {self.kept:.0%} of the rows are complete). An empty "
            "corner may hang on a few respondents; it does not show that the driver is needed."
        )

    def suppress(self, min_base: int) -> NecessaryCondition:
        """Return the result, blanked where n is below `min_base`."""
        if min_base <= self.min_base or not too_small(self.n, min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        rows = self.rows.assign(suppressed=True, **dict.fromkeys([*_FIGURES, "n"], np.nan))
        levels = self.bottlenecks.assign(
            required=np.nan, required_percent=np.nan, share_below=np.nan, status=""
        )
        return replace(self, rows=rows, bottlenecks=levels, n=0, kept=float("nan"), min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and two small tables, without ids or times."""
        table = self.rows[["driver", "effect_size", "p_adjusted", "accuracy", "n"]].round(3)
        levels = self.bottleneck_table().round(2).reset_index()
        tables = (frame.to_html(index=False, border=0, na_rep="") for frame in (table, levels))
        return f"<p>{html.escape(self.summary())}</p>{''.join(tables)}"


_FAMILIES = {"holm": ", Holm-adjusted", "bh": ", Benjamini–Hochberg-adjusted", "none": ""}


def necessary_condition(
    frame: Any,
    outcome: str,
    drivers: Sequence[str],
    *,
    scale: Scale | Mapping[str, Scale] | None = None,
    scope: Scope = "theoretical",
    ceiling: Ceiling = "ce_fdh",
    levels: Sequence[float] | None = None,
    weight: str | None = None,
    n_permutations: int = 10_000,
    seed: int = 0,
    family: Family = "holm",
    conf_level: float = 0.95,
) -> NecessaryCondition:
    """Draw ceilings over outcome and driver, and test how empty they leave the corner of high without high.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per respondent.
    outcome, drivers
        Numeric columns. A row that lacks one of them is left out, and the share kept is said.
    scale
        Lowest and highest answer, one for all columns or one for each, the outcome too.
    scope
        `theoretical` takes the scales as the scope; `empirical` the smallest and largest answers.
    ceiling
        `ce_fdh`, steps over the free disposal hull, made for scales of few points; `cr_fdh`, the
        least-squares line through the corners of these steps, for finer scales.
    levels
        Levels of the outcome for the bottleneck table; None for 0, 10, …, 100 per cent of its scope.
    weight
        Column of weights ≥ 0. A ceiling takes none: every row of positive weight counts alike in ceiling, d
        and test. Only `accuracy` and `share_below` are weighted.
    n_permutations, seed
        Random arrangements of the outcome and the seed of their draws. Where all n! are at most as many, all
        are gone through instead.
    family
        How p-values are adjusted over the drivers: `holm`, `bh` or `none`.
    conf_level
        A test rejects where p_adjusted ≤ 1 − conf_level.

    Returns
    -------
    NecessaryCondition
        d = C/S, the area above the ceiling over that of the scope. The p-value is the share of arrangements
        with a d at least as large, the observed one counted among them.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, a scale is lacking or an answer is off it,
        a column does not vary under the empirical scope, or an option is unknown.

    References
    ----------
    Dul (2016), Organizational Research Methods 19(1), 10–52. Dul, van der Laan, Kuik (2020), Organizational
    Research Methods 23(2), 385–395 (test). Phipson, Smyth (2010), Statistical Applications in Genetics and
    Molecular Biology 9, article 39 (p-value).
    """
    _require_options(scope, ceiling)
    require_count(n_permutations, "permutations", least=100, remedy="take 1,000 or more")
    require_seed(seed)
    require_conf_level(conf_level)
    require_family(family)
    rows = driver_rows(frame, outcome, drivers, weight=weight, cluster=None)
    scopes = scopes_of(rows, scope, scale)
    wanted = outcome_levels(levels, scopes[outcome])
    clouds = [
        ordered(column, rows.y, scopes[name], scopes[outcome])
        for name, column in zip(rows.drivers, rows.x.T, strict=True)
    ]
    hulls = [steps(cloud.x, cloud.y[None], cloud.starts) for cloud in clouds]
    effect = np.array(
        [
            effect_sizes(hull, ceiling, cloud.x_scale, cloud.y_scale)[0]
            for hull, cloud in zip(hulls, clouds, strict=True)
        ]
    )
    exact, blocks = arrangements(rows.y, int(n_permutations), np.random.default_rng(seed))
    beaten, gone = _beaten(clouds, effect, ceiling, blocks)
    p_value = beaten / gone if exact else (beaten + 1) / (gone + 1)
    table = driver_table(rows, hulls, ceiling, scopes).assign(
        effect_size=effect, p_value=p_value, p_adjusted=adjusted(p_value, family)
    )
    order = ["driver", *_FIGURES, "x_low", "x_high", "y_low", "y_high", "n", "suppressed"]
    bottlenecks = pd.concat(
        [bottlenecks_of(rows, place, hull, ceiling, wanted, scopes) for place, hull in enumerate(hulls)],
        ignore_index=True,
    )
    return NecessaryCondition(
        outcome, table[order], bottlenecks, ceiling, scope, gone, exact, seed, family, conf_level, rows.n,
        rows.kept, weighting_of(weight),
    )  # fmt: skip


def _beaten(
    clouds: Sequence[Cloud], effect: Floats, ceiling: Ceiling, blocks: Iterator[Floats]
) -> tuple[Floats, int]:
    """Return in how many arrangements each d is reached (p,), and how many there were."""
    beaten, gone = np.zeros(len(effect)), 0
    for block in blocks:
        gone += len(block)
        for place, cloud in enumerate(clouds):
            hull = steps(cloud.x, block, cloud.starts)
            drawn = effect_sizes(hull, ceiling, cloud.x_scale, cloud.y_scale)
            beaten[place] += (drawn >= effect[place] - ROUNDING).sum()
    return beaten, gone


def _require_options(scope: str, ceiling: str) -> None:
    for option, value, allowed in (
        ("scope", scope, get_args(Scope)),
        ("ceiling", ceiling, get_args(Ceiling)),
    ):
        require_option(option, value, allowed)
