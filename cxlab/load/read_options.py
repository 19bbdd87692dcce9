"""One canonical column out of a question with one source column per answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.load.cast_answers import SEVERAL
from cxlab.load.cast_name import cast_flag, hashed
from cxlab.load.distinct_values import EMPTY, distinct_values
from cxlab.load.read_column import ReadColumn
from cxlab.load.readers.raw_table import RawTable
from cxlab.model.mapping import AND, UNCHOSEN, ColumnMapping
from cxlab.model.strict import code_text
from cxlab.model.tables import Column

NONE_CHOSEN = "none chosen"


@dataclass(frozen=True, slots=True)
class _Option:
    """Which rows chose one answer, and why others say nothing of it."""

    chosen: np.ndarray
    reason: pd.Series


def read_options(raw: RawTable, column: Column, mapping: ColumnMapping) -> ReadColumn:
    """Read a question with one source column per answer.

    Parameters
    ----------
    raw
        The file's raw values.
    column
        The canonical column. A text holds every answer chosen, a choice or a flag exactly one.
    mapping
        Its `options`: answer → source column.

    Returns
    -------
    ReadColumn
        The names of the answers chosen, in the order of the mapping, joined by `; `; a flag is boolean.
        Where none is chosen the reason is that of a missing code in one of the cells, else "none chosen".
    """
    assert mapping.options is not None
    options = [_read_option(raw, name, source, mapping) for name, source in mapping.options.items()]
    patterns, codes = _patterns(np.column_stack([option.chosen for option in options]))
    names = pd.Series([_named(list(mapping.options), row) for row in patterns], dtype="str")
    several = pd.Series(patterns.sum(axis=1) > 1) & (column.kind != "text")
    names = names.mask(several)
    values = _flags(names) if column.kind == "flag" else hashed(names, mapping)
    rule = pd.Series([SEVERAL if broken else None for broken in several], dtype="category")
    return ReadColumn(
        values.take(codes).reset_index(drop=True),
        _reasons(options, patterns.any(axis=1).take(codes)),
        rule.take(codes).reset_index(drop=True),
    )


def _patterns(chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows of a boolean matrix, and which of them each row is."""
    packed, codes = np.unique(np.packbits(chosen, axis=1), axis=0, return_inverse=True)
    return np.unpackbits(packed, axis=1, count=chosen.shape[1]).astype(bool), codes.ravel()


def _read_option(raw: RawTable, name: str, source: str, mapping: ColumnMapping) -> _Option:
    unchosen = {code.casefold() for code in mapping.unchosen or UNCHOSEN}
    if not mapping.unchosen:
        unchosen.discard(name.casefold())  # an answer "No" whose cells repeat it
    distinct = distinct_values(raw, [source], mapping)
    chosen = [code_text(value).casefold() not in unchosen for value in distinct.values]
    chosen_values = np.array(chosen, dtype=bool) & pd.isna(distinct.reason)
    return _Option(chosen_values[distinct.codes], distinct.reasons())


def _named(names: list[str], chosen: np.ndarray) -> str | None:
    return AND.join(name for name, is_chosen in zip(names, chosen, strict=True) if is_chosen) or None


def _flags(names: pd.Series) -> pd.Series:
    return cast_flag(names.dropna(), {})[0].reindex(names.index)


def _reasons(options: Sequence[_Option], answered: np.ndarray) -> pd.Series:
    reasons = pd.Series(None, index=range(len(answered)), dtype="str")
    for option in options:
        own = option.reason.astype("str")
        reasons = reasons.fillna(own.mask(own == EMPTY))
    return reasons.fillna(NONE_CHOSEN).mask(answered).astype("category")
