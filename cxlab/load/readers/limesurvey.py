"""LimeSurvey CSV: one header row of question codes."""

from __future__ import annotations

from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.text_file import read_text
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout


def read_limesurvey(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read a LimeSurvey export of responses, with question codes as headings.

    Headings that put the question's text behind its code (`G1Q2[SQ001]. Delivery`) are names as they stand.
    """
    text = read_text(path, encoding=source.encoding, delimiter=source.delimiter, head_rows=1)
    header = unique_header(text.head[0], path.name)
    if not any(name == "id" or name.startswith("id. ") for name in header):
        raise SourceError(
            "has no column 'id', as every export of LimeSurvey has",
            where=f"{path.name}:1",
            remedy="export it with question codes as headings, or write format: csv for a plain table",
        )
    frame = text.frame(header, wanted.choose(header, path.name))
    return RawTable(path.name, frame, first_row=2, skipped=text.blank_lines())
