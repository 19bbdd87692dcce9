"""Penalty and reward: what a low and a high rating of an attribute go with, and whether they differ."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxlab.drivers.driver_rows import driver_rows
from cxlab.drivers.rating_classes import CLASSES, class_bases, class_borders
from cxlab.drivers.robust_fit import Floats, RobustFit, robust_fit, two_sided
from cxlab.estimate.estimates import Scale, Weighting, weighting_of
from cxlab.estimate.hidden_cells import too_small
from cxlab.estimate.intervals import require_conf_level, student
from cxlab.estimate.multiplicity import Family, adjusted, is_told, require_family

Kind = Literal["must_be", "one_dimensional", "attractive", "reverse", "neither"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CONTRASTS = ("penalty", "reward", "asymmetry", "span", "bend")
_FIGURES = [
    f"{name}{part}"
    for name in CONTRASTS
    for part in ("", "_std_error", "_conf_low", "_conf_high", "_p_value", "_p_adjusted")
]
_BASES = [f"{base}_{name}" for name in CLASSES for base in ("n", "n_eff")]
_MEANS = [f"mean_{name}" for name in CLASSES]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PenaltyReward:
    """What low and high ratings of J attributes go with.

    Parameters
    ----------
    outcome
        Column of the outcome, in whose units all differences are.
    rows
        One row per driver: `driver`, `low` and `high` (the codes at and below, at and above which a rating
        counts as such), `kind`, and of each of `penalty` (middle less low), `reward` (high less middle),
        `asymmetry` (penalty less reward), `span` (penalty plus reward, high less low) and `bend` (penalty
        less reward, each per point of rating between the classes): the estimate, its `_std_error`,
        `_conf_low`, `_conf_high`, `_p_value` and `_p_adjusted`; then `n_low`, `n_eff_low`, `mean_low` (mean
        rating) and so on for middle and high; `suppressed`.
    family
        How the p-values of each of the five questions were adjusted over the drivers.
    conf_level
        Confidence level of each interval by itself; a test rejects where p_adjusted ≤ 1 − conf_level.
    df
        Degrees of freedom of the t tests.
    n, n_eff
        Rows and Kish's effective base.
    kept
        Share of the rows that hold the outcome and every driver.
    weighting
        `none` or `weighted`.
    method
        `hc3` or `clustered`.
    notes
        What to know before the figures are used.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    outcome: str
    rows: pd.DataFrame
    family: Family
    conf_level: float
    df: int
    n: int
    n_eff: float
    kept: float
    weighting: Weighting
    method: str
    notes: tuple[str, ...] = ()
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per driver."""
        return self.rows.assign(
            outcome=self.outcome, conf_level=self.conf_level, family=self.family, df=self.df,
            weighting=self.weighting, method=self.method, kept=self.kept,
        )  # fmt: skip

    def summary(self) -> str:
        """Return one honest sentence in English, and the notes."""
        shown = self.rows[~self.rows["suppressed"]]
        named = [
            f"{_WORDS[kind]}: {', '.join(shown.loc[shown['kind'] == kind, 'driver']) or 'none'}"
            for kind in KINDS
        ]
        hidden = int(self.rows["suppressed"].sum())
        silent = f"; {hidden} suppressed for small bases" if hidden else ""
        weighing = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        judged = "the test of penalty less reward" + _FAMILIES[self.family]
        said = (
            f"What low and high ratings go with in {self.outcome}, judged by {judged}: {'; '.join(named)}"
            f"{silent} (n = {self.n:,}{weighing}, {self.kept:.0%} of the rows are complete)."
        )
        return " ".join([said, *self.notes])

    def suppress(self, min_base: int) -> PenaltyReward:
        """Return the result with drivers blanked where the base of a class of theirs is below `min_base`."""
        if min_base <= self.min_base:
            return self
        base = self.rows[_BASES].astype("float64").min(axis=1, skipna=False)
        hidden = np.array([too_small(value, min_base) for value in base], dtype=bool)
        rows = self.rows.assign(suppressed=hidden)
        rows.loc[hidden, _FIGURES + _BASES + _MEANS] = pd.NA
        rows.loc[hidden, "kind"] = ""
        gone = set(rows.loc[hidden, "driver"])
        notes = tuple(note for note in self.notes if note.split(":")[0] not in gone)
        return replace(self, rows=rows, notes=notes, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and a small table, without ids or times."""
        some = ["driver", "kind", *CONTRASTS[:3], "asymmetry_conf_low", "asymmetry_conf_high"]
        table = self.rows[[*some, "asymmetry_p_adjusted", "n_low", "n_middle", "n_high"]].round(3)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


_WORDS = {
    "must_be": "must-be (the penalty is larger)",
    "one_dimensional": "one-dimensional (no asymmetry shown)",
    "attractive": "attractive (the reward is larger)",
    "reverse": "reverse (a low rating goes with more, or a high one with less)",
    "neither": "neither (nothing shown)",
}
_FAMILIES = {"holm": " (Holm-adjusted)", "bh": " (Benjamini–Hochberg-adjusted)", "none": ""}


def penalty_reward(
    frame: Any,
    outcome: str,
    drivers: Sequence[str],
    *,
    low: float | Mapping[str, float] | None = None,
    high: float | Mapping[str, float] | None = None,
    scale: Scale | Mapping[str, Scale] | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    family: Family = "holm",
    conf_level: float = 0.95,
) -> PenaltyReward:
    """Class attributes by the test of penalty less reward: `cx.penalty_reward(answers, "nps", ["price"])`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows; one row per respondent.
    outcome, drivers
        Numeric columns. A row that lacks one of them is left out, and the share kept is said.
    low, high
        Ratings at or below `low` are low, at or above `high` are high, the others are in the middle; one for
        all drivers or one for each.
    scale
        Lowest and highest rating, instead of `low` and `high`: the lowest third of the scale is low, the
        highest third high (on 1–5: 1 and 2, 4 and 5; on 0–10: 0 to 3, 7 to 10).
    weight
        Column of sampling weights ≥ 0; only their ratios matter.
    cluster
        Column that says which rows belong together, such as the account.
    family
        How p-values are adjusted over the drivers: `holm`, `bh` or `none`.
    conf_level
        Confidence level of each interval.

    Returns
    -------
    PenaltyReward
        One regression of the outcome on a low and a high dummy of every driver. `reverse` where penalty or
        reward, or the two together, are told from 0 and negative: it runs against the outcome. Else `must_be`
        where penalty less reward is told from 0 and positive, also per point of rating, `attractive` where it
        is negative, `one_dimensional` where no asymmetry is shown but high less low is told from 0, and
        `neither` where nothing is. Errors are HC3, or clustered.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, nobody stands in one of the classes of a
        driver, columns repeat each other, rows are too few, or options contradict each other.

    References
    ----------
    Brandt (1987), in: Surprenant (ed.), Add Value to Your Service, 61–65. Vavra (1997), Improving Your
    Measurement of Customer Satisfaction. Matzler, Sauerwein (2002), International Journal of Service Industry
    Management 13(4), 314–332. MacKinnon, White (1985), Journal of Econometrics 29, 305–325. Holm (1979),
    Scandinavian Journal of Statistics 6, 65–70.
    """
    require_family(family)
    require_conf_level(conf_level)
    rows = driver_rows(frame, outcome, drivers, weight=weight, cluster=cluster)
    lows, highs = class_borders(rows, low, high, scale)
    is_low, is_high = rows.x <= lows, rows.x >= highs
    bases = class_bases(rows, is_low, is_high)
    dummies = np.hstack([is_low, is_high]).astype("float64")
    names = [f"{name} ({side})" for side in ("low", "high") for name in rows.drivers]
    fit = robust_fit(dummies, rows.y, rows.w, rows.cluster, names)
    figures = _figures(fit, bases, family, conf_level)
    kinds, notes = _kinds(figures, bases, outcome, rows.drivers, conf_level)
    table = pd.DataFrame({"driver": pd.Series(rows.drivers, dtype="str"), "low": lows, "high": highs})
    table["kind"] = pd.Series(kinds, dtype="str")
    table = pd.concat([table, figures, bases], axis=1).assign(suppressed=False)
    return PenaltyReward(
        outcome, table, family, conf_level, fit.df, rows.n, rows.n_eff, rows.kept, weighting_of(weight),
        "hc3" if cluster is None else "clustered", notes,
    )  # fmt: skip


def _figures(fit: RobustFit, bases: pd.DataFrame, family: Family, conf_level: float) -> pd.DataFrame:
    """Return the five contrasts of each driver with their tests, p rows."""
    p = len(bases)
    one, zero, unit = np.eye(p), np.zeros((p, 1)), np.ones(p)
    down, up = _steps(bases)
    sides = {
        "penalty": (-unit, 0 * unit), "reward": (0 * unit, unit), "asymmetry": (-unit, -unit),
        "span": (-unit, unit), "bend": (-1 / down, -1 / up),
    }  # fmt: skip
    out: dict[str, Floats] = {}
    for name, (of_low, of_high) in sides.items():
        estimate, std_error = fit.combined(np.hstack([zero, of_low[:, None] * one, of_high[:, None] * one]))
        conf_low, conf_high = student(estimate, std_error, np.full(p, float(fit.df)), conf_level)
        p_value = two_sided(estimate / std_error, fit.df)
        values = (estimate, std_error, conf_low, conf_high, p_value, adjusted(p_value, family))
        parts = ("", "_std_error", "_conf_low", "_conf_high", "_p_value", "_p_adjusted")
        out |= {name + part: value for part, value in zip(parts, values, strict=True)}
    return pd.DataFrame(out)


def _steps(bases: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return how many points of rating lie between low and middle, and middle and high, shape (p,) each."""
    low, middle, high = (bases[name].to_numpy(dtype="float64") for name in _MEANS)
    return middle - low, high - middle


def _kinds(
    figures: pd.DataFrame, bases: pd.DataFrame, outcome: str, drivers: Sequence[str], conf_level: float
) -> tuple[list[Kind], tuple[str, ...]]:
    """Return the class of each driver, and what must be said about it."""
    value = {name: figures[name].to_numpy() for name in CONTRASTS}
    # 1 − .95 is a little more than .05 in floating point.
    sure = {name: is_told(figures[f"{name}_p_adjusted"].to_numpy(), conf_level) for name in CONTRASTS}
    more = {name: sure[name] & (value[name] > 0) for name in CONTRASTS}
    less = {name: sure[name] & (value[name] < 0) for name in CONTRASTS}
    fits = [
        less["penalty"] | less["reward"] | less["span"],
        more["asymmetry"] & more["bend"] & (more["penalty"] | more["span"]),
        less["asymmetry"] & less["bend"] & (more["reward"] | more["span"]),
        more["span"],
    ]
    kinds = np.select(fits, ["reverse", "must_be", "attractive", "one_dimensional"], default="neither")
    notes = [
        f"{name}: runs against {outcome}: low ratings go with more of it than middling ones, or high ratings "
        "with less."
        for name, odd in zip(drivers, fits[0], strict=True)
        if odd
    ]
    apart = (more["asymmetry"] != more["bend"]) | (less["asymmetry"] != less["bend"])
    for name, down, up, odd in zip(drivers, *_steps(bases), apart, strict=True):
        if odd:
            notes.append(
                f"{name}: its classes are not equally far apart (low to middle {down:.2f} points of rating, "
                f"middle to high {up:.2f}), and the test per point of rating says otherwise than the test of "
                "penalty less reward: no asymmetry is taken as shown."
            )
    return kinds.tolist(), tuple(notes)
