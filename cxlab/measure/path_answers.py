"""The answers a path model stands on, as moments by unit of sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cxlab.estimate.cluster_codes import cluster_codes
from cxlab.estimate.estimates import Scale
from cxlab.estimate.intervals import kish_n_eff
from cxlab.estimate.sample import Sample
from cxlab.measure.score_table import require_scores_within
from cxlab.model.errors import MeasureError
from cxlab.tally.cross_products import Missing, as_floats
from cxlab.tally.entry import lazy_rows, refuse_bad_weights, require_names, require_numbers
from cxlab.tally.moments import Moments, moments
from cxlab.tally.one_pass import refuse_parts
from cxlab.tally.record_batches import record_batches

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Scales = Scale | Mapping[str, Scale]
MAX_UNITS = 1000
"""More units than these are drawn in as many random groups: standard errors then lose about 2 %."""
MAX_REPEATS = 5_000_000


@dataclass(frozen=True, slots=True, eq=False)
class PathAnswers:
    """Answers on p columns.

    Parameters
    ----------
    moments
        Moments of the columns, one block for each unit that a bootstrap draws.
    ends
        Lowest and highest score of each column, shape (2, p).
    n
        Rows that enter, of positive weight.
    n_eff
        Kish's effective base.
    units
        Rows, or clusters, that were sampled independently.
    kept
        Share of the rows of positive weight that enter.
    """

    moments: Moments
    ends: Floats
    n: int
    n_eff: float
    units: int
    kept: float


def path_answers(
    sample: Sample,
    columns: Sequence[str],
    *,
    scale: Scales,
    missing: Missing,
    rng: np.random.Generator,
) -> PathAnswers:
    """Read the answers of a sample.

    Parameters
    ----------
    sample
        Rows, weight and cluster.
    columns
        The p columns.
    scale
        Lowest and highest score of all columns, or of each by name.
    missing
        `complete` takes the rows that hold every column; `pairwise` each pair of columns on the rows that
        hold both.
    rng
        Source of chance, for the groups of units where there are many.

    Raises
    ------
    MeasureError
        Where a column is absent, holds no numbers or a score off its scale, where a weight is missing or
        negative, a row has no cluster, or fewer than two rows are left.
    """
    ends = _ends(scale, columns)
    cluster = sample.design.cluster
    table = _table(sample, [*columns, *([] if cluster is None else [cluster])])
    values = np.column_stack([_floats(table, name) for name in columns])
    for name, column, (low, high) in zip(columns, values.T, ends.T, strict=True):
        require_scores_within(column, (low, high), name)
    weight = np.ones(len(values)) if sample.weight is None else _floats(table, sample.weight)
    held = np.isfinite(values)
    answered = held.all(axis=1) if missing == "complete" else held.any(axis=1)
    refuse_bad_weights(int((answered & ~(np.isfinite(weight) & (weight >= 0))).sum()), sample.weight)
    used = answered & (weight > 0)
    if used.sum() < 2:
        raise MeasureError(
            f"{int(used.sum())} of {len(values):,} rows hold {_needed(missing)}",
            remedy="give answers of several respondents, or leave out questions that few were asked",
        )
    whole = sample.weight_kind == "frequency" and sample.weight is not None
    if whole:
        refuse_parts(int((weight[used] != np.round(weight[used])).sum()), sample.weight)
    unit = _units(table, cluster)[used]
    n_rows, values, weight = int((weight > 0).sum()), values[used], weight[used]
    base = float(weight.sum()) if whole else float(len(values))
    n_eff = base if whole else float(kish_n_eff(weight.sum(), (weight**2).sum()))
    kept = len(values) / n_rows
    if whole and cluster is None:
        # A row that stands for three is three draws.
        times = _times(weight, sample.weight)
        values, weight = np.repeat(values, times, axis=0), np.ones(times.sum())
        unit = np.arange(len(values))
    block, units = _blocks(unit, rng)
    sums = _moments(values, weight, block, columns, missing)
    return PathAnswers(sums, ends, int(base), n_eff, units, kept)


def _ends(scale: Scales, columns: Sequence[str]) -> Floats:
    if isinstance(scale, Mapping):
        for name in columns:
            if name not in scale:
                raise MeasureError(f"scale= does not name '{name}'", remedy="give the scale of every column")
        pairs = [scale[name] for name in columns]
    else:
        pairs = [scale] * len(columns)
    for pair in pairs:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2 or not pair[0] < pair[1]:
            raise MeasureError(f"{pair} is no scale", remedy="give the lowest and the highest score: (1, 10)")
    return np.array(pairs, dtype="float64").T


def _table(sample: Sample, columns: Sequence[str]) -> pa.Table:
    names = [*columns, *([] if sample.weight is None else [sample.weight])]
    rows = lazy_rows(sample.frame)
    schema = rows.collect_schema()
    require_names(names, schema)
    for name in names:
        if name != sample.design.cluster:
            require_numbers(rows, name, schema[name])
    pieces = [pa.Table.from_batches([batch]) for batch in record_batches(sample.frame, names)]
    if not pieces:
        raise MeasureError("there are no rows", remedy="give the answers of several respondents")
    return pa.concat_tables(pieces, promote_options="permissive")


def _floats(table: pa.Table, name: str) -> Floats:
    return as_floats(table.column(name).combine_chunks(), name)


def _needed(missing: Missing) -> str:
    return "all columns" if missing == "complete" else "any column"


def _units(table: pa.Table, cluster: str | None) -> Places:
    if cluster is None:
        return np.arange(len(table))
    return cluster_codes(table.column(cluster).to_pandas(), cluster)


def _times(weight: Floats, name: str | None) -> npt.NDArray[np.int64]:
    if weight.sum() > MAX_REPEATS:
        raise MeasureError(
            f"the frequencies add up to {weight.sum():,.0f} rows, more than {MAX_REPEATS:,}",
            where=f"column '{name}'",
            remedy='name a cluster, or say weight_kind="sampling" where they are weights of sampling',
        )
    return weight.astype("int64")


def _blocks(unit: Places, rng: np.random.Generator) -> tuple[Places, int]:
    """Return the block of each row and the count of units; many units are dealt to blocks at random."""
    names, block = np.unique(unit, return_inverse=True)
    if len(names) > MAX_UNITS:
        block = (rng.permutation(len(names)) % MAX_UNITS)[block]
    return block, len(names)


def _moments(
    values: Floats, weight: Floats, block: Places, columns: Sequence[str], missing: Missing
) -> Moments:
    # The names of a questionnaire may be those of the weight or the block: places are named instead.
    names = [f"x{number}" for number in range(len(columns))]
    table = pa.table({**dict(zip(names, values.T, strict=True)), "w": weight, "block": block})
    return moments(table, names[0], names[1:], weight="w", blocks="block", missing=missing)
