"""One score told in five ways, side by side."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale, suppress, weighting_of
from cxlab.estimate.sample import sample_of
from cxlab.measure.boxed import scale_of_boxes
from cxlab.measure.mean_score import mean_score
from cxlab.measure.nps import net_rows
from cxlab.measure.score_table import By, require_within, score_table, segment_names
from cxlab.measure.shares import interval_name
from cxlab.measure.top_box import top_box
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.recode import Recode


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class BoxChoices:
    """A score by segment as a mean, two top boxes and two net scores.

    Parameters
    ----------
    choices
        `mean_score`, `top_1_box`, `top_2_box`, `top_2_less_bottom_2` and `nps_like`.
    """

    choices: tuple[Estimates, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row per figure, with the columns of `metrics.csv` from `metric` on."""
        return pd.concat([choice.tidy() for choice in self.choices], ignore_index=True)

    def ranks(self) -> pd.DataFrame:
        """Return the rank of each segment by each choice: 1 is best, equal figures share the better rank.

        One row per segment that is shown, one column per choice, in the order of the first choice.
        """
        columns = {
            choice.metric: choice.rows.set_index("level")["estimate"].dropna() for choice in self.choices
        }
        # What rounding leaves of equal figures is no difference.
        figures = pd.DataFrame(columns).dropna().round(10)
        ranks = figures.rank(ascending=False, method="min").astype("int64")
        return ranks.sort_values(list(columns), kind="stable")

    def suppress(self, min_base: int) -> BoxChoices:
        """Return the result with the figures on small bases blanked, as `cxlab.suppress`."""
        return BoxChoices(tuple(suppress(choice, min_base) for choice in self.choices))

    def reversals(self) -> pd.DataFrame:
        """Return the pairs of segments that two choices put in opposite orders.

        One row each: `better`, `worse` (by `choice`) and the `other` choice that turns them round.
        """
        ranks = self.ranks()
        found = [
            (better, worse, choice, other)
            for number, choice in enumerate(ranks)
            for other in list(ranks)[number + 1 :]
            for better, worse in _turned(ranks[choice], ranks[other])
        ]
        return pd.DataFrame(found, columns=["better", "worse", "choice", "other"])

    def summary(self) -> str:
        """Return one honest sentence in English."""
        reversals, shown = self.reversals(), len(self.ranks())
        subject = f"{self.choices[0].outcome} told in {len(self.choices)} ways"
        if shown < 2:
            return f"{subject}: there are no two segments to rank."
        if reversals.empty:
            return f"{subject}: all rank the {shown} segments alike."
        first = reversals.iloc[0]
        pairs = len({frozenset(pair) for pair in zip(reversals["better"], reversals["worse"], strict=True)})
        return (
            f"{subject}: ranks turn round in {pairs} of {shown * (shown - 1) // 2} pairs of segments; "
            f"{first['better']} is before {first['worse']} by {first['choice']} and behind by "
            f"{first['other']}."
        )

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return the summary and the ranks as a small table, without ids or times."""
        return f"<p>{html.escape(self.summary())}</p>{self.ranks().to_html(border=0)}"


def box_choices(
    frame: Any,
    score: str,
    *,
    scale: Scale | None = None,
    by: By = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    conf_level: float = 0.95,
) -> BoxChoices:
    """Tell one score by segment in five ways, to see whether the choice of boxes decides who is best.

    Parameters
    ----------
    frame, score, by, weight, cluster, stratum, fpc, nest, lonely, weight_kind, conf_level
        As in `cxlab.top_box`.
    scale
        Lowest and highest score, at least four boxes. May be left out for a score whose scale is fixed.

    Returns
    -------
    BoxChoices
        The mean; the shares in the highest and the two highest boxes; the two highest less the two lowest,
        in points; and `nps_like`, in points: scores are moved to 0–10 and rounded, 9 and 10 count 1 and 0 to
        6 count −1. On 1–5 that is the share of 5 less that of 1 to 3.

    Raises
    ------
    MeasureError
        As `cxlab.top_box`, and where the scale has fewer than four boxes.
    """
    known = scale_of_boxes(score, scale, 3)
    design = {"cluster": cluster, "stratum": stratum, "fpc": fpc, "nest": nest, "lonely": lonely}
    options: dict[str, Any] = {
        "by": by, "weight": weight, "weight_kind": weight_kind, "conf_level": conf_level, **design
    }  # fmt: skip
    sample = sample_of(frame, weight, Design(cluster, stratum, fpc, nest=nest, lonely=lonely), weight_kind)
    table = score_table(sample, score, by=by)
    require_within(table, known, score)
    segments, interval = tuple(segment_names(by)), interval_name(sample, "score")
    nets = [
        Estimates(
            metric,
            score,
            segments,
            "points",
            interval,
            conf_level,
            weighting_of(sample.weight),
            net_rows(sample, table, score, recode, by=segments, method="score", conf_level=conf_level),
        )
        for metric, recode in _nets(known).items()
    ]
    mean = mean_score(frame, score, scale=known, **options)
    tops = [top_box(frame, score, scale=known, boxes=boxes, **options) for boxes in (1, 2)]
    return BoxChoices((mean, *tops, *nets))


def _nets(scale: Scale) -> dict[str, Recode]:
    low, high = scale
    between = float(np.nextafter(low + 1, np.inf))
    tenth = (high - low) / 10
    return {
        "top_2_less_bottom_2": Recode(-1.0, ((between, 0.0), (high - 1, 1.0))),
        "nps_like": Recode(-1.0, ((low + 6.5 * tenth, 0.0), (low + 8.5 * tenth, 1.0))),
    }


def _turned(one: pd.Series, other: pd.Series) -> list[tuple[str, str]]:
    levels, first, second = list(one.index), one.to_numpy(), other.to_numpy()
    before, behind = first[:, None] < first, second[:, None] > second
    return [(levels[a], levels[b]) for a, b in np.argwhere(before & behind)]
