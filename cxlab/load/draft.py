"""A draft: canonical columns read from one file, with every doubt still attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from cxlab.load.readers.raw_table import RawTable
from cxlab.model.mapping import AND, ColumnMapping
from cxlab.model.strict import code_text
from cxlab.model.tables import TABLES

HIDDEN = "(pseudonymised)"


@dataclass(frozen=True, slots=True)
class Draft:
    """The rows of one table that one file gave.

    The attributes of a matrix question that are read alike make one draft, attribute after attribute: each
    of them holds a row per row of the file.

    Parameters
    ----------
    table
        Name of the canonical table.
    source
        Name of the source in the parameter file.
    raw
        The file's raw values.
    values
        Canonical values, one row each.
    position
        Position in the file of each row.
    reasons
        Column → why a value is missing, as a category.
    broken
        One row per breach: `row` (position in `values`), `column`, `rule`.
    refused
        Whether each row breaks a rule.
    origin
        Column → how it was mapped.
    attributes
        Attribute → how its score was mapped; empty for the columns of a plain table.
    doubts
        Column → what speaks for another reading of a value, as a category.
    """

    table: str
    source: str
    raw: RawTable
    values: pd.DataFrame
    position: np.ndarray
    reasons: Mapping[str, pd.Series]
    broken: pd.DataFrame
    refused: np.ndarray
    origin: Mapping[str, ColumnMapping]
    attributes: Mapping[str, ColumnMapping] = field(default_factory=dict)
    doubts: Mapping[str, pd.Series] = field(default_factory=dict)

    @property
    def answered(self) -> np.ndarray:
        """Whether each row holds anything: where a score is required, a row without one is no row."""
        score = TABLES[self.table].columns.get("score")
        if score is None or not score.required:
            return np.ones(len(self.values), dtype=bool)
        return self.values["score"].notna().to_numpy() | self.refused

    @property
    def accepted(self) -> np.ndarray:
        """Whether each row is one of its table and breaks no rule."""
        return self.answered & ~self.refused

    def with_breaches(self, rows: np.ndarray, column: str, rule: str) -> Draft:
        """Return the draft with one more rule broken in some rows."""
        if not len(rows):
            return self
        refused = self.refused.copy()
        refused[rows] = True
        found = pd.DataFrame({"row": rows, "column": column, "rule": rule})
        return replace(self, broken=pd.concat([self.broken, found], ignore_index=True), refused=refused)

    def with_values(self, **columns: pd.Series) -> Draft:
        """Return the draft with some columns replaced."""
        return replace(self, values=self.values.assign(**columns))

    def mapping_of(self, row: int, column: str) -> ColumnMapping | None:
        """Return how the value in one row and column was mapped, or None where it comes from elsewhere."""
        if self.attributes and column == "score":
            return self.attributes[str(self.values["attribute_id"].iat[row])]
        return self.origin.get(column)

    def raw_value(self, row: int, column: str) -> str:
        """Return a value as the source holds it; empty where there is none, hidden where it is personal.

        Where several source columns make one value, each is named with its cell.
        """
        mapping = self.mapping_of(row, column)
        if mapping is None:
            return _shown(self.values[column].iat[row])
        if mapping.hash:
            return HIDDEN
        if mapping.value is not None:
            return mapping.value
        cells = {name: _shown(self.raw.frame[name].iat[self.position[row]]) for name in mapping.columns}
        if len(cells) == 1:
            return cells.popitem()[1]
        return AND.join(f"{name} = {cell}" for name, cell in cells.items() if cell.strip())


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if pd.isna([value]).all() else code_text(value)
