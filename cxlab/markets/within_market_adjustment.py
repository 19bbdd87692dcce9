"""Scores of each market beside the same scores freed of how its people use the scale."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.design import Lonely
from cxlab.estimate.estimates import Estimates, Scale, suppress
from cxlab.markets.item_answers import ItemAnswers, item_answers
from cxlab.measure.mean_score import mean_score
from cxlab.model.weights import WeightKind

_SHOWN = ["estimate", "conf_low", "conf_high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AdjustedScores:
    """Raw and adjusted means of the same items on the same respondents, market by market.

    Parameters
    ----------
    raw
        Mean of each item by market, on the scale of the items.
    centred
        Mean of what each respondent gave an item beyond his own mean over all items; in points of the scale.
    standardised
        The same in units of the market's own spread of such answers.
    """

    raw: tuple[Estimates, ...]
    centred: tuple[Estimates, ...]
    standardised: tuple[Estimates, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row per item and market: raw beside centred and standardised, never these alone."""
        parts = []
        for raw, *adjusted in zip(self.raw, self.centred, self.standardised, strict=True):
            part = raw.rows[["level", "n", "n_eff", *_SHOWN]].rename(
                columns=dict(zip(_SHOWN, ["raw", "raw_low", "raw_high"], strict=True))
            )
            for name, one in zip(["centred", "standardised"], adjusted, strict=True):
                renamed = dict(zip(_SHOWN, [name, f"{name}_low", f"{name}_high"], strict=True))
                part = part.join(one.rows[_SHOWN].rename(columns=renamed))
            parts.append(part.assign(suppressed=raw.rows["suppressed"]).rename(columns={"level": "market"}))
        table = pd.concat(parts, ignore_index=True)
        table.insert(0, "item", np.repeat([one.outcome for one in self.raw], len(self.raw[0].rows)))
        return table

    def suppressed(self, min_base: int) -> AdjustedScores:
        """Return the scores with those on small bases blanked."""
        raw, centred, standardised = (
            tuple(suppress(one, min_base) for one in kind)
            for kind in (self.raw, self.centred, self.standardised)
        )
        return AdjustedScores(raw, centred, standardised)

    def summary(self) -> str:
        """Return in English whether the order of the markets depends on the adjustment."""
        turned = [
            raw.outcome
            for raw, adjusted in zip(self.raw, self.standardised, strict=True)
            if _order(raw) != _order(adjusted)
        ]
        if not turned:
            return f"The order of the markets is the same, raw and adjusted, in all {len(self.raw)} items."
        return (
            f"In {len(turned)} of {len(self.raw)} items the order of the markets depends on the adjustment: "
            f"{', '.join(turned)}. What the adjusted scores compare is each market's own profile."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the scores, without ids or times."""
        table = self.tidy().round(2).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


def within_market_adjustment(
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
) -> AdjustedScores:
    """Set each market's means beside the same means freed of shift and stretch of the scale.

    Parameters
    ----------
    frame, items, scale, by, min_items
        As in `cxlab.response_style`.
    weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in `cxlab.mean_score`.
    conf_level
        Confidence level.

    Returns
    -------
    AdjustedScores
        An adjusted score says how a market sees an item against its own other items, and nothing of its
        level: over all items the centred scores of a market add to 0. The interval of a standardised score
        takes the spread it is divided by as known.

    Raises
    ------
    MeasureError
        As in `cxlab.response_style`.

    References
    ----------
    Fischer (2004), Journal of Cross-Cultural Psychology 35, 263–282 (within-subject centring and
    standardisation, and what they take away). Leung, Bond (1989), Journal of Cross-Cultural Psychology 20,
    133–151.
    """
    given = (weight, cluster, stratum, fpc)
    answers = item_answers(frame, items, scale=scale, by=by, min_items=min_items, keep=given)
    own = answers.scores - np.nanmean(answers.scores, axis=1, keepdims=True)
    spread = _spread(answers, own, by, weight)
    raw, centred, standardised = [], [], []

    def mean_of(values: np.ndarray, name: str) -> Estimates:
        return mean_score(
            answers.rows.assign(**{name: values}),
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

    for place, name in enumerate(items):
        raw.append(replace(mean_of(answers.scores[:, place], name), scale=scale))
        found = mean_of(own[:, place], name)
        centred.append(replace(found, metric="centred_mean", scale=None))
        standardised.append(_divided(found, spread))
    return AdjustedScores(tuple(raw), tuple(centred), tuple(standardised))


def _spread(answers: ItemAnswers, own: np.ndarray, by: str, weight: str | None) -> pd.Series:
    """Return the root mean square within-person deviation of each market, by its name as text."""
    rows = answers.rows
    w = np.ones(len(rows)) if weight is None else rows[weight].to_numpy(dtype="float64", na_value=np.nan)
    square = np.nanmean(own**2, axis=1)
    sums = pd.DataFrame({"w": w, "square": w * square}).groupby(rows[by].astype("str").to_numpy()).sum()
    return (sums["square"] / sums["w"].where(sums["w"] > 0)).pow(0.5)


def _divided(found: Estimates, spread: pd.Series) -> Estimates:
    unit = found.rows["level"].map(spread)
    unit = unit.where(unit > 0)
    rows = found.rows.copy()
    for name in ["std_error", *_SHOWN]:
        rows[name] = rows[name] / unit
    return replace(found, metric="standardised_mean", unit="coefficient", scale=None, rows=rows)


def _order(result: Estimates) -> list[str]:
    shown = result.rows[result.rows["estimate"].notna()]
    return list(shown.sort_values("estimate", ascending=False, kind="stable")["level"])
