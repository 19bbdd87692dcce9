"""Exports that a survey tool writes as CSV or as a workbook, whichever was asked of it."""

from __future__ import annotations

from pathlib import Path

from cxlab.load.readers.sheet import Sheet, is_workbook, read_sheet
from cxlab.load.readers.text_file import TextTable, read_text
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout


def read_tool_table(path: Path, layout: Layout, *, head_rows: int) -> TextTable | Sheet:
    """Read an export whose column names do not simply stand in its first row.

    Parameters
    ----------
    path
        The file; its first bytes say whether it is a workbook.
    layout
        Its encoding and delimiter, or its sheet.
    head_rows
        How many records to split off at the top.

    Raises
    ------
    SourceError
        Where it cannot be read, or a setting of the other kind of file is named.
    """
    book = is_workbook(path)
    for setting in ("encoding", "delimiter") if book else ("sheet",):
        if setting in layout.model_fields_set:
            kind = "a workbook" if book else "text"
            raise SourceError(
                f"is {kind}, where `{setting}` means nothing",
                where=path.name,
                remedy=f"take `{setting}` away, or name the right file",
            )
    if book:
        return read_sheet(path, layout.sheet, head_rows=head_rows)
    return read_text(
        path, encoding=layout.encoding, delimiter=layout.delimiter, head_rows=head_rows, names_first=False
    )
