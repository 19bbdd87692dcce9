"""One canonical column out of raw values, in a fixed order: missing, codes, shift, reverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.load.cast_date import cast_date
from cxlab.load.cast_name import cast_flag, cast_key, cast_name
from cxlab.load.cast_number import cast_number
from cxlab.load.readers.raw_table import RawTable
from cxlab.model.mapping import ColumnMapping
from cxlab.model.strict import code_text
from cxlab.model.tables import Column

EMPTY = "empty"
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
    """

    values: pd.Series
    reason: pd.Series
    rule: pd.Series


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
    codes, distinct = pd.factorize(_source_values(raw, sources, mapping), use_na_sentinel=False)
    first = sources[0] or ""
    missing = {**raw.user_missing.get(first, {}), **mapping.missing}
    read = _read_distinct(_tidied(distinct), column, mapping, missing, raw.value_labels.get(first, {}))
    return ReadColumn(
        *(part.take(codes).reset_index(drop=True) for part in (read.values, read.reason, read.rule))
    )


def scale_of(column: Column, mapping: ColumnMapping) -> tuple[float | None, float | None]:
    """Return the range of a column's values: its mapping's scale, else the dictionary's."""
    return mapping.scale or (column.minimum, column.maximum)


def _source_values(raw: RawTable, sources: Sequence[str | None], mapping: ColumnMapping) -> pd.Series:
    parts = [
        pd.Series([mapping.value] * len(raw.frame), dtype="str") if name is None else raw.frame[name]
        for name in sources
    ]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _tidied(distinct: pd.Index | np.ndarray) -> pd.Series:
    """Return distinct raw values as a plain column, texts without white space at their ends."""
    values = pd.Series(distinct)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype("str").str.strip()
    if values.dtype == object:
        return values.map(lambda value: value.strip() if isinstance(value, str) else value)
    return values


def _read_distinct(
    values: pd.Series,
    column: Column,
    mapping: ColumnMapping,
    missing: Mapping[str, str],
    file_labels: Mapping[str, str],
) -> ReadColumn:
    reason = _missing_reason(values, missing)
    present = np.flatnonzero(pd.isna(reason))
    labels = mapping.labels or _complete_labels(values.iloc[present], column, file_labels)
    read, broken = _cast(values.iloc[present], column, mapping, labels)
    rule = np.full(len(values), None, dtype=object)
    rule[present] = broken
    return ReadColumn(
        read.reindex(values.index), pd.Series(pd.Categorical(reason)), pd.Series(pd.Categorical(rule))
    )


def _missing_reason(values: pd.Series, missing: Mapping[str, str]) -> np.ndarray:
    reason = np.full(len(values), None, dtype=object)
    if missing:
        reason[:] = [missing.get(code_text(value)) for value in values]
    blank = values.isna()
    if isinstance(values.dtype, pd.StringDtype) or values.dtype == object:
        blank |= values == ""
    reason[blank.to_numpy(dtype=bool)] = missing.get("", EMPTY)
    return reason


def _complete_labels(values: pd.Series, column: Column, labels: Mapping[str, str]) -> Mapping[str, str]:
    """Return the file's own labels where they name every code of a column of names, else none."""
    if column.kind not in ("text", "choice") or not labels:
        return {}
    return labels if {code_text(value) for value in values} <= set(labels) else {}


def _cast(values: pd.Series, column: Column, mapping: ColumnMapping, labels: Mapping[str, str]) -> Cast:
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
