"""Do the customers to be scored still look like those a model was fitted on?"""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.model.errors import MeasureError
from cxlab.retention.feature_columns import feature_columns, in_memory

Floats = npt.NDArray[np.float64]
SOME, MUCH = 0.1, 0.25
"""From where on a change is called some, or much: the custom of credit scoring, not a test."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Drift:
    """How far each feature has moved between training and scoring.

    Parameters
    ----------
    rows
        One row per `column`, the most moved first: `kind` (number or category), `psi`, `psi_expected` (what
        two samples of the same customers would show on average), `share_new` (of the scoring, on levels that
        the training did not have), `missing_train`, `missing_scoring`, `verdict` (little, some, much),
        `suppressed`.
    n_train, n_scoring
        Customers.
    min_base
        Smallest base that is shown; 0 as long as `suppress` was not called.
    """

    rows: pd.DataFrame
    n_train: int
    n_scoring: int
    min_base: int = 0

    def tidy(self) -> pd.DataFrame:
        """Return one row per column."""
        return self.rows.assign(n_train=self.n_train, n_scoring=self.n_scoring)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        if self.rows["suppressed"].all():
            return "Drift between training and scoring: too few to say."
        moved = self.rows[self.rows["verdict"] != "little"]
        base = f"(n = {self.n_train:,} and {self.n_scoring:,})"
        if moved.empty:
            return f"None of {len(self.rows)} features has moved by a PSI of {SOME} {base}."
        named = ", ".join(f"'{row.column}' ({row.psi:.2f})" for row in moved.head(5).itertuples())
        return f"{len(moved)} of {len(self.rows)} features have moved, most {named} {base}."

    def suppress(self, min_base: int) -> Drift:
        """Return the result, blanked where training or scoring has fewer than `min_base` customers."""
        if min_base <= self.min_base or not too_small(min(self.n_train, self.n_scoring), min_base):
            return replace(self, min_base=max(min_base, self.min_base))
        figures = ["psi", "psi_expected", "share_new", "missing_train", "missing_scoring"]
        rows = self.rows.assign(suppressed=True, verdict="", **dict.fromkeys(figures, np.nan))
        return replace(self, rows=rows, n_train=0, n_scoring=0, min_base=min_base)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.rows.round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def drift(train: Any, scoring: Any, *, bins: int = 10) -> Drift:
    """Say which features have moved since the training: `cx.drift(before.features, now.features)`.

    Parameters
    ----------
    train, scoring
        Frames of any engine, with the same features; columns that only `scoring` has are not looked at.
    bins
        Groups of equal size in the training that a number is cut into; equal values share one, and a value
        as frequent as a group is one by itself.

    Returns
    -------
    Drift
        The population stability index Σ (q − p) ln(q/p) over the groups of a number or the levels of a
        category, missing being one. To each count ½ is added, so that an empty group is not infinite.

    Raises
    ------
    MeasureError
        Where a column is lacking, of another type or holds infinity, or there are no rows.

    References
    ----------
    Siddiqi (2006), Credit Risk Scorecards, chapter 9; Yurdakul, Naranjo (2020), Journal of Risk Model
    Validation 14, 89–100 (its mean under no change: (B − 1)(1/n + 1/m)).
    """
    if not _whole(bins) or bins < 2:
        raise MeasureError(f"bins={bins!r} is no number of groups", remedy="give a whole number, 2 or more")
    before, after = in_memory(train), in_memory(scoring)
    if not len(before) or not len(after):
        raise MeasureError("there are no customers to compare", remedy="give rows for training and scoring")
    known = feature_columns(before)
    lacking = [name for name in known.names if name not in after]
    if lacking:
        raise MeasureError(
            f"{len(lacking)} columns of the training are lacking: {', '.join(map(repr, lacking))}",
            remedy="give the scoring the same features",
        )
    rows = [
        _number(name, before[name], after[name], bins) if levels is None
        else _category(name, before[name], after[name])
        for name, levels in zip(known.names, known.levels, strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows).sort_values("psi", ascending=False, kind="stable", ignore_index=True)
    verdict = np.select([table["psi"] < SOME, table["psi"] < MUCH], ["little", "some"], "much")
    return Drift(table.assign(verdict=verdict, suppressed=False), len(before), len(after))


def _whole(bins: object) -> bool:
    return isinstance(bins, Integral) and not isinstance(bins, bool)


def population_stability(before: Floats, after: Floats) -> tuple[float, float]:
    """Return the population stability index of two rows of counts, and its mean where nothing changed.

    Parameters
    ----------
    before, after
        Counts by group, shape (B,); groups that both lack are left out.
    """
    there = (before + after) > 0
    n, m, groups = before.sum(), after.sum(), int(there.sum())
    p = (before[there] + 0.5) / (n + groups / 2)
    q = (after[there] + 0.5) / (m + groups / 2)
    return float(((q - p) * np.log(q / p)).sum()), (groups - 1) * (1 / n + 1 / m)


def _number(name: str, before: pd.Series, after: pd.Series, bins: int) -> dict[str, object]:
    try:
        x, z = (each.to_numpy(dtype="float64", na_value=np.nan) for each in (before, after))
    except (TypeError, ValueError):
        raise MeasureError(
            f"the column '{name}' holds numbers here and none there", remedy="bring it to one type"
        ) from None
    if np.isinf(x).any() or np.isinf(z).any():
        raise MeasureError(
            f"the column '{name}' holds infinity", remedy="give it a number, or leave it missing"
        )
    edges = _edges(x[~np.isnan(x)], bins)
    counts = [
        np.append(
            np.bincount(np.searchsorted(edges, each[~np.isnan(each)], side="left"), minlength=len(edges) + 1),
            np.isnan(each).sum(),
        )
        for each in (x, z)
    ]
    return _row(name, "number", counts[0], counts[1], 0.0)


def _edges(known: Floats, bins: int) -> Floats:
    """Return the highest value of each group but the last, ascending."""
    if not len(known):
        return np.zeros(0)
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins))
    share = [np.mean(known == edge) for edge in edges]
    # What lies below a value that many have must not count as that value, or a fall is not seen.
    alone = edges[np.array(share) >= 1 / bins]
    return np.union1d(edges, np.nextafter(alone, -np.inf))


def _category(name: str, before: pd.Series, after: pd.Series) -> dict[str, object]:
    both = [each.astype("str").where(each.notna()) for each in (before, after)]
    codes, levels = pd.factorize(pd.concat(both), sort=True)
    codes = np.where(codes < 0, len(levels), codes)
    first, second = codes[: len(before)], codes[len(before) :]
    counts = [np.bincount(each, minlength=len(levels) + 1) for each in (first, second)]
    new = float(counts[1][:-1][counts[0][:-1] == 0].sum() / len(after))
    return _row(name, "category", counts[0], counts[1], new)


def _row(name: str, kind: str, before: Any, after: Any, new: float) -> dict[str, object]:
    psi, expected = population_stability(before.astype("float64"), after.astype("float64"))
    return {
        "column": name, "kind": kind, "psi": psi, "psi_expected": expected, "share_new": new,
        "missing_train": before[-1] / before.sum(), "missing_scoring": after[-1] / after.sum(),
    }  # fmt: skip
