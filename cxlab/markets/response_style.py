"""How people of each market use the scale, whatever they are asked."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Lonely
from cxlab.estimate.estimates import Estimates, Scale, Unit, suppress
from cxlab.markets.item_answers import item_answers
from cxlab.measure.mean_score import mean_score
from cxlab.model.weights import WeightKind
from cxlab.tally.covariances import ratio

Floats = npt.NDArray[np.float64]
INDICES: dict[str, Unit] = {
    "acquiescence": "coefficient",
    "extreme": "share",
    "midpoint": "share",
    "spread": "score",
    "range": "score",
}
HOMOGENEOUS = 0.3
"""Items that correlate beyond this on average are about one thing, and a style is hard to tell from it."""
FEWEST_PAIRS = 3


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ResponseStyle:
    """Indices of response style, by market and by respondent.

    Parameters
    ----------
    indices
        The mean of each index by market: `acquiescence` (−1 to 1), `extreme` and `midpoint` (shares of the
        items), `spread` and `range` (points of the scale).
    respondents
        One row per respondent who answered enough items: the market and the five indices, with the index of
        the rows given.
    items
        The items.
    mean_correlation
        Mean correlation between two items within a market. Style is told from content only where it is low.
    """

    indices: tuple[Estimates, ...]
    respondents: pd.DataFrame
    items: tuple[str, ...]
    mean_correlation: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per index and market, with the columns of `metrics.csv` from `metric` on."""
        return pd.concat([one.tidy() for one in self.indices], ignore_index=True)

    def suppressed(self, min_base: int) -> ResponseStyle:
        """Return the indices with those on small bases blanked, and no respondents."""
        indices = tuple(suppress(one, min_base) for one in self.indices)
        return replace(self, indices=indices, respondents=self.respondents.iloc[:0])

    def summary(self) -> str:
        """Return what differs most in English."""
        text = " ".join(one.summary() for one in self.indices[:2])
        if self.mean_correlation > HOMOGENEOUS:
            text += (
                f" The items correlate at {self.mean_correlation:.2f} on average: what is style and what is "
                "opinion cannot be told apart."
            )
        return text

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the indices by market, without ids or times."""
        table = self.tidy()[["outcome", "level", "estimate", "conf_low", "conf_high", "n"]].round(3)
        return f"<p>{html.escape(self.summary())}</p>{table.to_html(index=False, border=0, na_rep='')}"


def response_style(
    frame: Any,
    items: Sequence[str],
    *,
    scale: Scale,
    by: str = "market",
    min_items: int | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> ResponseStyle:
    """Describe how the people of each market use the scale.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows: one row per respondent, one column per
        item, such as `cxlab.wide_items` returns.
    items
        At least two columns on one scale, best about many unlike things. NaN and infinite values are
        missing.
    scale
        Lowest and highest answer, such as `(1, 5)`.
    by
        Column of the market.
    min_items
        Fewest items a respondent must have answered; None wants all. With fewer, markets are compared on
        different items.
    weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in `cxlab.mean_score`.
    conf_level
        Confidence level.

    Returns
    -------
    ResponseStyle
        Of each respondent: `acquiescence`, the mean answer brought onto −1 (lowest) to 1 (highest);
        `extreme`, the share of answers at either end of the scale; `midpoint`, the share within half a point
        of its middle (two answers where the scale is even); `spread`, the standard deviation of the answers,
        with their number less one under it; `range`, the highest less the lowest.

    Raises
    ------
    MeasureError
        Where a column is absent or holds no numbers, an answer is outside the scale, a market has no name,
        nobody answered enough items, or as in `cxlab.mean_score`.

    References
    ----------
    Baumgartner, Steenkamp (2001), Journal of Marketing Research 38, 143–156, table 1. Harzing (2006),
    International Journal of Cross Cultural Management 6, 243–266.
    """
    given = (weight, cluster, stratum, fpc)
    answers = item_answers(frame, items, scale=scale, by=by, min_items=min_items, keep=given)
    rows = answers.rows.drop(columns=list(items)).assign(**style_indices(answers.scores, scale))
    indices = []
    for name, unit in INDICES.items():
        found = mean_score(
            rows,
            name,
            by=by,
            weight=weight,
            cluster=cluster,
            stratum=stratum,
            fpc=fpc,
            nest=nest,
            lonely=lonely,
            weight_kind=weight_kind,
            conf_level=conf_level,
        )
        indices.append(replace(found, metric="response_style", unit=unit, scale=_scale_of(name, scale)))
    w = np.ones(len(rows)) if weight is None else rows[weight].to_numpy(dtype="float64")
    correlation = _mean_correlation(answers.scores, w, rows[by].to_numpy())
    return ResponseStyle(tuple(indices), rows[[by, *INDICES]], tuple(items), correlation)


def style_indices(scores: Floats, scale: Scale) -> dict[str, Floats]:
    """Return the five indices of each respondent.

    Parameters
    ----------
    scores
        Shape (n, p); NaN where there is no answer.
    scale
        Lowest and highest answer.
    """
    low, high = scale
    middle, half = (low + high) / 2, (high - low) / 2
    answered = np.isfinite(scores)
    count = answered.sum(axis=1)
    mean = np.where(answered, scores, 0.0).sum(axis=1) / count
    squares = np.where(answered, (scores - mean[:, None]) ** 2, 0.0).sum(axis=1)
    spread = np.divide(squares, count - 1, out=np.full(len(scores), np.nan), where=count > 1)
    return {
        "acquiescence": (mean - middle) / half,
        "extreme": ((scores == low) | (scores == high)).sum(axis=1) / count,
        "midpoint": (np.abs(scores - middle) <= 0.5).sum(axis=1) / count,
        "spread": np.sqrt(spread),
        "range": np.where(answered, scores, -np.inf).max(axis=1)
        - np.where(answered, scores, np.inf).min(axis=1),
    }


def _scale_of(index: str, scale: Scale) -> Scale | None:
    widest = scale[1] - scale[0]
    return {"acquiescence": (-1.0, 1.0), "range": (0.0, widest)}.get(index)


def _mean_correlation(scores: Floats, w: Floats, market: npt.NDArray[np.object_]) -> float:
    """Return the mean correlation of two items, deviations taken from each market's own means."""
    held = (np.isfinite(scores) & (w > 0)[:, None]).astype("float64")
    filled = np.where(held > 0, scores, 0.0)
    sums = pd.DataFrame(np.hstack([w[:, None] * filled, w[:, None] * held])).groupby(market, sort=False)
    total, weight = np.hsplit(sums.transform("sum").to_numpy(), 2)
    deviation = np.where(held > 0, filled - ratio(total, weight), 0.0)
    squares = (w[:, None] * deviation**2).T @ held
    together = (w[:, None] * deviation).T @ deviation
    enough = held.T @ held >= FEWEST_PAIRS
    correlation = np.where(enough, ratio(together, np.sqrt(squares * squares.T)), np.nan)
    upper = correlation[np.triu_indices(len(correlation), 1)]
    return float(np.nanmean(upper)) if np.isfinite(upper).any() else float("nan")
