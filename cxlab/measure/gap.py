"""The gap between what customers want and what they find, attribute by attribute."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Estimates, Scale
from cxlab.estimate.multiplicity import adjusted
from cxlab.estimate.require_option import require_option
from cxlab.measure.attribute_means import AttributeMeans, attribute_estimates, attribute_means
from cxlab.measure.joint_suppression import hidden_together, with_hidden
from cxlab.measure.ratings import ratings_of, scales_of
from cxlab.measure.resampled_ratings import resampled_means
from cxlab.measure.shares import EDGE
from cxlab.model.errors import MeasureError
from cxlab.model.weights import WeightKind, Weights

Floats = npt.NDArray[np.float64]
Wanted = Literal["importance", "expectation"]
Rescale = Literal["to_satisfaction", "to_100"]
SAID = {
    "to_satisfaction": "{wanted} is carried linearly from {own} to {found}, the scale of the satisfaction",
    "to_100": "both are carried linearly to 0–100, {wanted} from {own} and satisfaction from {found}",
}
TESTS = ["statistic", "df", "p_value", "p_holm", "rank", "rank_low", "rank_high", "probability_top"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Gaps:
    """Gaps of J attributes, the largest of which are the priorities.

    Parameters
    ----------
    gap
        Means of wanted less found, over the respondents who gave both, by attribute.
    wanted, satisfaction
        Means of the two over the same respondents, so that their difference is the gap.
    tests
        One row per attribute, in the same order: `statistic`, `df` and `p_value` of the t test that the gap
        is 0, `p_holm` after Holm's correction over the attributes; `rank` (1 is the largest gap) with its
        bootstrap interval `rank_low`, `rank_high`, and `probability_top`, the share of the replicates in
        which the attribute is among the `top` largest gaps.
    top
        How many attributes are priorities.
    rescale
        How the two scales were made one; None where they were equal and left as they are.
    scales
        The scales of wanted and of satisfaction, as they were asked.
    n_boot, seed
        Bootstrap replicates and the seed of their draws.
    """

    gap: Estimates
    wanted: Estimates
    satisfaction: Estimates
    tests: pd.DataFrame
    top: int
    rescale: Rescale | None
    scales: tuple[Scale, Scale]
    n_boot: int
    seed: int

    @property
    def rescaling(self) -> str:
        """How the two scales were made one, in words; empty where they were left as they are."""
        if self.rescale is None:
            return ""
        own, found = (f"{low:g}–{high:g}" for low, high in self.scales)
        return SAID[self.rescale].format(wanted=self.wanted.outcome, own=own, found=found)

    def tidy(self) -> pd.DataFrame:
        """Return one row per attribute, the largest gap first; suppressed ones last."""
        rows = self.gap.rows.rename(columns={"level": "attribute_id", "estimate": "gap"})
        means = {
            f"{result.outcome}_mean": result.rows["estimate"] for result in (self.wanted, self.satisfaction)
        }
        joined = pd.concat([rows[["attribute_id"]], pd.DataFrame(means), rows[_OWN], self.tests], axis=1)
        joined = joined.assign(n=rows["n"], n_eff=rows["n_eff"], suppressed=rows["suppressed"])
        return joined.sort_values("gap", ascending=False, kind="stable", ignore_index=True)

    def summary(self) -> str:
        """Return one honest sentence in English."""
        rows = self.tidy().query("~suppressed and gap.notna()")
        subject = f"Gap of {self.wanted.outcome} over satisfaction"
        said = f" ({self.rescaling})" if self.rescaling else ""
        if rows.empty:
            return f"{subject}{said}: too few answers to say."
        first = rows.iloc[0]
        level = f"{100 * self.gap.conf_level:g}%"
        known = np.isfinite(first["conf_low"])
        interval = f"{first['conf_low']:z.2f} to {first['conf_high']:z.2f}" if known else "unknown"
        weighing = f", n_eff = {first['n_eff']:.0f}" if self.gap.weighting == "weighted" else ", unweighted"
        top = first["probability_top"]
        chance = f"; it is among the {self.top} largest in {top:.0%} of the replicates" if top == top else ""
        differ = int((rows["p_holm"] < 1 - self.gap.conf_level).sum())
        return (
            f"{subject}{said}: largest for {first['attribute_id']} with {first['gap']:z.2f} "
            f"({level} interval {interval}, n = {first['n']}{weighing}){chance}. "
            f"{differ} of {len(rows)} gaps differ from 0 after Holm's correction."
        )

    def suppress(self, min_base: int) -> Gaps:
        """Return the gaps with those on small bases blanked, and their means with them."""
        hidden = hidden_together([self.gap, self.wanted, self.satisfaction], min_base)
        tests = self.tests.copy()
        tests.loc[hidden, TESTS] = np.nan
        gap, wanted, satisfaction = (
            with_hidden(result, hidden, min_base) for result in (self.gap, self.wanted, self.satisfaction)
        )
        return replace(self, gap=gap, wanted=wanted, satisfaction=satisfaction, tests=tests)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.tidy().round(3).to_html(index=False, border=0, na_rep="")
        return f"<p>{html.escape(self.summary())}</p>{table}"


_OWN = ["gap", "std_error", "conf_low", "conf_high"]


def gap(
    items: Any,
    respondents: Any | None = None,
    *,
    scale: Scale | Mapping[str, Scale],
    wanted: Wanted = "importance",
    rescale: Rescale | None = None,
    top: int = 3,
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
) -> Gaps:
    """Estimate importance, or expectation, less satisfaction, paired by respondent.

    Parameters
    ----------
    items
        `response_id`, `attribute_id`, `kind`, `score`: `market.response_items`, or what `cxlab.long_items`
        makes of a frame with a column per question.
    respondents
        One row per `response_id` with weight and design; items of others are left out. None where the items
        bear these columns themselves.
    scale
        Lowest and highest score, such as `(1, 10)`, or one for each kind:
        `{"importance": (1, 3), "satisfaction": (1, 5)}`.
    wanted
        `importance`, or `expectation` (as servqual does: expectation less perception).
    rescale
        Scales that differ have no difference. `to_satisfaction` carries the wanted scale linearly to that of
        the satisfaction, `to_100` both to 0–100; the result says so. None refuses unequal scales.
    top
        How many attributes are priorities, for `probability_top`.
    attributes
        Attributes to take; None takes all, which must then be rated in both kinds.
    weight
        Column of sampling weights ≥ 0, of which only the ratios matter, or the result of a calibration.
    cluster, stratum, fpc, nest, lonely
        How the sample was drawn: see `cxlab.estimate.design.Design`.
    weight_kind
        `sampling`, or `frequency` where a row of weight 3 stands for three equal rows.
    n_boot, seed
        Bootstrap replicates (over respondents, or clusters within strata) and the seed of their draws. They
        give ranks and `probability_top` only; calibrated weights are taken there as they are.
    conf_level
        Confidence level of the t intervals and of the ranks.

    Returns
    -------
    Gaps
        A respondent who gave only one of the two scores of an attribute is not in its base. One pair has a
        gap and no interval; where all pairs differ alike, there is no test.

    Raises
    ------
    MeasureError
        Where columns are absent or hold the wrong things, scales differ and no rescaling is named, a score
        lies outside its scale, an attribute lacks a kind, a respondent rated one twice, or an option is
        unknown.

    References
    ----------
    Parasuraman, Zeithaml, Berry (1988), Journal of Retailing 64(1), 12–40. Holm (1979), Scandinavian Journal
    of Statistics 6, 65–70. Goldstein, Spiegelhalter (1996), JRSS A 159, 385–443 (intervals of ranks).
    """
    _require_options(wanted, rescale, top)
    scales = scales_of(scale, [wanted, "satisfaction"])
    ratings = ratings_of(
        items,
        respondents,
        scales=scales,
        attributes=attributes,
        weight=weight,
        weight_kind=weight_kind,
        design=Design(cluster, stratum, fpc, nest=nest, lonely=lonely),
    )
    common = _common_scale(scales[wanted], scales["satisfaction"], wanted, rescale)
    asked = _carried(ratings.scores[wanted], scales[wanted], common)
    found = _carried(ratings.scores["satisfaction"], scales["satisfaction"], common)
    difference = asked - found
    paired = np.isfinite(difference)
    means = attribute_means(ratings, difference)
    reach = common[1] - common[0]
    both = [
        attribute_estimates(
            attribute_means(ratings, np.where(paired, scores, np.nan)),
            ratings, metric="mean_score", outcome=kind, scale=common, conf_level=conf_level,
        )
        for kind, scores in {wanted: asked, "satisfaction": found}.items()
    ]  # fmt: skip
    gaps = attribute_estimates(
        means, ratings, metric="gap", outcome=wanted, scale=(-reach, reach), conf_level=conf_level
    )
    (drawn,) = resampled_means(ratings, difference, n_boot=n_boot, seed=seed)
    tests = _tests(means, drawn, top, conf_level)
    return Gaps(
        gaps, both[0], both[1], tests, top, rescale, (scales[wanted], scales["satisfaction"]), n_boot, seed
    )


def ranks_of(values: Floats) -> Floats:
    """Return the rank of each value of a row, shape (b, J): 1 is the largest, and equal ones share the best.

    NaN comes last.
    """
    known = np.where(np.isnan(values), -np.inf, values)
    return 1.0 + (known[:, None, :] > known[:, :, None]).sum(axis=2)


def _tests(means: AttributeMeans, drawn: Floats, top: int, conf_level: float) -> pd.DataFrame:
    testable = means.std_error > EDGE
    statistic = np.divide(means.mean, means.std_error, out=np.full_like(means.mean, np.nan), where=testable)
    p_value = np.where(testable, 2 * stdtr(np.maximum(means.df, 1), -np.abs(statistic)), np.nan)
    known = np.isfinite(means.mean)
    rank = np.where(known, ranks_of(means.mean[None, :])[0], np.nan)
    tests = pd.DataFrame(
        {"statistic": statistic, "df": means.df, "p_value": p_value, "p_holm": adjusted(p_value, "holm")}
    )
    ranks = ranks_of(drawn)
    tail = (1 - conf_level) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    # A single unit to draw, or a single pair, says nothing of what another sample would show.
    sure = known & ~np.isnan(drawn).all(axis=0) & np.isfinite(means.std_error)
    columns = {
        "rank": rank,
        "rank_low": low,
        "rank_high": high,
        "probability_top": (ranks <= top).mean(axis=0),
    }
    for name, values in columns.items():
        tests[name] = np.where(known if name == "rank" else sure, values, np.nan)
    return tests


def _common_scale(wanted: Scale, found: Scale, name: str, rescale: Rescale | None) -> Scale:
    """Return the scale on which the two are compared."""
    if wanted != found and rescale is None:
        own, other = (f"{low:g}–{high:g}" for low, high in (wanted, found))
        raise MeasureError(
            f"{name} is on {own} and satisfaction on {other}: scores on two scales have no difference",
            remedy='name a rescaling, which the result then says: rescale="to_satisfaction" or "to_100"',
        )
    return (0.0, 100.0) if rescale == "to_100" else found


def _carried(scores: Floats, own: Scale, common: Scale) -> Floats:
    if own == common:
        return scores
    return common[0] + (scores - own[0]) * (common[1] - common[0]) / (own[1] - own[0])


def _require_options(wanted: str, rescale: str | None, top: int) -> None:
    require_option("wanted", wanted, get_args(Wanted))
    if rescale is not None:
        require_option("rescale", rescale, get_args(Rescale))
    if top < 1:
        raise MeasureError(f"the {top} largest gaps are none", remedy="take 1 or more")
