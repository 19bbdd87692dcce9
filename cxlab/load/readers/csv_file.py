"""Plain CSV: one header row, then data."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.surveymonkey import ONE_ANSWER, is_surveymonkey
from cxlab.load.readers.text_file import IMPORT_ID, TextTable, read_text
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout


def read_csv(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read a CSV file; raise SourceError where it is none, or an export with more header rows."""
    text = read_text(path, encoding=source.encoding, delimiter=source.delimiter, head_rows=1)
    header = unique_header(text.head[0], path.name)
    _refuse_qualtrics(text.head[0], text.body, path.name)
    _refuse_surveymonkey(text, path.name)
    frame = text.frame(header, wanted.choose(header, path.name))
    return RawTable(path.name, frame, first_row=2, skipped=text.blank_lines())


def _refuse_surveymonkey(text: TextTable, file: str) -> None:
    second = next(csv.reader(io.StringIO(text.body[:20_000], newline=""), delimiter=text.delimiter), [])
    if is_surveymonkey([text.head[0], second]) and not set(second).isdisjoint(ONE_ANSWER[1:]):
        raise SourceError(
            "the second header row of SurveyMonkey stands among the data",
            where=f"{file}:2",
            remedy="write format: surveymonkey",
        )


def _refuse_qualtrics(header: list[str], body: str, file: str) -> None:
    start = body[:20_000]
    is_legacy = header[0] == "V1" and start.startswith(("ResponseID", '"ResponseID'))
    if is_legacy or IMPORT_ID.search(start):
        raise SourceError(
            "the header rows of Qualtrics stand among the data",
            where=f"{file}:2",
            remedy="write format: qualtrics",
        )
