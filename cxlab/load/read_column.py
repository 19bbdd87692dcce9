"""One canonical column out of raw values, in a fixed order: missing, codes, shift, reverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.load.cast_answers import cast_answers
from cxlab.load.cast_date import cast_date, doubtful_dates
from cxlab.load.cast_name import cast_flag, cast_key, cast_name
from cxlab.load.cast_number import cast_number
from cxlab.load.distinct_values import distinct_values
from cxlab.load.readers.raw_table import RawTable
from cxlab.model.mapping import ColumnMapping
from cxlab.model.strict import code_text
from cxlab.model.tables import Column

Cast = tuple[pd.Series, np.ndarray]


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A canonical column, and what became of the values that are not in it.

    Parameters
    ----------
    values
        Canonical values, one per source row; missing where there is none.
    reason
        Why a value is missing, as a category; missing where there is one.
    rule
        The rule a value breaks so that it could not be read, as a category; missing where it could.
    doubt
        What speaks for another reading of a value, as a category; None where nothing does.
    """

    values: pd.Series
    reason: pd.Series
    rule: pd.Series
    doubt: pd.Series | None = None


def read_column(
    raw: RawTable, sources: Sequence[str | None], column: Column, mapping: ColumnMapping
) -> ReadColumn:
    """Read one canonical column from the raw values of a file.

    Parameters
    ----------
    raw
        The file's raw values.
    sources
        The source column, or several that are read alike and put under one another; None stands for the
        mapping's constant.
    column
        The canonical column.
    mapping
        How the values are to be read.

    Returns
    -------
    ReadColumn
        Values of the column's own type: str, Float64, datetime64 or boolean.

    Notes
    -----
    Work is done once per distinct value, then spread over the rows.
    """
    distinct = distinct_values(raw, sources, mapping)
    present = distinct.values.iloc[distinct.present]
    file_labels = raw.value_labels.get(sources[0] or "", {})
    labels = mapping.labels or _complete_labels(present, column, file_labels)
    read, broken = _cast(present, column, mapping, labels)
    rule = np.full(len(distinct.values), None, dtype=object)
    rule[distinct.present] = broken
    return ReadColumn(
        distinct.spread(read.reindex(distinct.values.index)),
        distinct.reasons(),
        distinct.spread(pd.Series(pd.Categorical(rule))),
        _doubt(present, column, mapping, distinct.values.index, distinct.spread),
    )


def scale_of(column: Column, mapping: ColumnMapping) -> tuple[float | None, float | None]:
    """Return the range of a column's values: its mapping's scale, else the dictionary's."""
    return mapping.scale or (column.minimum, column.maximum)


def _complete_labels(values: pd.Series, column: Column, labels: Mapping[str, str]) -> Mapping[str, str]:
    """Return the file's own labels where they name every code of a column of names, else none."""
    if column.kind not in ("text", "choice") or not labels:
        return {}
    return labels if {code_text(value) for value in values} <= set(labels) else {}


def _doubt(
    values: pd.Series,
    column: Column,
    mapping: ColumnMapping,
    index: pd.Index,
    spread: Callable[[pd.Series], pd.Series],
) -> pd.Series | None:
    if column.kind != "date" or len(mapping.format or ()) < 2:
        return None
    return spread(doubtful_dates(values, mapping).reindex(index).astype("category"))


def _cast(values: pd.Series, column: Column, mapping: ColumnMapping, labels: Mapping[str, str]) -> Cast:
    if mapping.split is not None:
        return cast_answers(values, column, mapping, labels)
    casts: dict[str, Callable[[], Cast]] = {
        "key": lambda: cast_key(values, mapping),
        "text": lambda: cast_name(values, mapping, labels),
        "choice": lambda: cast_name(values, mapping, labels),
        "score": lambda: cast_number(values, mapping, *scale_of(column, mapping)),
        "number": lambda: cast_number(values, mapping, *scale_of(column, mapping)),
        "whole": lambda: cast_number(values, mapping, *scale_of(column, mapping)),
        "date": lambda: cast_date(values, mapping),
        "flag": lambda: cast_flag(values, labels),
    }
    return casts[column.kind]()
