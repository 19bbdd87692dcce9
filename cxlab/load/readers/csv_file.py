"""Plain CSV: one header row, then data."""

from __future__ import annotations

from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.text_file import IMPORT_ID, read_text
from cxlab.model.errors import SourceError
from cxlab.model.mapping import Source


def read_csv(path: Path, source: Source, wanted: Wanted) -> RawTable:
    """Read a CSV file; raise SourceError where it is none, or where it is an export of Qualtrics."""
    text = read_text(path, encoding=source.encoding, delimiter=source.delimiter, head_rows=1)
    header = unique_header(text.head[0], path.name)
    _refuse_qualtrics(text.head[0], text.body, path.name)
    frame = text.frame(header, wanted.choose(header, path.name))
    return RawTable(path.name, frame, first_row=2, skipped=text.blank_lines())


def _refuse_qualtrics(header: list[str], body: str, file: str) -> None:
    start = body[:20_000]
    is_legacy = header[0] == "V1" and start.startswith(("ResponseID", '"ResponseID'))
    if is_legacy or IMPORT_ID.search(start):
        raise SourceError(
            "the header rows of Qualtrics stand among the data",
            where=f"{file}:2",
            remedy="write format: qualtrics",
        )
