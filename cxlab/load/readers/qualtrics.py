"""Qualtrics CSV: names, question texts and, in exports since 2016, a row of ImportId JSON."""

from __future__ import annotations

from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.text_file import IMPORT_ID, TextTable, read_text
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout


def read_qualtrics(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read a Qualtrics export with three header rows, or with the two of the legacy form.

    Question names may stand twice; the second is called `Q5#2`. A last field without a name, which the
    legacy form's trailing comma makes, is left out.
    """
    text = read_text(path, encoding=source.encoding, delimiter=source.delimiter, head_rows=2)
    header_rows = _header_rows(text)
    if header_rows == 3:
        text = read_text(path, encoding=source.encoding, delimiter=source.delimiter, head_rows=3)
    header = unique_header(text.head[0], path.name, keep_doubles=True)
    named = header if text.head[0][-1].strip() else header[:-1]
    chosen = wanted.choose(named, path.name)
    frame = text.frame(header, chosen)
    return RawTable(path.name, frame, first_row=header_rows + 1, skipped=text.blank_lines())


def _header_rows(text: TextTable) -> int:
    if IMPORT_ID.match(text.body.lstrip('"')):
        return 3
    if text.head[0][0] == "V1" and len(text.head) > 1:
        return 2
    raise SourceError(
        "has neither the three header rows of Qualtrics nor the two of its legacy form",
        where=f"{text.file}:3",
        remedy="write format: csv for a plain table, or export it from Qualtrics again",
    )
