"""Items beside their respondents: one row per respondent, one column per kind and attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.design import Design
from cxlab.estimate.estimates import Scale
from cxlab.estimate.sample import Sample, sample_of
from cxlab.model.errors import MeasureError, nearest
from cxlab.model.weights import WeightKind, Weights
from cxlab.tally.entry import lazy_rows, refuse_bad_weights, require_names, require_numbers
from cxlab.tally.one_pass import refuse_parts, spelt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
KEYS = ["response_id", "attribute_id", "kind", "score"]


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """What n respondents said of J attributes.

    Parameters
    ----------
    sample
        The respondents, n rows of a pandas frame, their weights and their design.
    attributes
        Names of the attributes, sorted.
    scores
        Kind → scores, shape (n, J); NaN where there is none.
    w
        Weights, shape (n,); 1 without weights, 0 where a respondent who rated nothing has none.
    by
        Segment columns of the respondents, as texts.
    """

    sample: Sample
    attributes: tuple[str, ...]
    scores: Mapping[str, Floats]
    w: Floats
    by: tuple[str, ...] = ()

    def answered(self, kind: str) -> npt.NDArray[np.bool_]:
        """Whether a respondent of positive weight rated an attribute, shape (n, J)."""
        return np.isfinite(self.scores[kind]) & (self.w > 0)[:, None]

    def with_column(self, name: str, values: Floats) -> Sample:
        """Return the sample with one more column, shape (n,)."""
        return replace(self.sample, frame=self.sample.frame.assign(**{name: values}))


def ratings_of(
    items: Any,
    respondents: Any | None,
    *,
    scales: Mapping[str, Scale],
    attributes: Sequence[str] | None,
    by: Sequence[str] = (),
    weight: str | Weights | None,
    weight_kind: WeightKind,
    design: Design,
) -> Ratings:
    """Arrange items by respondent and attribute.

    Parameters
    ----------
    items
        `response_id`, `attribute_id`, `kind`, `score`; a pair of respondent and attribute at most once per
        kind. Other kinds than those of `scales` are left out.
    respondents
        One row per `response_id`, with weight, design and segments; items of others are left out. None where
        the items bear these columns themselves.
    scales
        Kind → lowest and highest score. Attributes must be rated in every kind.
    attributes
        Attributes to take; None takes those that are there.
    by, weight, weight_kind, design
        As the measures have them.

    Raises
    ------
    MeasureError
        Where columns are absent or hold the wrong things, an attribute lacks a kind, a respondent rated one
        twice, a score is outside its scale, or a weight will not do.
    """
    table = _items(items, scales)
    names = _attributes(table, tuple(scales), attributes)
    table = table[table["attribute_id"].isin(names)]
    column = None if isinstance(weight, Weights) else weight
    named = (column, design.cluster, design.stratum, design.fpc, *by)
    own = list(dict.fromkeys(name for name in named if name is not None))
    people = _respondents(items, respondents, own, by, calibrated=isinstance(weight, Weights))
    place = pd.Index(people["response_id"]).get_indexer(pd.Index(table["response_id"]))
    if len(table) and not (place >= 0).any():
        raise MeasureError(
            "no item is of a respondent that is there",
            where="column 'response_id'",
            remedy="give the respondents of these items",
        )
    table, place = table[place >= 0], place[place >= 0]
    at = pd.Index(names).get_indexer(pd.Index(table["attribute_id"]))
    scores = {kind: np.full((len(people), len(names)), np.nan) for kind in scales}
    for kind, cells in scores.items():
        inside = (table["kind"] == kind).to_numpy()
        cells[place[inside], at[inside]] = table["score"].to_numpy()[inside]
    sample = sample_of(people, weight, design, weight_kind)
    rated = np.zeros(len(people), dtype=bool)
    rated[place] = True
    return Ratings(sample, names, scores, _weights(sample, rated), tuple(by))


def scales_of(scale: Scale | Mapping[str, Scale], kinds: Sequence[str]) -> dict[str, Scale]:
    """Return the scale of each kind from one scale for all or one for each.

    Raises
    ------
    MeasureError
        Where a kind has none, or one does not run upwards.
    """
    named = scale if isinstance(scale, Mapping) else dict.fromkeys(kinds, scale)
    if lacking := [kind for kind in kinds if kind not in named]:
        raise MeasureError(
            f"{lacking[0]} has no scale", remedy=f'name it: scale={{"{lacking[0]}": (1, 5), …}}'
        )
    for kind, ends in named.items():
        if not (isinstance(ends, tuple | list) and len(ends) == 2 and ends[0] < ends[1]):
            said = "–".join(str(end) for end in ends) if isinstance(ends, tuple | list) else ends
            raise MeasureError(
                f"{said} is no scale",
                where=f"scale of the {kind}",
                remedy="name the lowest score first: (1, 5)",
            )
    return {kind: named[kind] for kind in kinds}


def _items(items: Any, scales: Mapping[str, Scale]) -> pd.DataFrame:
    rows = lazy_rows(items)
    schema = rows.collect_schema()
    require_names(KEYS, schema)
    require_numbers(rows, "score", schema["score"])
    read = rows.select(*KEYS).collect()
    table = pd.DataFrame({name: spelt(read[name]) for name in KEYS[:3]})
    table["score"] = read["score"].cast(nw.Float64).to_pandas().to_numpy(dtype="float64", na_value=np.nan)
    table = table[table["kind"].isin(list(scales)) & np.isfinite(table["score"])]
    for name in ("response_id", "attribute_id"):
        if lacking := int(table[name].isna().sum()):
            raise MeasureError(f"{lacking:,} scores have no {name}", remedy="name it, or leave them out")
    twice = table.duplicated(KEYS[:3])
    if twice.any():
        first = table[twice].iloc[0]
        raise MeasureError(
            f"{int(twice.sum()):,} scores stand there twice, such as the {first['kind']} of "
            f"'{first['attribute_id']}' by '{first['response_id']}'",
            remedy="give each respondent, attribute and kind one row; measure one wave at a time",
        )
    for kind, (low, high) in scales.items():
        scores = table.loc[table["kind"] == kind, "score"]
        outside = np.unique(scores[(scores < low) | (scores > high)])
        if len(outside):
            found = ", ".join(f"{value:g}" for value in outside[:5])
            raise MeasureError(
                f"the {kind} holds {found}, outside {low:g}–{high:g}",
                remedy="name the right scale, or mark these codes as missing in the mapping",
            )
    return table


def _attributes(table: pd.DataFrame, kinds: Sequence[str], chosen: Sequence[str] | None) -> tuple[str, ...]:
    chosen = [chosen] if isinstance(chosen, str) else chosen
    if chosen is not None and not len(chosen):
        raise MeasureError("no attribute is named", remedy="leave attributes= away to take all")
    there = {kind: set(table.loc[table["kind"] == kind, "attribute_id"]) for kind in kinds}
    for kind, rated in there.items():
        if not rated:
            raise MeasureError(f"nobody rated the {kind} of anything", remedy="name a kind that was asked")
    names = sorted(set().union(*there.values())) if chosen is None else list(dict.fromkeys(chosen))
    for kind, rated in there.items():
        if lacking := [name for name in names if name not in rated]:
            remedy = "name the attributes to take with attributes="
            raise MeasureError(
                f"nobody rated the {kind} of '{lacking[0]}'",
                remedy=remedy if chosen is None else nearest(str(lacking[0]), rated),
            )
    return tuple(names)


def _respondents(
    items: Any, respondents: Any | None, own: Sequence[str], by: Sequence[str], *, calibrated: bool
) -> pd.DataFrame:
    if calibrated and respondents is None:
        raise MeasureError(
            "calibrated weights go with respondents, not with items",
            remedy="give the frame that was weighted as respondents=",
        )
    rows = lazy_rows(items if respondents is None else respondents)
    schema = rows.collect_schema()
    require_names(["response_id", *own], schema)
    read = rows.select(*dict.fromkeys(["response_id", *own])).collect()
    people = read.to_pandas()
    index = respondents.index if isinstance(respondents, pd.DataFrame) else people.index
    people = people.reset_index(drop=True).assign(
        response_id=spelt(read["response_id"]), **{name: spelt(read[name]) for name in by}
    )
    if respondents is None:
        people = people.drop_duplicates(ignore_index=True)
        index = people.index
    if lacking := int(people["response_id"].isna().sum()):
        raise MeasureError(f"{lacking:,} respondents have no response_id", remedy="leave them out")
    twice = people["response_id"].duplicated()
    if twice.any():
        first = people.loc[twice, "response_id"].iloc[0]
        raise MeasureError(
            f"the respondent '{first}' stands there "
            + (f"with several values of {' or '.join(own)}" if respondents is None else "twice"),
            where="column 'response_id'",
            remedy="give each respondent one row, or one value in all of its rows",
        )
    return people.set_axis(index, axis="index")


def _weights(sample: Sample, rated: npt.NDArray[np.bool_]) -> Floats:
    """Return the weights of the respondents; who rated nothing needs none."""
    if sample.weight is None:
        return np.ones(len(rated))
    require_numbers(
        lazy_rows(sample.frame), sample.weight, nw.from_native(sample.frame).schema[sample.weight]
    )
    w = sample.frame[sample.weight].to_numpy(dtype="float64", na_value=np.nan)
    bad = ~np.isfinite(w) | (w < 0)
    refuse_bad_weights(int((bad & rated).sum()), sample.weight)
    w = np.where(bad, 0.0, w)
    if sample.weight_kind == "frequency":
        refuse_parts(int((w != np.round(w)).sum()), sample.weight)
    return w
