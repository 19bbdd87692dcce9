"""The happiness index of one category: brands within it, areas across it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.intervals import kish_n_eff, normal_quantile, student_quantile
from cxlab.measure.empirical_bayes import empirical_bayes
from cxlab.measure.rank_chances import expected_ranks, p_best

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CategoryIndex:
    """Figures of one category.

    Parameters
    ----------
    category, brands, brands_raw, areas, areas_raw
        Rows with `estimate`, `std_error`, `reach`, `n`, `n_eff` beside the names they are of; the drawn ones
        with `shrinkage`, brands with `expected_rank` and `p_best` as well.
    """

    category: pd.DataFrame
    brands: pd.DataFrame
    brands_raw: pd.DataFrame
    areas: pd.DataFrame
    areas_raw: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Weighted means of k cells with a variance they share.

    Parameters
    ----------
    mean, error, n, n_eff
        Mean, variance of the mean, answers and effective base, shape (k,).
    df
        Degrees of freedom of the shared variance.
    """

    mean: Floats
    error: Floats
    n: Floats
    n_eff: Floats
    df: float


def category_index(name: str, rows: pd.DataFrame, *, frequency: bool, conf_level: float) -> CategoryIndex:
    """Return the index of one category.

    Parameters
    ----------
    name
        The category.
    rows
        `response_id`, `brand`, `area`, `score` and a weight `w` > 0.
    frequency
        Whether a weight says how many equal rows it stands for.
    conf_level
        Confidence level.
    """
    cells = rows.groupby(["brand", "area"], sort=True)[["score", "w"]].agg(list).reset_index()
    cells["mean"] = [
        np.average(score, weights=w) for score, w in zip(cells["score"], cells["w"], strict=True)
    ]
    # Every brand counts once in the mean of an area, however many rated it.
    area_mean = cells.groupby("area", sort=True)["mean"].mean()
    level = float(area_mean.mean())
    rows = rows.assign(away=rows["score"] - rows["area"].map(area_mean))
    raters = rows.groupby(["brand", "response_id"], sort=True, as_index=False).agg(
        away=("away", "mean"), w=("w", "first")
    )
    raters = raters.rename(columns={"away": "own"})
    brand_names, at = np.unique(raters["brand"].to_numpy(dtype="str"), return_inverse=True)
    brand = _means(raters["own"].to_numpy(), raters["w"].to_numpy(), at, len(brand_names), frequency)
    reach = float(student_quantile(np.array([brand.df]), conf_level)[0])
    base = pd.DataFrame({"category": name, "brand": brand_names, "n": brand.n, "n_eff": brand.n_eff})
    raw = base.assign(estimate=level + brand.mean, std_error=np.sqrt(brand.error), reach=reach)
    drawn = _drawn_brands(raw, brand, level, conf_level)
    category = pd.DataFrame(
        {
            "category": [name],
            "estimate": level + brand.mean.mean(),
            "std_error": np.sqrt(brand.error.sum()) / len(brand.mean),
            "reach": reach,
            "n": brand.n.sum(),
            "n_eff": brand.n_eff.sum(),
        }
    )
    rows = rows.merge(raters[["brand", "response_id", "own"]], on=["brand", "response_id"])
    areas, areas_raw = _areas(name, rows, cells, drawn, area_mean, level, frequency, conf_level)
    return CategoryIndex(category, drawn, raw, areas, areas_raw)


def _drawn_brands(raw: pd.DataFrame, brand: Means, level: float, conf_level: float) -> pd.DataFrame:
    if not (brand.error > 0).all():
        # Without two raters of one brand that differ, nothing says how unsure a mean is.
        return raw.assign(shrinkage=0.0, expected_rank=np.nan, p_best=np.nan)
    found = empirical_bayes(brand.mean, brand.error)
    estimate, std_error = level + found.estimate, found.std_error
    return raw.assign(
        estimate=estimate,
        std_error=std_error,
        reach=raw["reach"] if np.isnan(found.variance) else normal_quantile(conf_level),
        shrinkage=found.shrinkage,
        expected_rank=expected_ranks(estimate, std_error),
        p_best=p_best(estimate, std_error),
    )


def _areas(
    name: str,
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    drawn: pd.DataFrame,
    area_mean: pd.Series,
    level: float,
    frequency: bool,
    conf_level: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each brand is in each area: drawn, and as rated."""
    keys = pd.MultiIndex.from_frame(cells[["brand", "area"]])
    at = keys.get_indexer(pd.MultiIndex.from_frame(rows[["brand", "area"]]))
    w = rows["w"].to_numpy()
    rated = _means(rows["score"].to_numpy(), w, at, len(cells), frequency)
    beyond = _means((rows["away"] - rows["own"]).to_numpy(), w, at, len(cells), frequency)
    base = cells[["brand", "area"]].assign(category=name, n=rated.n, n_eff=rated.n_eff)
    reach = float(student_quantile(np.array([rated.df]), conf_level)[0])
    raw = base.assign(estimate=rated.mean, std_error=np.sqrt(rated.error), reach=reach)
    brands, areas = cells["brand"].nunique(), cells["area"].nunique()
    own = drawn.set_index("brand").loc[cells["brand"]]
    expected = cells["area"].map(area_mean).to_numpy() + own["estimate"].to_numpy() - level
    error = own["std_error"].to_numpy() ** 2
    if (own["shrinkage"] == 0).all() or not (beyond.error > 0).all():
        return raw.assign(shrinkage=0.0), raw
    found = empirical_bayes(beyond.mean, beyond.error, fitted=brands + areas - 1)
    areas_drawn = raw.assign(
        estimate=expected + found.estimate,
        std_error=np.sqrt(error + found.std_error**2),
        reach=normal_quantile(conf_level),
        shrinkage=found.shrinkage,
    )
    return areas_drawn, raw


def _means(values: Floats, w: Floats, at: npt.NDArray[np.int64], k: int, frequency: bool) -> Means:
    total = _summed(at, w, k)
    mean = _summed(at, w * values, k) / total
    n = total if frequency else _summed(at, np.ones(len(at)), k)
    n_eff = total if frequency else kish_n_eff(total, _summed(at, w**2, k))
    # One variance for all cells: most have too few answers for one of their own.
    squares = _summed(at, w * (values - mean[at]) ** 2, k) / total
    df = float((n - 1).sum())
    shared = float((n * squares).sum()) / df if df > 0 else np.nan
    return Means(mean, shared / n_eff, n, n_eff, df)


def _summed(at: npt.NDArray[np.int64], values: Floats, k: int) -> Floats:
    return np.bincount(at, values, k).astype("float64")
