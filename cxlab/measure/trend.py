"""A measure over waves: its changes, their tests, and what went with mix and with score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxlab.estimate.contrasts import Contrasts
from cxlab.estimate.design import Design, Lonely
from cxlab.estimate.estimates import MISSING_LEVEL, Estimates, Scale, suppress
from cxlab.estimate.intervals import require_conf_level
from cxlab.estimate.multiplicity import Family, require_family
from cxlab.measure.averaged import MeasureName, answers_of, averaged
from cxlab.measure.compared import Question, TestName, compared
from cxlab.measure.contrast import paired_sample
from cxlab.measure.measured import measured
from cxlab.measure.mix_score import MixScore
from cxlab.measure.score_table import By, segment_names
from cxlab.measure.sides import levels_of, pairs_of, sides_of
from cxlab.measure.split_changes import split_changes
from cxlab.model.weights import WeightKind, Weights


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Trend:
    """A measure over waves.

    Parameters
    ----------
    estimates
        The measure in each wave.
    changes
        Each wave less the one before it and, where there are more than two, the last less the first, as one
        family.
    mix
        The same changes split into mix and score; None where no segment was named.
    """

    estimates: Estimates
    changes: Contrasts
    mix: MixScore | None = None

    def tidy(self) -> pd.DataFrame:
        """Return the changes, one row each."""
        return self.changes.tidy()

    def summary(self) -> str:
        """Return what the waves, the changes and their split say, a sentence each."""
        said = [self.estimates.summary(), self.changes.summary()]
        return " ".join(said if self.mix is None else [*said, self.mix.summary()])

    def suppress(self, min_base: int) -> Trend:
        """Return the result with the waves and segments of small bases blanked: see `cxlab.suppress`."""
        estimates = suppress(self.estimates, min_base)
        hidden = set(estimates.rows["level"][estimates.rows["suppressed"]])
        mix = None if self.mix is None else self.mix.suppress(min_base, waves=hidden)
        return replace(self, estimates=estimates, changes=self.changes.suppress(min_base), mix=mix)

    def __repr__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Return its parts one below the other."""
        split = "" if self.mix is None else self.mix._repr_html_()
        return self.estimates._repr_html_() + self.changes._repr_html_() + split


def trend(
    frame: Any,
    measure: MeasureName,
    wave: str = "wave",
    *,
    score: str | None = None,
    mix_by: By = None,
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
) -> Trend:
    """Follow a measure over waves: `cx.trend(answers, "nps", mix_by="segment.region")`.

    Parameters
    ----------
    frame
        pandas, polars, a DuckDB relation, or any frame narwhals knows.
    measure
        As in `cxlab.contrast`.
    wave
        Column of the waves. They are ordered by the numbers in their names. Rows without one are left out.
    mix_by
        Segment column or columns by which each change is split into mix and score. Respondents without a
        level are a segment of their own, for else the parts would not sum to the change.
    score, paired, scale, boxes, values, method, family
        As in `cxlab.contrast`.
    weight, cluster, stratum, fpc, nest, lonely, weight_kind
        As in the measure.
    conf_level
        Confidence level: of each wave's interval and of each part of a split; of the changes as `family`
        says.

    Returns
    -------
    Trend
        Estimates by wave, changes, and their split. The parts of a split sum to the change exactly. Their
        intervals are Student's on linearised standard errors, each by itself.

    Raises
    ------
    MeasureError
        As `cxlab.contrast`; and where a wave holds no level of a segment of `mix_by` that others hold.

    References
    ----------
    Kitagawa (1955), JASA 50, 1168–1194. For the rest see `cxlab.contrast`.
    """
    require_family(family)
    require_conf_level(conf_level)
    what = averaged(measure, score, scale=scale, boxes=boxes, values=values)
    design = Design(cluster, stratum, fpc, nest=nest, lonely=lonely)
    sample = paired_sample(frame, weight, design, weight_kind, paired)
    answers = answers_of(sample, what, [wave])
    known = levels_of(answers.table.levels, wave)
    pairs = pairs_of(known, wave, "previous")
    if len(known) > 2:
        pairs.append((known[-1], known[0]))
    asked = Question((), wave, "previous", method, family, conf_level)
    changes = compared(sample, what, answers, sides_of(answers.table.levels, [], wave, pairs), asked)
    mix = None
    if segments := segment_names(mix_by):
        cells = answers_of(sample, what, [wave, *segments])
        mix = split_changes(sample, what, cells, pairs, wave=wave, by=segments, conf_level=conf_level)
    waves = measured(
        frame,
        what,
        by=wave,
        weight=weight,
        cluster=sample.design.cluster,
        stratum=stratum,
        fpc=fpc,
        nest=nest,
        lonely=lonely,
        weight_kind=weight_kind,
        conf_level=conf_level,
    )
    rows = waves.rows[waves.rows["level"] != MISSING_LEVEL].reset_index(drop=True)
    return Trend(replace(waves, rows=_in_waves(rows, known)), changes, mix)


def _in_waves(rows: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    place = {level: position for position, level in enumerate(known)}
    return rows.iloc[rows["level"].map(place).argsort(kind="stable")].reset_index(drop=True)
