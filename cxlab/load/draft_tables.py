"""The canonical tables that one file fills, as drafts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlab.load.draft import Draft
from cxlab.load.read_column import ReadColumn, read_column, scale_of
from cxlab.load.read_mapped import read_mapped
from cxlab.load.readers.raw_table import RawTable
from cxlab.model.contract import Scale, breaches
from cxlab.model.mapping import ColumnMapping, ItemsMapping
from cxlab.model.source import Source
from cxlab.model.tables import TABLES, Column, Table

_NOTHING_BROKEN = pd.DataFrame({"row": np.array([], dtype=int), "column": [], "rule": []})


def draft_tables(raw: RawTable, name: str, source: Source) -> list[Draft]:
    """Read every canonical table that one file of a source fills.

    Parameters
    ----------
    raw
        The file's raw values.
    name
        Name of the source.
    source
        Its mapping.

    Returns
    -------
    list of Draft
        One per plain table, and one per group of attributes that are read alike.
    """
    drafts: list[Draft] = []
    for table_name, mappings in source.tables.items():
        columns = {key: entry for key, entry in mappings.items() if isinstance(entry, ColumnMapping)}
        matrices = {key: entry for key, entry in mappings.items() if isinstance(entry, ItemsMapping)}
        plain = _draft_table(raw, name, TABLES[table_name], columns)
        if not matrices:
            drafts.append(plain)
        for kind, matrix in matrices.items():
            drafts += [_draft_items(plain, kind, alike) for alike in _read_alike(raw, matrix)]
    return drafts


def _draft_table(raw: RawTable, source: str, table: Table, mappings: Mapping[str, ColumnMapping]) -> Draft:
    columns = {key: column for key in mappings if (column := table.column(key)) is not None}
    in_order = sorted(columns, key=lambda key: _place(table, key))
    read = {key: read_mapped(raw, columns[key], mappings[key]) for key in in_order}
    values = pd.DataFrame({key: part.values for key, part in read.items()}, index=range(len(raw.frame)))
    broken = _broken(values, read, columns, mappings)
    return Draft(
        table=table.name,
        source=source,
        raw=raw,
        values=values,
        position=np.arange(len(values)),
        reasons={key: part.reason for key, part in read.items()},
        broken=broken,
        refused=_marked(broken, len(values)),
        origin=dict(mappings),
        doubts={key: part.doubt for key, part in read.items() if part.doubt is not None},
    )


def _draft_items(plain: Draft, kind: str, attributes: Mapping[str, ColumnMapping]) -> Draft:
    """Put the scores of some attributes under one another, beside the columns their rows share."""
    column = TABLES["response_items"].columns["score"]
    mapping = next(iter(attributes.values()))
    sources = [entry.from_[0] if entry.from_ else None for entry in attributes.values()]
    read = {"score": read_column(plain.raw, sources, column, mapping)}
    size, count = len(plain.raw.frame), len(attributes)
    position = np.tile(np.arange(size), count)
    values = plain.values.take(position).reset_index(drop=True)
    values["attribute_id"] = _category(np.repeat(np.arange(count), size), list(attributes))
    values["kind"] = _category(np.zeros(len(values), dtype=np.int8), [kind])
    values["score"] = read["score"].values
    shared = [plain.broken.assign(row=plain.broken["row"] + size * number) for number in range(count)]
    broken = pd.concat(
        [*shared, _broken(values, read, {"score": column}, {"score": mapping})], ignore_index=True
    )
    return Draft(
        table="response_items",
        source=plain.source,
        raw=plain.raw,
        values=values,
        position=position,
        reasons={"score": read["score"].reason},
        broken=broken,
        refused=_marked(broken, len(values)),
        origin=plain.origin,
        attributes=attributes,
    )


def _read_alike(raw: RawTable, matrix: ItemsMapping) -> list[dict[str, ColumnMapping]]:
    """Group the attributes of a matrix question by everything but the column they come from."""
    groups: dict[str, dict[str, ColumnMapping]] = {}
    for attribute in matrix.attributes:
        mapping = matrix.column(attribute)
        settings = mapping.model_dump_json(exclude={"from_"})
        alike = f"{settings} {not mapping.from_} {[raw.user_missing.get(name) for name in mapping.from_]}"
        groups.setdefault(alike, {})[attribute] = mapping
    return list(groups.values())


def _category(codes: np.ndarray, names: list[str]) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)))


def _place(table: Table, name: str) -> int:
    names = list(table.columns)
    return names.index(name) if name in table.columns else len(names)


def _marked(broken: pd.DataFrame, size: int) -> np.ndarray:
    marked = np.zeros(size, dtype=bool)
    marked[broken["row"].to_numpy(dtype=int)] = True
    return marked


def _broken(
    values: pd.DataFrame,
    read: Mapping[str, ReadColumn],
    columns: Mapping[str, Column],
    mappings: Mapping[str, ColumnMapping],
) -> pd.DataFrame:
    scales: dict[str, Scale] = {
        key: scale_of(column, mappings[key]) for key, column in columns.items() if column.is_number
    }
    found = [breaches(values, columns, scales)]
    for key, part in read.items():
        found.append(_rows(np.flatnonzero(part.rule.notna()), key, part.rule.dropna().astype("str").tolist()))
        if columns[key].required and key != "score":
            absent = np.flatnonzero(part.values.isna() & part.rule.isna())
            found.append(_rows(absent, key, f"{key} is missing"))
    found = [part for part in found if len(part)]
    return pd.concat(found, ignore_index=True) if found else _NOTHING_BROKEN


def _rows(rows: np.ndarray, column: str, rule: str | list[str]) -> pd.DataFrame:
    return pd.DataFrame({"row": rows, "column": column, "rule": rule})
