"""One canonical column out of as many source columns as its mapping names."""

from __future__ import annotations

import pandas as pd

from cxlab.load.cast_name import hashed
from cxlab.load.read_column import ReadColumn, read_column
from cxlab.load.read_options import read_options
from cxlab.load.readers.raw_table import RawTable
from cxlab.model.mapping import ColumnMapping
from cxlab.model.tables import Column

STROKE = "/"


def read_mapped(raw: RawTable, column: Column, mapping: ColumnMapping) -> ReadColumn:
    """Read one canonical column: a constant, one source column, several joined, or one per answer."""
    if mapping.options is not None:
        return read_options(raw, column, mapping)
    if len(mapping.from_) > 1:
        return _read_joined(raw, column, mapping)
    return read_column(raw, [mapping.from_[0] if mapping.from_ else None], column, mapping)


def _read_joined(raw: RawTable, column: Column, mapping: ColumnMapping) -> ReadColumn:
    """Join several columns by a stroke; where a part is missing, so is the whole, for the first reason."""
    open_names = mapping.model_copy(update={"hash": False})
    parts = [read_column(raw, [name], column, open_names) for name in mapping.from_]
    values, reason = parts[0].values, parts[0].reason.astype("str")
    for part in parts[1:]:
        values = values + STROKE + part.values
        reason = reason.fillna(part.reason.astype("str"))
    if mapping.hash:
        codes, names = pd.factorize(values)
        values = hashed(pd.Series(names, dtype="str"), mapping).reindex(range(-1, len(names)))
        values = values.take(codes + 1).reset_index(drop=True)
    return ReadColumn(values, reason.astype("category"), parts[0].rule)
