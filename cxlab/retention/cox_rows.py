"""The rows of a question about who leaves first: complete ones, with what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlab.estimate.cluster_codes import cluster_codes, label_codes, require_several
from cxlab.estimate.formula_controls import formula_columns, formula_controls
from cxlab.estimate.intervals import kish_base
from cxlab.model.errors import MeasureError
from cxlab.tally.entry import (
    finite,
    lazy_rows,
    refuse_bad_weights,
    require_names,
    require_numbers,
    require_once,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class CoxRows:
    """Rows of positive weight that hold duration, event, entry, stratum and every covariate.

    Parameters
    ----------
    terms
        Names of the p columns.
    x
        Columns, shape (n, p).
    duration, event, w
        Time, whether it ended with the event, and weight, shape (n,) each.
    entry, stratum, clusters
        Time of entry, numbers of the stratum and of what belongs together, shape (n,), or None.
    customers
        Number of distinct ids, or of rows where none was named.
    kept
        Share of the rows of positive weight that were kept.
    """

    terms: tuple[str, ...]
    x: Floats
    duration: Floats
    event: Bools
    w: Floats
    entry: Floats | None
    stratum: Ints | None
    clusters: Ints | None
    customers: int
    kept: float

    @property
    def n_eff(self) -> float:
        """Kish's effective base."""
        return kish_base(self.w)


def cox_rows(
    frame: Any,
    duration: str,
    event: str,
    covariates: Sequence[str],
    *,
    entry: str | None,
    id: str | None,
    cluster: str | None,
    weight: str | None,
    stratum: str | None,
    formula: str | None,
    lacking: bool = False,
) -> CoxRows:
    """Read the complete rows of a frame of any engine; columns as in `cox`.

    Parameters
    ----------
    frame, duration, event, covariates, entry, id, cluster, weight, stratum, formula
        As in `cox`.
    lacking
        Whether a row may lack covariates.

    Raises
    ------
    MeasureError
        Where a column is absent, named twice or holds no numbers, the event is not 0 or 1, a row ends before
        it starts, the rows of an id overlap, a weight is missing or negative, nobody or nothing is left.
    """
    asked = _Asked(
        [covariates] if isinstance(covariates, str) else list(covariates), duration, event, entry, id,
        cluster, weight, stratum, formula,
    )  # fmt: skip
    read = _read(frame, asked)
    kept = _kept(read, asked, lacking)
    table, starts = read.table[kept], None if entry is None else read.number(entry)[kept]
    ends, event_told = read.number(duration)[kept], read.number(event)[kept]
    _require_spells(ends, event_told, starts, (duration, event))
    codes = {name: cluster_codes(table[f"l{name}"], name) for name in (id, cluster) if name is not None}
    if id is not None:
        _require_apart(codes[id], starts, ends, id)
    together = cluster if cluster is not None else id
    if together is not None:
        require_several(int(codes[together].max(initial=0)) + 1, together)
    w = read.weights(weight)
    return CoxRows(
        read.terms, read.x[kept], ends, event_told == 1, w[kept] / w[kept].mean(), starts,
        None if stratum is None else label_codes(table[f"l{stratum}"], stratum)[0],
        None if together is None else codes[together],
        int(kept.sum()) if id is None else int(codes[id].max()) + 1, float(kept.sum() / (w > 0).sum()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    """Columns, as in `cox`."""

    covariates: list[str]
    duration: str
    event: str
    entry: str | None
    id: str | None
    cluster: str | None
    weight: str | None
    stratum: str | None
    formula: str | None

    @property
    def numbers(self) -> list[str]:
        """Columns that must hold numbers."""
        some = [name for name in (self.entry, self.weight) if name is not None]
        return [self.duration, self.event, *self.covariates, *some]

    @property
    def labels(self) -> list[str]:
        """Columns that tell what belongs together."""
        return [name for name in (self.id, self.cluster, self.stratum) if name is not None]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Every row of the frame: numbers as n…, labels as l…, and the columns of covariates and formula."""

    table: pd.DataFrame
    x: Floats
    terms: tuple[str, ...]

    def number(self, name: str) -> Floats:
        return self.table[f"n{name}"].to_numpy(dtype="float64", na_value=np.nan)

    def weights(self, weight: str | None) -> Floats:
        return np.ones(len(self.table)) if weight is None else self.number(weight)


def _read(frame: Any, asked: _Asked) -> _Read:
    """Read the columns in one pass; refuse one that is absent, named twice or holds no numbers."""
    rows = lazy_rows(frame)
    schema = rows.collect_schema()
    made_of = formula_columns(asked.formula, schema)
    require_names([*asked.numbers, *asked.labels], schema)
    require_once(asked.numbers, "name each column once: duration, event, entry, weight or covariate")
    for name in asked.numbers:
        require_numbers(rows, name, schema[name])
    columns = [finite(name).alias(f"n{name}") for name in asked.numbers]
    columns += [nw.col(name).alias(f"l{name}") for name in dict.fromkeys(asked.labels)]
    columns += [nw.col(name).alias(f"f{place}") for place, name in enumerate(made_of)]
    table = rows.select(*columns).collect().to_pandas().reset_index(drop=True)
    made, made_names = formula_controls(asked.formula, table, made_of)
    terms = (*asked.covariates, *made_names)
    if not terms:
        raise MeasureError("no covariate was named", remedy="name one column or more, or a formula")
    plain = table[[f"n{name}" for name in asked.covariates]].to_numpy(dtype="float64", na_value=np.nan)
    return _Read(table, np.column_stack([plain, made]), terms)


def _kept(read: _Read, asked: _Asked, lacking: bool) -> Bools:
    """Return the complete rows of positive weight; refuse one of them without a weight, and any below 0."""
    complete = np.isfinite(read.x).all(axis=1) | lacking
    for name in (asked.duration, asked.event, asked.entry):
        if name is not None:
            complete &= np.isfinite(read.number(name))
    if asked.stratum is not None:
        complete &= read.table[f"l{asked.stratum}"].notna().to_numpy()
    w = read.weights(asked.weight)
    refuse_bad_weights(int(((complete & np.isnan(w)) | (w < 0)).sum()), asked.weight)
    return complete & (w > 0)


def _require_spells(ends: Floats, event: Floats, starts: Floats | None, names: tuple[str, str]) -> None:
    if not len(ends):
        raise MeasureError(
            "no row holds duration, event and every covariate",
            remedy="leave out the column that is empty, or look at what was joined",
        )
    odd = ~np.isin(event, (0, 1))
    if odd.any():
        raise MeasureError(
            f"{int(odd.sum()):,} values are neither 0 nor 1, such as {event[odd][0]:g}",
            where=f"column '{names[1]}'",
            remedy="give 1 where a row ends with leaving, and 0 where it does not",
        )
    if not event.any():
        raise MeasureError("nobody leaves", where=f"column '{names[1]}'", remedy="follow them for longer")
    if ends.min() < 0:
        raise MeasureError(
            f"{int((ends < 0).sum()):,} durations are negative (lowest {ends.min():g})",
            where=f"column '{names[0]}'",
            remedy="count the time from the start",
        )
    if starts is not None and (starts >= ends).any():
        raise MeasureError(
            f"{int((starts >= ends).sum()):,} rows end before they start, or as they do",
            where=f"column '{names[0]}'",
            remedy="let entry be the time after which a row is at risk, below its end",
        )


def _require_apart(codes: Ints, starts: Floats | None, ends: Floats, id: str) -> None:
    """Refuse rows of one id that are at risk at the same time."""
    order = np.lexsort((ends, codes))
    again = np.diff(codes[order]) == 0
    if starts is not None:
        again &= starts[order][1:] < ends[order][:-1]
    if again.any():
        raise MeasureError(
            f"{int(again.sum()):,} rows overlap another of the same id",
            where=f"column '{id}'",
            remedy="give each row its entry= and end, one after the other, or take cluster= instead of id=",
        )
