"""Excel workbooks: one sheet, one header row."""

from __future__ import annotations

from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.sheet import read_sheet
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout


def read_excel(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read one sheet of a workbook; raise SourceError where it has several and none is named.

    Rows without any content, such as formatting leaves below the data, are no rows; columns without a name
    are left out.
    """
    sheet = read_sheet(path, source.sheet, head_rows=1)
    names = sheet.head[0] if sheet.head else []
    if not any(name.strip() for name in names):
        raise SourceError("is empty, or its first row holds no column names", where=sheet.where)
    header = unique_header(names, sheet.where)
    named = [name for name, cell in zip(header, names, strict=True) if cell.strip()]
    frame = sheet.frame(header, wanted.choose(named, sheet.where))
    return RawTable(path.name, frame, first_row=2, skipped=sheet.blank_lines())
