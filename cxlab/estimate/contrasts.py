"""The result of comparing two means or more."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Scale, Unit, Weighting, level_names, name_of
from cxlab.estimate.hidden_cells import hidden_cells
from cxlab.estimate.multiplicity import Family, is_told

REST = "(rest)"
CONTRAST_COLUMNS = [
    "metric", "outcome", "by", "level", "group", "level_a", "level_b", "estimate_a", "estimate_b",
    "difference", "std_error", "statistic", "df", "p_value", "p_adjusted", "conf_low", "conf_high",
    "conf_level", "n_a", "n_b", "n_eff_a", "n_eff_b", "unit", "weighting", "method", "family", "suppressed",
]  # fmt: skip
NAMES = ["level", "level_a", "level_b"]
FIGURES = [
    "estimate_a", "estimate_b", "difference", "std_error", "statistic", "df", "p_value", "p_adjusted",
    "conf_low", "conf_high", "n_a", "n_b", "n_eff_a", "n_eff_b",
]  # fmt: skip
_DECIMALS = {"points": 1, "share": 3, "score": 2, "amount": 2}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Contrasts:
    """Differences of one measure between the levels of a group.

    Parameters
    ----------
    metric, outcome, unit, weighting, scale, min_base
        As in `cxlab.Estimates`.
    by
        Segment columns within whose levels the comparisons were made; empty for everyone.
    group
        Column whose levels were compared.
    against
        What they were compared with: `pairs`, `rest`, `previous`, `first` or a level.
    method
        Name of the test and its interval.
    family
        How p-values were adjusted, over all rows: `holm`, `bh` or `none`.
    conf_level
        Confidence level; under `holm` all intervals hold jointly at this level.
    rows
        One row per comparison: `level` (of `by`), `level_a`, `level_b`, `estimate_a`, `estimate_b`,
        `difference` (a − b), `std_error`, `statistic`, `df`, `p_value`, `p_adjusted`, `conf_low`,
        `conf_high`, `n_a`, `n_b`, `n_eff_a`, `n_eff_b`, `suppressed`. NaN where nothing can be said.
    """

    metric: str
    outcome: str
    by: tuple[str, ...]
    group: str
    against: str
    unit: Unit
    method: str
    family: Family
    conf_level: float
    weighting: Weighting
    rows: pd.DataFrame
    scale: Scale | None = None
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per comparison."""
        return self.rows.assign(
            metric=self.metric,
            outcome=self.outcome,
            by=name_of(self.by),
            group=self.group,
            conf_level=self.conf_level,
            unit=self.unit,
            weighting=self.weighting,
            method=self.method,
            family=self.family,
        )[CONTRAST_COLUMNS]

    @property
    def differs(self) -> pd.Series:
        """Whether a difference can be told from 0: its adjusted p-value is at most 1 − `conf_level`."""
        # 1 − .95 is a little more than .05 in floating point.
        return is_told(self.rows["p_adjusted"], self.conf_level)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        subject = f"{self.metric} of {self.outcome} by {self.group}"
        shown = self.rows[~self.rows["suppressed"] & self.rows["difference"].notna()]
        hidden = int(self.rows["suppressed"].sum())
        silent = f"; {hidden} suppressed for small bases" if hidden else ""
        if shown.empty:
            return f"{subject}: too few answers to compare{silent}."
        if len(shown) == 1:
            return f"{subject}: {self._comparison(shown.iloc[0])}{silent}."
        apart = shown[self.differs[shown.index]]
        counted = f"{len(apart)} of {len(shown)} differences can be told from 0 ({_FAMILIES[self.family]})"
        ranked = apart if len(apart) else shown
        largest = ranked.iloc[int(ranked["difference"].abs().to_numpy(dtype="float64").argmax())]
        return f"{subject}: {counted}; the largest{' of these' * bool(len(apart))}: " + (
            f"{self._comparison(largest)}{silent}."
        )

    def _comparison(self, row: pd.Series) -> str:
        within = f"{row['level']}, " if self.by else ""
        sides = f"{within}{row['level_a']} {self._figure(row['estimate_a'])} against {row['level_b']} "
        sides += f"{self._figure(row['estimate_b'])}, a difference of {self._figure(row['difference'])}"
        sides += " points" if self.unit == "points" else ""
        kind = "joint interval" if self.family == "holm" and len(self.rows) > 1 else "interval"
        known = np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"])
        ends = f"{self._figure(row['conf_low'])} to {self._figure(row['conf_high'])}" if known else "unknown"
        p_value = f"p = {row['p_adjusted']:.2g}" if np.isfinite(row["p_adjusted"]) else "no test"
        adjusted = ", adjusted" if self.family != "none" and len(self.rows) > 1 else ""
        weighed = "weighted" if self.weighting == "weighted" else "unweighted"
        odd = known and self._contradicts(row)
        doubt = "; test and interval disagree, so take it as undecided" if odd else ""
        return (
            f"{sides} ({100 * self.conf_level:g}% {kind} {ends}, {p_value}{adjusted}, "
            f"n = {row['n_a']} and {row['n_b']}, {weighed}{doubt})"
        )

    def _contradicts(self, row: pd.Series) -> bool:
        excludes = row["conf_low"] > 0 or row["conf_high"] < 0
        return bool(excludes != is_told(row["p_adjusted"], self.conf_level))

    def _figure(self, value: float) -> str:
        return f"{value:z.{_DECIMALS[self.unit]}f}"

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the rows as a small table, without ids or times."""
        digits = _DECIMALS[self.unit]
        places = {name: digits for name in ("estimate_a", "estimate_b", "difference", "std_error")}
        places |= {
            "conf_low": digits,
            "conf_high": digits,
            "statistic": 2,
            "df": 1,
            "n_eff_a": 1,
            "n_eff_b": 1,
        }
        table = self.rows.round({**places, "p_value": 4, "p_adjusted": 4})
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"

    def suppress(self, min_base: int) -> Contrasts:
        """Return the result with the comparisons of small bases blanked: see `cxlab.suppress`."""
        if min_base <= self.min_base:
            return self
        names, base = _bases(self.rows)
        levels = [[*level_names(level, len(self.by)), side] for level, side in names]
        cells = np.array(levels, dtype=object).reshape(len(names), len(self.by) + 1)
        hidden = hidden_cells(cells, base, min_base)
        shut = {name for name, is_hidden in zip(names, hidden, strict=True) if is_hidden}
        small = _small_rest(self.rows, min_base)
        blank = small | np.array(
            [
                (row.level, row.level_a) in shut or (row.level, row.level_b) in shut
                for row in self.rows.itertuples()
            ],
            dtype=bool,
        )
        rows = self.rows.assign(suppressed=blank)
        rows.loc[blank, FIGURES] = pd.NA
        return replace(self, rows=rows, min_base=min_base)


_FAMILIES = {
    "holm": "Holm-adjusted",
    "bh": "Benjamini–Hochberg-adjusted",
    "none": "each test by itself",
}


def contrast_rows(names: pd.DataFrame, **figures: object) -> pd.DataFrame:
    """Return the rows of a result from the names of what was compared and its figures.

    Parameters
    ----------
    names
        `level`, `level_a` and `level_b`, c rows.
    figures
        Arrays of length c, named as the columns of `Contrasts.rows`.
    """
    rows = pd.concat([names[NAMES], pd.DataFrame({name: figures[name] for name in FIGURES})], axis=1)
    return rows.assign(suppressed=False).astype({"n_a": "Int64", "n_b": "Int64"})


def _bases(rows: pd.DataFrame) -> tuple[list[tuple[str, str]], npt.NDArray[np.float64]]:
    """Return each side that is a level of its own, and the smaller of its n and n_eff."""
    bases: dict[tuple[str, str], float] = {}
    for side in ("a", "b"):
        base = _smaller(rows, side)
        for level, name, value in zip(rows["level"], rows[f"level_{side}"], base, strict=True):
            if name != REST:
                bases.setdefault((level, name), value)
    return list(bases), np.array(list(bases.values()), dtype="float64")


def _small_rest(rows: pd.DataFrame, min_base: int) -> npt.NDArray[np.bool_]:
    base = _smaller(rows, "b")
    is_rest = (rows["level_b"] == REST).to_numpy()
    return np.asarray(is_rest & (np.isnan(base) | ((base > 0) & (base < min_base - 1e-9))))


def _smaller(rows: pd.DataFrame, side: str) -> npt.NDArray[np.float64]:
    columns: Sequence[str] = [f"n_{side}", f"n_eff_{side}"]
    return rows[list(columns)].astype("float64").min(axis=1, skipna=False).to_numpy()
