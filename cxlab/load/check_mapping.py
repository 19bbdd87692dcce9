"""Whether a mapping fits the canonical tables: names, scales, and settings that mean something there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cxlab.model.errors import nearest
from cxlab.model.mapping import FALSE_WORDS, TRUE_WORDS, ColumnMapping, ItemsMapping
from cxlab.model.parameters import MarketParameters
from cxlab.model.source import Source
from cxlab.model.tables import TABLES, Column, Table

_NUMBERS = ("score", "number", "whole")
_SETTINGS: dict[str, tuple[str, ...]] = {
    "scale": _NUMBERS,
    "codes": _NUMBERS,
    "shift": _NUMBERS,
    "reverse": _NUMBERS,
    "decimal": _NUMBERS,
    "thousands": _NUMBERS,
    "format": ("date",),
    "tz": ("date",),
    "labels": ("text", "choice", "flag", "score"),
    "options": ("text", "choice", "flag"),
    "split": ("text", "choice", "flag"),
    "hash": ("key", "text"),
}

Steps = list[str | int]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a mapping: the steps that lead to it in the file, what is wrong, and the remedy."""

    steps: Steps
    what: str
    remedy: str


def mapping_faults(parameters: MarketParameters) -> Iterator[Fault]:
    """Yield every fault of a market's mappings."""
    for name, source in parameters.sources.items():
        yield from _column_twice(source, ["sources", name])
        for table_name, columns in source.tables.items():
            steps: Steps = ["sources", name, "tables", table_name]
            if table_name not in TABLES:
                yield Fault(steps, f"unknown table '{table_name}'", nearest(table_name, TABLES))
                continue
            table = TABLES[table_name]
            for column, mapping in columns.items():
                if isinstance(mapping, ItemsMapping):
                    yield from _matrix_faults(table, column, mapping, [*steps, column])
                else:
                    yield from _column_faults(table, column, mapping, [*steps, column])
            yield from _absent_columns(table, source, steps)
    yield from _unknown_segments(parameters)
    yield from _unknown_questions(parameters)


def _mapped_responses(parameters: MarketParameters) -> set[str]:
    return {name for source in parameters.sources.values() for name in source.tables.get("responses", {})}


def _unknown_segments(parameters: MarketParameters) -> Iterator[Fault]:
    mapped = _mapped_responses(parameters)
    studies = parameters.studies
    named = {
        "01_pulse": studies.pulse.segments,
        "02_index_gap": studies.index_gap.segments,
        "03_drivers": studies.drivers.segments,
        "04_effort": studies.effort.segments,
    }
    for study, segments in named.items():
        for position, name in enumerate(segments):
            if name not in mapped:
                steps: Steps = ["studies", study, "segments", position]
                yield Fault(steps, f"no source maps '{name}' to responses", nearest(name, mapped))


def _unknown_questions(parameters: MarketParameters) -> Iterator[Fault]:
    """Yield the questions of the path model that no source maps."""
    mapped = _mapped_responses(parameters)
    for source in parameters.sources.values():
        for items in source.tables.get("response_items", {}).values():
            if isinstance(items, ItemsMapping):
                mapped.update(items.attributes)
    for construct, questions in parameters.studies.index_gap.path_model.items():
        for position, name in enumerate(questions):
            if name not in mapped:
                steps: Steps = ["studies", "02_index_gap", "path_model", construct, position]
                yield Fault(steps, f"no source maps '{name}' as a question", nearest(name, mapped))


def _column_twice(source: Source, steps: Steps) -> Iterator[Fault]:
    mapped = set(source_columns(source))
    for key in ("drop", "ignore"):
        listed = getattr(source, key)
        for name in () if listed == "rest" else sorted(mapped & set(listed)):
            yield Fault(
                [*steps, key], f"'{name}' is mapped and listed under {key}", "take it away from one of them"
            )


def source_columns(source: Source) -> tuple[str, ...]:
    """Return the source columns that a source's tables ask for, each once."""
    names: list[str] = []
    for columns in source.tables.values():
        for mapping in columns.values():
            parts = mapping.attributes.values() if isinstance(mapping, ItemsMapping) else [mapping]
            names += [name for part in parts for name in part.columns]
    return tuple(dict.fromkeys(names))


def _matrix_faults(table: Table, kind: str, matrix: ItemsMapping, steps: Steps) -> Iterator[Fault]:
    kinds = table.columns["kind"].choices if table.name == "response_items" else ()
    if kind not in kinds:
        yield Fault(
            steps,
            f"'{kind}' with attributes has no place in the table '{table.name}'",
            "attributes stand in response_items, under satisfaction, importance or expectation",
        )
        return
    found: dict[str, Fault] = {}
    for attribute in matrix.attributes:
        for fault in _setting_faults(table.columns["score"], matrix.column(attribute), steps):
            found.setdefault(fault.what, fault)
    yield from found.values()


def _column_faults(table: Table, name: str, mapping: ColumnMapping, steps: Steps) -> Iterator[Fault]:
    column = table.column(name)
    if column is None:
        yield Fault(steps, f"the table '{table.name}' has no column '{name}'", nearest(name, table.columns))
    else:
        yield from _setting_faults(column, mapping, steps)


def _setting_faults(column: Column, mapping: ColumnMapping, steps: Steps) -> Iterator[Fault]:
    for setting, kinds in _SETTINGS.items():
        if setting in mapping.model_fields_set and column.kind not in kinds:
            what = f"'{column.name}' is a {column.kind}: `{setting}` means nothing there"
            yield Fault(steps, what, f"take `{setting}` away")
    if len(mapping.from_) > 1 and column.kind not in ("key", "text"):
        what = f"'{column.name}' is a {column.kind}, which cannot be joined from several columns"
        yield Fault(steps, what, "name one source column, or a column for each answer under options")
    yield from _option_faults(column, mapping, steps)
    if column.is_number:
        yield from _scale_faults(column, mapping, steps)


def _option_faults(column: Column, mapping: ColumnMapping, steps: Steps) -> Iterator[Fault]:
    known = (*TRUE_WORDS, *FALSE_WORDS) if column.kind == "flag" else column.choices
    for name in mapping.options or ():
        if known and name not in known:
            yield Fault([*steps, "options", name], f"'{column.name}' is never '{name}'", nearest(name, known))


def _scale_faults(column: Column, mapping: ColumnMapping, steps: Steps) -> Iterator[Fault]:
    lowest, highest = mapping.scale or (column.minimum, column.maximum)
    if column.kind == "score" and lowest is None:
        yield Fault(steps, f"the score '{column.name}' has no scale", "add scale: [lowest, highest]")
    elif mapping.reverse and (lowest is None or highest is None):
        yield Fault(steps, "`reverse` needs a `scale`", "add scale: [lowest, highest]")
    if mapping.scale is not None and _is_wider(column, *mapping.scale):
        own = " to ".join("…" if end is None else f"{end:g}" for end in (column.minimum, column.maximum))
        what = f"'{column.name}' runs from {own}, which the scale {list(mapping.scale)} exceeds"
        yield Fault(steps, what, "bring the source's codes onto it with shift or codes")


def _is_wider(column: Column, lowest: float, highest: float) -> bool:
    too_low = column.minimum is not None and lowest < column.minimum
    too_high = column.maximum is not None and highest > column.maximum
    return too_low or too_high


def _absent_columns(table: Table, source: Source, steps: Steps) -> Iterator[Fault]:
    columns = source.tables[table.name]
    if any(isinstance(mapping, ItemsMapping) for mapping in columns.values()):
        if "response_id" not in columns and "response_id" not in source.tables.get("responses", {}):
            remedy = "map responses.response_id in the same source, or response_id beside the attributes"
            yield Fault(steps, "the attributes have no response_id", remedy)
        return
    for column in table.columns.values():
        if column.required and column.name not in columns:
            yield Fault(steps, f"'{column.name}' is not mapped", f"map {column.name}: {column.meaning}")
