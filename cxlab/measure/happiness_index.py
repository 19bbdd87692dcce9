"""How happy customers of each brand are, area by area, with thin brands drawn to their category."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import Estimates, suppress, weighting_of
from cxlab.estimate.require_option import require_option
from cxlab.measure.brand_scores import SCALE, brand_scores
from cxlab.measure.happiness_category import CategoryIndex, category_index
from cxlab.measure.happiness_rows import estimates_of
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind
from cxlab.tally.one_pass import refuse_parts


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class HappinessIndex:
    """The Customer Happiness Index, 0–10: categories, brands and areas, shrunken beside raw.

    Parameters
    ----------
    categories
        Mean of the brands, each counting once, by category.
    brands, brands_raw
        Mean over the areas by category and brand: drawn towards the category, and as rated.
    areas, areas_raw
        By category, brand and area: drawn, and as rated.
    ranks
        One row per brand: `category`, `brand`, `shrinkage` (0 as rated, 1 the category's mean),
        `expected_rank` within the category (1 is best) and `p_best`, the chance to be the best.
    areas_shrinkage
        One row per brand and area: how far its own departure from brand and area was drawn to none.
    """

    categories: Estimates
    brands: Estimates
    brands_raw: Estimates
    areas: Estimates
    areas_raw: Estimates
    ranks: pd.DataFrame
    areas_shrinkage: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return every figure, with the columns of `metrics.csv` from `metric` on."""
        parts = (self.categories, self.brands, self.brands_raw, self.areas, self.areas_raw)
        return pd.concat([part.tidy() for part in parts], ignore_index=True)

    def table(self) -> pd.DataFrame:
        """Return one row per brand, the best first in each category: raw, shrinkage, index, ranks, base."""
        shown, raw = self.brands.rows, self.brands_raw.rows
        table = self.ranks[["category", "brand"]].assign(
            n=shown["n"].to_numpy(),
            raw=raw["estimate"].to_numpy(),
            raw_low=raw["conf_low"].to_numpy(),
            raw_high=raw["conf_high"].to_numpy(),
            shrinkage=self.ranks["shrinkage"].to_numpy(),
            estimate=shown["estimate"].to_numpy(),
            conf_low=shown["conf_low"].to_numpy(),
            conf_high=shown["conf_high"].to_numpy(),
            expected_rank=self.ranks["expected_rank"].to_numpy(),
            p_best=self.ranks["p_best"].to_numpy(),
            suppressed=shown["suppressed"].to_numpy(),
        )
        return table.sort_values(["category", "expected_rank"], ignore_index=True)

    def suppressed(self, min_base: int) -> HappinessIndex:
        """Return the index with the figures on small bases blanked, ranks included."""
        names = ("brands", "brands_raw", "areas", "areas_raw", "categories")
        hidden = {name: suppress(getattr(self, name), min_base) for name in names}
        blank = hidden["brands"].rows["suppressed"].to_numpy(dtype=bool)
        ranks = self.ranks.copy()
        ranks.loc[blank, ["shrinkage", "expected_rank", "p_best"]] = np.nan
        areas = self.areas_shrinkage.copy()
        areas.loc[hidden["areas"].rows["suppressed"].to_numpy(dtype=bool), "shrinkage"] = np.nan
        return replace(self, **hidden, ranks=ranks, areas_shrinkage=areas)

    def summary(self) -> str:
        """Return one honest sentence in English for each category."""
        return " ".join(self._sentence(name) for name in dict.fromkeys(self.ranks["category"]))

    def _sentence(self, category: str) -> str:
        table = self.table()
        rows = table[(table["category"] == category) & table["estimate"].notna()]
        if rows.empty:
            return f"{category}: too few ratings to say."
        best, last, level = rows.iloc[0], rows.iloc[-1], self.brands.conf_level
        span = f"{best['brand']} {_figure(best, level)}"
        if len(rows) > 1:
            span = f"highest {span}, lowest {last['brand']} {_figure(last, level)}"
        chance = f"; {best['brand']} is the best with a chance of {100 * best['p_best']:.0f}%"
        pooled = "not pooled" if (rows["shrinkage"] == 0).all() else f"drawn {rows['shrinkage'].mean():.0%}"
        return (
            f"Happiness in {category}, {len(rows)} brands: {span}{chance if len(rows) > 1 else ''}; {pooled}."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the brands, without ids or times."""
        table = self.table().round(2).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def happiness_index(
    brand_ratings: Any,
    *,
    weight: str | None = None,
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> HappinessIndex:
    """Estimate the Customer Happiness Index of each brand and area, with partial pooling within categories.

    Parameters
    ----------
    brand_ratings
        `response_id`, `brand`, `category`, `area`, `score` (0–10), such as `market.brand_ratings`. Rows
        without a score are left out.
    weight
        Column of weights ≥ 0, one per respondent; only their ratios matter.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    conf_level
        Confidence level.

    Returns
    -------
    HappinessIndex
        A brand's raw index is the mean over its raters of their mean departure from the category's area
        means, so an area nobody rated does not move it. Brands are random effects within their category;
        what a brand departs by in one area beyond that is a second one. Both are drawn to their centre by
        how unsure they are. With fewer than four brands in a category nothing is drawn.

    Raises
    ------
    MeasureError
        Where columns are absent, a score is outside 0–10, a respondent rated an area of a brand twice or has
        two weights, or a weight is missing or negative, or nobody rated anything.

    Notes
    -----
    A respondent's ratings of one brand go together: he counts once per brand. Ratings of two brands by the
    same respondent are taken as independent. Under sampling weights a weight of 2 for everyone changes
    nothing; twice the rows are more answers, and are drawn less.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47–55. Efron, Morris (1975), Journal of
    the American Statistical Association 70, 311–319.
    """
    require_option("weight_kind", weight_kind, get_args(WeightKind))
    table = brand_scores(brand_ratings, [] if weight is None else [weight])
    table = table.assign(w=1.0 if weight is None else table[weight].astype("float64"))
    if weight is not None:
        _require_weights(table, weight)
        if weight_kind == "frequency":
            refuse_parts(int((table["w"] != table["w"].round()).sum()), weight)
    table = table[table["w"] > 0]
    if table.empty:
        raise MeasureError("nobody rated a brand", remedy="give ratings with a score and a weight")
    categories: list[CategoryIndex] = [
        category_index(str(name), rows, frequency=weight_kind == "frequency", conf_level=conf_level)
        for name, rows in table.groupby("category", sort=True)
    ]
    weighting = weighting_of(weight)

    def joined(part: str, metric: str, by: tuple[str, ...], method: str) -> Estimates:
        frames = [getattr(one, part) for one in categories]
        rows = pd.concat(frames, ignore_index=True)
        return estimates_of(rows, metric, by, method, conf_level, weighting, SCALE)

    brand, area = ("category", "brand"), ("category", "brand", "area")
    brands = pd.concat([one.brands for one in categories], ignore_index=True)
    areas = pd.concat([one.areas for one in categories], ignore_index=True)
    return HappinessIndex(
        categories=joined("category", "happiness_index", ("category",), "pooled_t"),
        brands=joined("brands", "happiness_index", brand, "morris_eb"),
        brands_raw=joined("brands_raw", "happiness_index_raw", brand, "pooled_t"),
        areas=joined("areas", "happiness_index", area, "morris_eb"),
        areas_raw=joined("areas_raw", "happiness_index_raw", area, "pooled_t"),
        ranks=brands[["category", "brand", "shrinkage", "expected_rank", "p_best"]],
        areas_shrinkage=areas[["category", "brand", "area", "shrinkage"]],
    )


def _require_weights(table: pd.DataFrame, weight: str) -> None:
    bad = int((~(np.isfinite(table["w"]) & (table["w"] >= 0))).sum())
    if bad:
        raise MeasureError(
            f"{bad:,} ratings have no weight or a negative one",
            where=f"column '{weight}'",
            remedy="weight every rating, or leave weight= away",
        )
    if (table.groupby("response_id")["w"].nunique() > 1).any():
        raise MeasureError(
            "a respondent has two weights", where=f"column '{weight}'", remedy="give each respondent one"
        )


def _figure(row: pd.Series, level: float) -> str:
    known = np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"])
    interval = f"{row['conf_low']:.2f} to {row['conf_high']:.2f}" if known else "unknown"
    return f"{row['estimate']:.2f} ({100 * level:g}% interval {interval}, n = {row['n']})"
