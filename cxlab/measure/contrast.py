"""Differences of a measure between groups, with their tests and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from cxlab.estimate.contrasts import Contrasts
from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import Scale
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.multiplicity import Family, require_family
from cxlab.estimate.sample import Sample, sample_of
from cxlab.measure.averaged import MeasureName, answers_of, averaged
from cxlab.measure.compared import Question, TestName, compared
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.sides import levels_of, pairs_of, sides_of
from cxlab.model.errors import MeasureError
from cxlab.model.strict import code_text
from cxlab.model.weights import WeightKind, Weights

Against = Literal["pairs", "rest", "previous", "first"]


def contrast(
    frame: Any,
    measure: MeasureName,
    group: str,
    *,
    score: str | None = None,
    against: Against | object = "pairs",
    by: By = None,
    paired: str | None = None,
    scale: Scale | None = None,
    boxes: int | None = None,
    values: object | Sequence[object] = None,
    weight: str | Weights | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    fpc: str | None = None,
    nest: bool = False,
    lonely: Lonely = "fail",
    weight_kind: WeightKind = "sampling",
    method: TestName | None = None,
    family: Family = "holm",
    conf_level: float = 0.95,
) -> Contrasts:
    """Compare a measure between the levels of a group: `cx.contrast(answers, "nps", "region")`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    measure
        `nps`, `promoters`, `passives`, `detractors`, `csat`, `top_box`, `bottom_box`, `mean_score` or
        `share`.
    group
        Column whose levels are compared. Respondents without a level are compared with nobody.
    score
        Column of the answers; may be left out for NPS and its classes, which then take `nps`.
    against
        `pairs`: each level with each other; `rest`: each with all others together; `previous` and `first`:
        each with the one before it, or with the first, in order (numbers by size, waves by name); or a level:
        each other one with it. The difference is the named level less what it is held against.
    by
        Segment column or columns, within whose levels the comparisons are made.
    paired
        Column that tells who a respondent is, where the same people answer in several groups, such as waves.
        It becomes the cluster, so that what two answers of one person share is counted.
    scale, boxes, values
        As in the measure.
    weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in the measure. Clusters may hold members of both groups.
    method
        Test of independent shares or NPS. `pooled_z` (default), the score test; `wald`; for NPS also
        `adjusted_wald`. Independent means are compared by `welch_t`, and all measures by design with
        `linearised_t`.
    family
        How p-values are adjusted over all comparisons of the result: `holm` (the chance of any false
        finding), `bh` (the share of false ones among the findings) or `none`.
    conf_level
        Confidence level: under `holm` of all intervals jointly, by Bonferroni, else of each. A difference is
        told from 0 where its adjusted p-value is at most 1 − conf_level.

    Returns
    -------
    Contrasts
        NPS in points, shares as differences of 0–1, means on their own scale. The interval goes with the
        test: Newcombe's from Wilson's intervals of shares, the same from adjusted Wald intervals of NPS,
        Student's of means and by design. `std_error` is that of the difference, each side with its own
        variance; the pooled test has another in its statistic. Under weights, n_eff takes the place of n.

    Raises
    ------
    MeasureError
        As the measure; and where the group has no two levels, an option contradicts another, or `against` is
        neither a word nor a level.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873–890, method 10. Zou, Donner (2008), Statistics in Medicine
    27, 1693–1702. Rocks (2016), The American Statistician 70(4), 365–372. Welch (1947), Biometrika 34, 28–35.
    Lumley (2010), Complex Surveys, section 2.4 (domains share clusters). Holm (1979), Scandinavian Journal of
    Statistics 6, 65–70. Benjamini, Hochberg (1995), JRSS B 57, 289–300.
    """
    require_family(family)
    require_conf_level(conf_level)
    what = averaged(measure, score, scale=scale, boxes=boxes, values=values)
    sample = paired_sample(
        frame, weight, Design(cluster, stratum, fpc, nest=nest, lonely=lonely), weight_kind, paired
    )
    segments = segment_names(by)
    answers = answers_of(sample, what, [*segments, group])
    levels = answers.table.levels
    pairs = pairs_of(levels_of(levels, group), group, against)
    sides = sides_of(levels, segments, group, pairs)
    word = against if isinstance(against, str) else code_text(against)
    asked = Question(tuple(segments), group, word, method, family, conf_level)
    return compared(sample, what, answers, sides, asked)


def paired_sample(
    frame: Any, weight: str | Weights | None, design: Design, weight_kind: WeightKind, paired: str | None
) -> Sample:
    """Return the sample, with the respondent as the cluster where answers are paired."""
    if paired is None:
        return sample_of(frame, weight, design, weight_kind)
    if design.cluster is not None:
        raise MeasureError(
            f"paired='{paired}' and cluster='{design.cluster}' both say which answers belong together",
            remedy="leave paired= away: a cluster holds the pairs of the respondents who stay in it",
        )
    repeated = Design(paired, design.stratum, design.fpc, nest=design.nest, lonely=design.lonely)
    return sample_of(frame, weight, repeated, weight_kind)
