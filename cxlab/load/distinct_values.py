"""The distinct raw values of source columns, and why some of them are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.load.cast_answers import answers_of
from cxlab.load.readers.raw_table import RawTable
from cxlab.model.mapping import ColumnMapping
from cxlab.model.strict import code_text

EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class DistinctValues:
    """Raw values, each of them once.

    Parameters
    ----------
    values
        Distinct values, texts without white space at their ends.
    reason
        Why each of them is no value; None where it is one.
    codes
        Position in `values` of each row.
    unmatched
        Why a row has no cell at all, as a category; None where every row has one.
    """

    values: pd.Series
    reason: np.ndarray
    codes: np.ndarray
    unmatched: pd.Series | None

    @property
    def present(self) -> np.ndarray:
        """Positions of the values that are some."""
        return np.flatnonzero(pd.isna(self.reason))

    def spread(self, per_value: pd.Series) -> pd.Series:
        """Return something known of each distinct value for each row."""
        return per_value.take(self.codes).reset_index(drop=True)

    def reasons(self) -> pd.Series:
        """Return for each row why its value is missing, as a category."""
        reasons = self.spread(pd.Series(pd.Categorical(self.reason)))
        if self.unmatched is None:
            return reasons
        return (
            self.unmatched.astype("str")
            .where(self.unmatched.notna(), reasons.astype("str"))
            .astype("category")
        )


def distinct_values(raw: RawTable, sources: Sequence[str | None], mapping: ColumnMapping) -> DistinctValues:
    """Return the distinct values of one source column, or of several that are read alike.

    Parameters
    ----------
    raw
        The file's raw values.
    sources
        The source columns, put under one another; None stands for the mapping's constant.
    mapping
        How the values are to be read; its missing codes go before those that the file declares.
    """
    codes, distinct = pd.factorize(_source_values(raw, sources, mapping), use_na_sentinel=False)
    missing = {**raw.user_missing.get(sources[0] or "", {}), **mapping.missing}
    values = _tidied(distinct)
    if mapping.split is not None:
        values = _without_mere_signs(values, mapping.split)
    return DistinctValues(values, _missing_reason(values, missing), codes, _unmatched(raw, sources))


def _source_values(raw: RawTable, sources: Sequence[str | None], mapping: ColumnMapping) -> pd.Series:
    parts = [
        pd.Series([mapping.value] * len(raw.frame), dtype="str") if name is None else raw.frame[name]
        for name in sources
    ]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _unmatched(raw: RawTable, sources: Sequence[str | None]) -> pd.Series | None:
    if not any(name in raw.unmatched for name in sources):
        return None
    matched = pd.Series(pd.Categorical([None] * len(raw.frame), categories=[]))
    parts = [raw.unmatched.get(name or "", matched).astype("str") for name in sources]
    return pd.concat(parts, ignore_index=True).astype("category")


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


def _without_mere_signs(values: pd.Series, sign: str) -> pd.Series:
    """Return cells of several answers, blank where there is no answer between the signs."""
    held = [value if pd.isna(value) or answers_of(value, sign) else "" for value in values]
    return pd.Series(held, index=values.index, dtype=values.dtype)


def _missing_reason(values: pd.Series, missing: Mapping[str, str]) -> np.ndarray:
    reason = np.full(len(values), None, dtype=object)
    if missing:
        reason[:] = [missing.get(code_text(value)) for value in values]
    blank = values.isna()
    if isinstance(values.dtype, pd.StringDtype) or values.dtype == object:
        blank |= values == ""
    reason[blank.to_numpy(dtype=bool)] = missing.get("", EMPTY)
    return reason
