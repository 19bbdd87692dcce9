"""QuestionPro CSV or XLSX: some rows about the survey, then one header row, then data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.sheet import Sheet
from cxlab.load.readers.text_file import TextTable, refuse_one_column
from cxlab.load.readers.tool_table import read_tool_table
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout

_SEARCHED = 30
_KEY = "response id"


def read_questionpro(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read a QuestionPro export of raw data.

    The header is the first row that holds a cell `Response ID`. Question names may stand twice; the second is
    called `Q5#2`. Columns without a name, which a comma at the end of each line makes, are called by their
    position.
    """
    table = read_tool_table(path, source, head_rows=_SEARCHED)
    above = _rows_above(table, source)
    if isinstance(table, Sheet):
        table = replace(table, head_rows=above + 1)
    else:
        table = read_tool_table(path, source, head_rows=above + 1)
    header = unique_header(table.head[above], table.where, keep_doubles=True)
    frame = table.frame(header, wanted.choose(header, table.where))
    return RawTable(path.name, frame, first_row=above + 2, skipped=table.blank_lines())


def _rows_above(table: TextTable | Sheet, source: Layout) -> int:
    for place, row in enumerate(table.head):
        if any(cell.strip().lower() == _KEY for cell in row):
            return place
        if isinstance(table, TextTable) and any(_KEY in cell.lower() for cell in row):
            refuse_one_column(row, table.file, source.delimiter, line=place + 1)
    raise SourceError(
        f"has no cell 'Response ID' in its first {_SEARCHED} rows, as QuestionPro writes it",
        where=table.where,
        remedy="export the raw data again, or write format: csv or excel for a plain table",
    )
