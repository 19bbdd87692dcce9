"""Means and covariances of a market's items: all that a comparison of markets needs to know of its rows."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.estimates import Weighting
from cxlab.estimate.require_option import require_option
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind
from cxlab.tally.entry import finite, lazy_rows
from cxlab.tally.moments import moments
from cxlab.tally.one_pass import refuse_parts

Floats = npt.NDArray[np.float64]
TABLE = ["x", "y", "n", "n_eff", "mean_x", "mean_y", "covariance", "weighting"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ItemMoments:
    """Means and covariances of p items over the respondents who answered all of them.

    Parameters
    ----------
    items
        Names of the items.
    n
        Respondents.
    n_eff
        Kish's effective base; n without weights.
    mean
        Shape (p,).
    covariance
        With n, or Σw, under it, shape (p, p).
    weighting
        `none` or `weighted`.
    """

    items: tuple[str, ...]
    n: int
    n_eff: float
    mean: Floats
    covariance: Floats
    weighting: Weighting

    def subset(self, items: Sequence[str]) -> ItemMoments:
        """Return the moments of some items, in their order; the respondents stay the same.

        Raises
        ------
        MeasureError
            Where an item is not among them.
        """
        if absent := [name for name in items if name not in self.items]:
            raise MeasureError(
                f"there is no item '{absent[0]}'", remedy="known are: " + ", ".join(self.items)
            )
        at = [self.items.index(name) for name in items]
        return ItemMoments(
            tuple(items), self.n, self.n_eff, self.mean[at], self.covariance[np.ix_(at, at)], self.weighting
        )

    def tidy(self) -> pd.DataFrame:
        """Return one row per pair of items, as a study keeps it in `tables/moments.parquet`."""
        i, j = np.triu_indices(len(self.items))
        names = np.array(self.items, dtype=object)
        return pd.DataFrame(
            {
                "x": pd.Series(names[i], dtype="str"),
                "y": pd.Series(names[j], dtype="str"),
                "n": self.n,
                "n_eff": self.n_eff,
                "mean_x": self.mean[i],
                "mean_y": self.mean[j],
                "covariance": self.covariance[i, j],
                "weighting": pd.Series([self.weighting] * len(i), dtype="str"),
            }
        )[TABLE]

    def summary(self) -> str:
        """Return one honest sentence in English."""
        weighed = f", n_eff = {self.n_eff:.0f}" if self.weighting == "weighted" else ", unweighted"
        return f"Moments of {len(self.items)} items: {self.n:,} respondents answered all of them{weighed}."

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the covariances, without ids or times."""
        table = pd.DataFrame(self.covariance, index=list(self.items), columns=list(self.items))
        table.insert(0, "mean", self.mean)
        return f"<p>{html.escape(self.summary())}</p>{table.round(2).to_html(border=0)}"


def item_moments(
    frame: Any, items: Sequence[str], *, weight: str | None = None, weight_kind: WeightKind = "sampling"
) -> ItemMoments:
    """Return the means and covariances of items over the rows that hold all of them.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows: one row per respondent, one column per
        item, such as `cxlab.wide_items` returns.
    items
        Columns of the items. Who lacks one of them is left out; NaN and infinite values are missing.
    weight
        Column of weights ≥ 0; only their ratios matter.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, a weight is missing or negative, or nobody answered all
        items.
    """
    require_option("weight_kind", weight_kind, get_args(WeightKind))
    if len(items) < 2:
        raise MeasureError("one item has nothing to go with", remedy="name at least two items")
    found = moments(frame, items[0], list(items[1:]), weight=weight, missing="complete")
    covariance = found.covariance().to_numpy()
    n = int(found.total().n[0, 0, 0]) if found.rows else 0
    if n == 0:
        raise MeasureError(
            "nobody answered all of " + ", ".join(items), remedy="leave out the items that few were asked"
        )
    n_eff = float(n)
    if weight is not None:
        w = finite(weight)
        whole = nw.all_horizontal(*(~finite(name).is_null() for name in items), ignore_nulls=False)
        asked = {"w": w.sum(), "w2": (w * w).sum(), "parts": (w != w.round()).sum()}
        sums = lazy_rows(frame).filter(whole).select(**asked).collect()
        if weight_kind == "frequency":
            refuse_parts(int(sums["parts"][0]), weight)
        total, squares = float(sums["w"][0]), float(sums["w2"][0])
        n_eff = total if weight_kind == "frequency" else total**2 / squares
        n = round(total) if weight_kind == "frequency" else n
    weighting: Weighting = "none" if weight is None else "weighted"
    return ItemMoments(tuple(items), n, n_eff, found.mean().to_numpy(), covariance, weighting)


def read_moments(table: pd.DataFrame) -> ItemMoments:
    """Return the moments that `ItemMoments.tidy` wrote.

    Raises
    ------
    MeasureError
        Where columns or pairs are absent, or pairs stand on different respondents.
    """
    if absent := [name for name in TABLE if name not in table]:
        raise MeasureError(
            "this is no table of item moments: it lacks " + ", ".join(absent),
            remedy="write item_moments(…).tidy() to tables/moments.parquet",
        )
    bases = table[["n", "n_eff", "weighting"]].drop_duplicates()
    if len(bases) != 1:
        raise MeasureError(
            "the pairs of items stand on different respondents", remedy="take moments of complete answers"
        )
    items = list(dict.fromkeys([*table["x"], *table["y"]]))
    if len(table) != len(items) * (len(items) + 1) // 2 or table.duplicated(["x", "y"]).any():
        raise MeasureError("the table does not hold every pair of items once", remedy="write it anew")
    at = {name: place for place, name in enumerate(items)}
    i, j = table["x"].map(at).to_numpy(), table["y"].map(at).to_numpy()
    covariance = np.full((len(items), len(items)), np.nan)
    covariance[i, j] = covariance[j, i] = table["covariance"].to_numpy()
    mean = np.full(len(items), np.nan)
    mean[i], mean[j] = table["mean_x"].to_numpy(), table["mean_y"].to_numpy()
    n, n_eff, weighting = bases.iloc[0]
    return ItemMoments(tuple(items), int(n), float(n_eff), mean, covariance, weighting)
