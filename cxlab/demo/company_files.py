"""Write the company's own tables: customers, contracts, bills, service, organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlab.demo.company import Language
from cxlab.demo.write_table import write_table
from cxlab.model.tables import TABLES

SURVEY_TABLES = ("responses", "response_items")  # these come from the survey tool
LEFT_OUT = {"customers": ("ethnicity",)}  # columns of the data model the company does not hold
FOLDER = "company"


@dataclass(frozen=True, slots=True)
class FileStyle:
    """How a market's files are written; `day` and `moment` are empty for ISO 8601."""

    format: Literal["csv", "parquet"]
    delimiter: str = ","
    decimal: str = "."
    day: str = ""
    moment: str = ""


STYLES: dict[Language, FileStyle] = {
    "es": FileStyle("csv"),
    "it": FileStyle("csv", delimiter=";", decimal=",", day="%d/%m/%Y", moment="%d/%m/%Y %H:%M"),
    "pl": FileStyle("parquet"),
    "en": FileStyle("csv"),
}


def company_columns() -> dict[str, tuple[str, ...]]:
    """Return the columns of each of the company's tables, as its files name them."""
    return {
        name: tuple(column for column in table.columns if column not in LEFT_OUT.get(name, ()))
        for name, table in TABLES.items()
        if name not in SURVEY_TABLES
    }


def write_company(tables: Mapping[str, pa.Table], style: FileStyle, folder: Path) -> list[Path]:
    """Write each table into a file of its own; return the paths."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    return [
        _write(tables[name].select(columns), style, folder / FOLDER / f"{name}.{style.format}")
        for name, columns in company_columns().items()
    ]


def _write(table: pa.Table, style: FileStyle, path: Path) -> Path:
    if style.format == "parquet":
        pq.write_table(table, path)
        return path
    written = pa.table([_spelt(column, style) for column in table.columns], names=table.column_names)
    return write_table(path, written, above=[table.column_names], delimiter=style.delimiter)


def _spelt(column: pa.ChunkedArray, style: FileStyle) -> pa.ChunkedArray:
    """Return dates and numbers as the style spells them."""
    is_moment = pa.types.is_timestamp(column.type)
    if style.day and (is_moment or pa.types.is_date(column.type)):
        # A few hundred days stand for half a million bills: each is spelt once.
        days = column.combine_chunks().dictionary_encode()
        return pc.strftime(days.dictionary, style.moment if is_moment else style.day).take(days.indices)
    if style.decimal != "." and pa.types.is_floating(column.type):
        return pc.replace_substring(pc.cast(column, pa.string()), ".", style.decimal)
    return column
