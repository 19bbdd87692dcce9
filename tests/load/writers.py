"""Rows written in every format that cxlab reads, and the number each row bears there."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from tests.load.bases import as_csv

Row = Mapping[str, Any]
Written = tuple[dict[str, Any], list[int]]
TEXTS = ("csv", "qualtrics", "surveymonkey", "questionpro", "limesurvey")


def write_rows(format: str, folder: Path, name: str, rows: Sequence[Row]) -> Written:
    """Write rows in a format; return where the source is, as a parameter file says it, and their row numbers.

    A text holds a column `Response ID`, `Respondent ID` or `id` beside those of the rows, as the tools do.
    """
    return _WRITERS[format](folder, name, rows)


def _cells(rows: Sequence[Row]) -> list[list[Any]]:
    return [["" if value is None else value for value in row.values()] for row in rows]


def _text(folder: Path, name: str, above: list[list[str]], rows: Sequence[Row], **options: Any) -> Written:
    """Write a text with a blank line below its first record, which counts as a row."""
    cells = [[f"n{number}", *row] for number, row in enumerate(_cells(rows))]
    first = len(above) + 1
    content = as_csv([*above, cells[0]], **options) + b"\n" + as_csv(cells[1:], **options)
    (folder / f"{name}.csv").write_bytes(content)
    return {"path": f"{name}.csv"}, [first, *range(first + 2, first + len(rows) + 1)]


def _csv(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    return _text(folder, name, [["n", *rows[0]]], rows)


def _qualtrics(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    header = ["n", *rows[0]]
    imports = [f'{{"ImportId":"QID{place}"}}' for place, _ in enumerate(header)]
    return _text(folder, name, [header, ["A question\nof two lines"] * len(header), imports], rows)


def _surveymonkey(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    header = ["Respondent ID", *rows[0]]
    return _text(folder, name, [header, ["", *["Response"] * len(rows[0])]], rows)


def _questionpro(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    return _text(folder, name, [["Survey", "Answers"], ["Raw data"], ["Response ID", *rows[0]]], rows)


def _limesurvey(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    return _text(folder, name, [["id", *rows[0]]], rows, quoting=csv.QUOTE_ALL)


def _excel(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    book = openpyxl.Workbook()
    lines = [["n", *rows[0]], *([f"n{number}", *row.values()] for number, row in enumerate(rows))]
    lines.insert(2, [])
    for line in lines:
        book.active.append(line)
    book.save(folder / f"{name}.xlsx")
    return {"path": f"{name}.xlsx"}, [2, *range(4, len(rows) + 3)]


def _parquet(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    columns = {column: pa.array([row[column] for row in rows]) for column in rows[0]}
    columns = {column: values.cast(pa.string()) if pa.types.is_null(values.type) else values
               for column, values in columns.items()}  # fmt: skip
    pq.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=2)
    return {"path": f"{name}.parquet"}, list(range(1, len(rows) + 1))


def _spss(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    frame = pd.DataFrame({column: _sav_column([row[column] for row in rows]) for column in rows[0]})
    pyreadstat.write_sav(frame, str(folder / f"{name}.sav"))
    return {"path": f"{name}.sav"}, list(range(1, len(rows) + 1))


def _sav_column(values: list[Any]) -> pd.Series:
    if any(isinstance(value, str) for value in values):
        return pd.Series(["" if value is None else value for value in values], dtype=object)
    return pd.Series(values)


def _database(folder: Path, name: str, rows: Sequence[Row]) -> Written:
    path = folder / f"{name}.db"
    path.unlink(missing_ok=True)
    typed = {
        column: "TEXT" if any(isinstance(row[column], str) for row in rows) else "NUMERIC"
        for column in rows[0]
    }
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            f"CREATE TABLE answers ({', '.join(f'{column} {kind}' for column, kind in typed.items())})"
        )
        marks = ", ".join("?" for _ in typed)
        connection.executemany(f"INSERT INTO answers VALUES ({marks})", [list(row.values()) for row in rows])
        connection.commit()
    place = {"url": f"sqlite:///{name}.db", "query": "SELECT * FROM answers ORDER BY rowid"}
    return place, list(range(1, len(rows) + 1))


_WRITERS: dict[str, Callable[[Path, str, Sequence[Row]], Written]] = {
    "csv": _csv,
    "qualtrics": _qualtrics,
    "surveymonkey": _surveymonkey,
    "questionpro": _questionpro,
    "limesurvey": _limesurvey,
    "excel": _excel,
    "parquet": _parquet,
    "spss": _spss,
    "database": _database,
}
FORMATS = tuple(_WRITERS)
