"""Importance against satisfaction: which attributes stand in which quadrant, and how surely."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale
from cxlab.estimate.require_option import require_option
from cxlab.measure.attribute_means import attribute_estimates, attribute_means
from cxlab.measure.joint_suppression import hidden_together, with_hidden
from cxlab.measure.ratings import ratings_of, scales_of
from cxlab.measure.resampled_ratings import resampled_means
from cxlab.model.weights import WeightKind, Weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Cut = Literal["mean", "midpoint"]
Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill"]
QUADRANTS: tuple[Quadrant, ...] = get_args(Quadrant)
"""Numbered by 2 · (importance is low) + (satisfaction is high)."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ImportanceSatisfaction:
    """Where J attributes stand on importance and satisfaction.

    Parameters
    ----------
    importance, satisfaction
        Means by attribute, each over those who gave that score.
    quadrants
        One row per attribute, in the same order: `quadrant`, its `probability` (share of the bootstrap
        replicates in which the attribute stands in it), and a column with the probability of each quadrant.
    cut
        Where the lines are: at the `mean` of the attributes' means, or at the `midpoint` of the scale.
    cut_importance, cut_satisfaction
        The lines.
    n_boot, seed
        Bootstrap replicates and the seed of their draws.
    """

    importance: Estimates
    satisfaction: Estimates
    quadrants: pd.DataFrame
    cut: Cut
    cut_importance: float
    cut_satisfaction: float
    n_boot: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row per attribute: both means, their intervals and bases, the quadrant, its chance."""
        parts = [self.importance.rows[["level"]].rename(columns={"level": "attribute_id"})]
        for result in (self.importance, self.satisfaction):
            figures = result.rows[["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]]
            parts.append(figures.add_prefix(f"{result.outcome}_").rename(
                columns={f"{result.outcome}_estimate": result.outcome}
            ))  # fmt: skip
        lines = {"cut_importance": self.cut_importance, "cut_satisfaction": self.cut_satisfaction}
        hidden = self.importance.rows["suppressed"]
        return pd.concat([*parts, self.quadrants], axis=1).assign(**lines, cut=self.cut, suppressed=hidden)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        lines = (
            f"Quadrants of importance and satisfaction, cut at the {self.cut} "
            f"({self.cut_importance:.2f} and {self.cut_satisfaction:.2f})"
        )
        shown = self.quadrants[self.quadrants["quadrant"] != ""]
        if shown.empty:
            return f"{lines}: too few answers to say."
        here = shown[shown["quadrant"] == "concentrate_here"].sort_values("probability", ascending=False)
        names = self.importance.rows["level"][here.index]
        chances = [f" ({p:.0%} of the replicates)" if p >= 0 else "" for p in here["probability"]]
        said = [f"{name}{chance}" for name, chance in zip(names, chances, strict=True)]
        unsure = int((shown["probability"] < self.importance.conf_level).sum())
        return (
            f"{lines}: important and not satisfying: {', '.join(said) or 'none'}. The quadrant of {unsure} "
            f"of {len(shown)} attributes holds in under {self.importance.conf_level:.0%} of the replicates."
        )

    def suppress(self, min_base: int) -> ImportanceSatisfaction:
        """Return the result with attributes blanked where either base is too small."""
        hidden = hidden_together([self.importance, self.satisfaction], min_base)
        quadrants = self.quadrants.copy()
        quadrants.loc[hidden, "quadrant"] = ""
        quadrants.loc[hidden, ["probability", *QUADRANTS]] = np.nan
        importance, satisfaction = (
            with_hidden(result, hidden, min_base) for result in (self.importance, self.satisfaction)
        )
        return replace(self, importance=importance, satisfaction=satisfaction, quadrants=quadrants)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.tidy().round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def importance_satisfaction(
    items: Any,
    respondents: Any | None = None,
    *,
    scale: Scale | Mapping[str, Scale],
    cut: Cut = "mean",
    attributes: Sequence[str] | None = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    n_boot: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> ImportanceSatisfaction:
    """Place attributes in the four quadrants of importance and satisfaction.

    Parameters
    ----------
    items, respondents, attributes
        As in `cxlab.gap`.
    scale
        Lowest and highest score, or one for each kind; they may differ.
    cut
        `mean` draws the lines at the plain mean of the attributes' means, so there are always attributes on
        both sides; `midpoint` in the middle of each scale. A value on a line counts as high.
    weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in `cxlab.gap`.
    n_boot, seed
        Bootstrap replicates (over respondents, or clusters within strata) and the seed of their draws. Lines
        at the mean are drawn anew in each.
    conf_level
        Confidence level of the t intervals on both axes.

    Returns
    -------
    ImportanceSatisfaction
        `concentrate_here` (important, not satisfying), `keep_up` (both high), `low_priority` (both low),
        `possible_overkill` (satisfying, not important).

    Raises
    ------
    MeasureError
        As `cxlab.gap`, or where `cut` is unknown.

    References
    ----------
    Martilla, James (1977), Journal of Marketing 41(1), 77–79.
    """
    require_option("cut", cut, get_args(Cut))
    kinds = ["importance", "satisfaction"]
    scales = scales_of(scale, kinds)
    ratings = ratings_of(
        items,
        respondents,
        scales=scales,
        attributes=attributes,
        weight=weight,
        weight_kind=weight_kind,
        design=Design(cluster, stratum, fpc, nest=nest, lonely=lonely),
    )
    results = [
        attribute_estimates(
            attribute_means(ratings, ratings.scores[kind]),
            ratings, metric="mean_score", outcome=kind, scale=scales[kind], conf_level=conf_level,
        )
        for kind in kinds
    ]  # fmt: skip
    means = [result.rows["estimate"].to_numpy(dtype="float64")[None, :] for result in results]
    drawn = resampled_means(ratings, *(ratings.scores[kind] for kind in kinds), n_boot=n_boot, seed=seed)
    middles = None if cut == "mean" else [sum(scales[kind]) / 2 for kind in kinds]
    lines = [_lines(values, place, middles) for place, values in enumerate(means)]
    quadrants = _quadrants(means, drawn, middles)
    return ImportanceSatisfaction(
        results[0], results[1], quadrants, cut, float(lines[0][0, 0]), float(lines[1][0, 0]), n_boot, seed
    )


def quadrant_numbers(importance: Floats, satisfaction: Floats, lines: Sequence[Floats]) -> Ints:
    """Return the number of the quadrant of each attribute, shape (b, J), in the order of `QUADRANTS`."""
    return 2 * (importance < lines[0]).astype("int64") + (satisfaction >= lines[1])


def _lines(values: Floats, place: int, middles: Sequence[float] | None) -> Floats:
    """Return the line of each row of means, shape (b, 1)."""
    if middles is not None:
        return np.full((len(values), 1), float(middles[place]))
    known = np.isfinite(values)
    count = known.sum(axis=1, keepdims=True)
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _quadrants(
    means: Sequence[Floats], drawn: Sequence[Floats], middles: Sequence[float] | None
) -> pd.DataFrame:
    known = np.isfinite(means[0][0]) & np.isfinite(means[1][0])
    here = quadrant_numbers(
        means[0], means[1], [_lines(values, place, middles) for place, values in enumerate(means)]
    )[0]
    lines = [_lines(values, place, middles) for place, values in enumerate(drawn)]
    there = quadrant_numbers(drawn[0], drawn[1], lines)
    valid = np.isfinite(drawn[0]) & np.isfinite(drawn[1])
    times = valid.sum(axis=0)
    shares: dict[str, Floats] = {
        name: np.divide(
            (valid & (there == number)).sum(axis=0), times, out=np.full(len(times), np.nan), where=times > 0
        )
        for number, name in enumerate(QUADRANTS)
    }
    probability = np.array([shares[QUADRANTS[number]][place] for place, number in enumerate(here)])
    names = [QUADRANTS[number] if there_is else "" for number, there_is in zip(here, known, strict=True)]
    frame = pd.DataFrame({"quadrant": pd.Series(names, dtype="str"), "probability": probability, **shares})
    frame.loc[~known, ["probability", *QUADRANTS]] = np.nan
    return frame
