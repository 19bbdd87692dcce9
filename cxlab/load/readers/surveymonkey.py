"""SurveyMonkey CSV or XLSX: a row of questions over a row of answer options."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.text_file import TextTable, refuse_one_column
from cxlab.load.readers.tool_table import read_tool_table
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout

# What stands in the second row where a question has one answer only.
ONE_ANSWER = ("", "Response", "Open-Ended Response")


def read_surveymonkey(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read a SurveyMonkey export of all responses.

    A question stands over the first of its columns only. A column is called by its question, or `Question
    [Option]` where it has an option of its own; of two columns of one name the second is called `Q#2`.
    """
    table = read_tool_table(path, source, head_rows=2)
    if isinstance(table, TextTable):
        refuse_one_column(table.head[0], path.name, source.delimiter)
    _refuse_other(table.head, table.where)
    header = unique_header(column_names(table.head[0], table.head[1]), table.where, keep_doubles=True)
    frame = table.frame(header, wanted.choose(header, table.where))
    return RawTable(path.name, frame, first_row=3, skipped=table.blank_lines())


def column_names(questions: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return the name of each column; empty where neither row says anything."""
    names, question = [], ""
    for asked, raw_option in zip(questions, options, strict=True):
        option = raw_option.strip()
        question = asked.strip() or (question if option else "")
        names.append(question if option in ONE_ANSWER or not question else f"{question} [{option}]")
    return names


def is_surveymonkey(head: Sequence[Sequence[str]]) -> bool:
    """Return whether two rows are the header rows of SurveyMonkey: the respondent's number has no option."""
    if len(head) < 2 or len(head[0]) != len(head[1]):
        return False
    plain = [name.strip().lower().replace(" ", "").replace("_", "") for name in head[0]]
    return "respondentid" in plain and not head[1][plain.index("respondentid")].strip()


def _refuse_other(head: Sequence[Sequence[str]], where: str) -> None:
    if not is_surveymonkey(head):
        raise SourceError(
            "has not the two header rows of SurveyMonkey (Respondent ID first, its second row blank)",
            where=f"{where}:1",
            remedy="export all individual responses again, or write format: csv for a plain table",
        )
