"""One small sound export in every format: the same answers, written as each tool writes them."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

NAMES = ("RESPID", "WHO", "NPS", "ART", "FOOD", "AREA", "SAID", "AT")
# Marks of what is personal: no message may repeat them.
PERSONAL = ("@example.org", "geheim")
AREAS = ("north", "Łódź", "södra", "")
SAID = ("geheim", "geheim, mit Komma", 'geheim "zitiert"', "geheim\nzweite Zeile", "geheim ñ", "")


@dataclass(frozen=True, slots=True)
class Base:
    """A sound file: its format, name and bytes, what it calls its columns, and where it is found."""

    format: str
    name: str
    content: bytes
    called: Mapping[str, str] = field(default_factory=dict)
    place: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> dict[str, Any]:
        """The source as a parameter file states it."""
        source = {name: self.called.get(name, name) for name in NAMES}
        responses = {
            "response_id": source["RESPID"],
            "nps": {"from": source["NPS"], "missing": {"99": "refused"}},
            "segment.area": source["AREA"],
            "verbatim": source["SAID"],
            "responded_at": source["AT"],
        }
        items = {"scale": [1, 5], "attributes": {"art": source["ART"], "food": source["FOOD"]}}
        tables = {"responses": responses, "response_items": {"satisfaction": items}}
        place = self.place or {"path": self.name}
        return {**place, "format": self.format, "ignore": "rest", "tables": tables}


def records() -> list[dict[str, Any]]:
    """Return thirty answers; every one of them keeps the contract."""
    return [
        {
            "RESPID": f"R_{number:03d}",
            "WHO": f"person{number}@example.org",
            "NPS": (99, None)[number % 2] if number % 10 > 7 else number % 11,
            "ART": 1 + number % 5,
            "FOOD": None if number % 7 == 0 else 1 + number % 3,
            "AREA": AREAS[number % len(AREAS)],
            "SAID": SAID[number % len(SAID)],
            "AT": f"2026-03-{1 + number % 28:02d} 08:{number:02d}:00",
        }
        for number in range(30)
    ]


def as_csv(rows: Sequence[Sequence[Any]], **options: Any) -> bytes:
    """Return rows as CSV with line feeds."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **options).writerows(rows)
    return text.getvalue().encode()


def _rows() -> list[list[Any]]:
    return [[record[name] for name in NAMES] for record in records()]


def _csv() -> Base:
    return Base("csv", "answers.csv", as_csv([NAMES, *_rows()]))


def _qualtrics() -> Base:
    labels = [f"How is it,\nabout {name}?" for name in NAMES]
    imports = [f'{{"ImportId":"QID{place}"}}' for place, _ in enumerate(NAMES)]
    return Base("qualtrics", "answers.csv", as_csv([NAMES, labels, imports, *_rows()]))


def _surveymonkey() -> Base:
    questions = [
        "Respondent ID", "Email Address", "How likely are you to recommend us?", "How was it?", "", "Where?",
        "Is there anything you want to say?", "When?",
    ]  # fmt: skip
    options = ["", "", "Response", "Art", "Food", "Response", "Open-Ended Response", "Response"]
    called = dict(zip(NAMES, questions, strict=True)) | {
        "ART": "How was it? [Art]",
        "FOOD": "How was it? [Food]",
    }
    return Base("surveymonkey", "answers.csv", as_csv([questions, options, *_rows()]), called)


def _questionpro() -> Base:
    header = [{"RESPID": "Response ID", "WHO": "Respondent Email"}.get(name, name) for name in NAMES]
    about = [["Survey", "Answers"], ["Report", "Raw data"], [], ["Exported", "2026-03-31"]]
    return Base(
        "questionpro",
        "answers.csv",
        as_csv([*about, header, *_rows()]),
        dict(zip(NAMES, header, strict=True)),
    )


def _limesurvey() -> Base:
    header = ["id", "email", "G1Q1", "G2Q1[SQ001]", "G2Q1[SQ002]", "G3Q1[other]", "G3Q2", "submitdate"]
    content = "\ufeff".encode() + as_csv([header, *_rows()], quoting=csv.QUOTE_ALL)
    return Base("limesurvey", "answers.csv", content, dict(zip(NAMES, header, strict=True)))


def _database() -> Base:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(
                "CREATE TABLE answers (RESPID TEXT PRIMARY KEY, WHO TEXT, NPS INTEGER, ART INTEGER, "
                "FOOD INTEGER, AREA TEXT, SAID TEXT, AT TEXT)"
            )
            connection.executemany("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _rows())
            connection.commit()
        content = path.read_bytes()
    return Base(
        "database",
        "answers.db",
        content,
        place={"url": "sqlite:///answers.db", "query": "SELECT * FROM answers"},
    )


def _excel() -> Base:
    book = openpyxl.Workbook()
    for row in [NAMES, *_rows()]:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return Base("excel", "answers.xlsx", _with_shared_texts(stream.getvalue()))


def _with_shared_texts(content: bytes) -> bytes:
    """Return a workbook of openpyxl with its texts in a member of their own, as Excel writes them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    members["docProps/core.xml"] = re.sub(
        r"\d{4}-[^<]*Z", "2026-03-31T08:00:00Z", members["docProps/core.xml"]
    )
    texts: list[str] = []

    def share(found: re.Match[str]) -> str:
        texts.append(found[1])
        return f' t="s"><v>{len(texts) - 1}</v></c>'

    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = re.sub(r' t="inlineStr"><is>(.*?)</is></c>', share, members[sheet], flags=re.DOTALL)
    entries = "".join(f"<si>{text}</si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    counts = f'count="{len(texts)}" uniqueCount="{len(texts)}"'
    members["xl/sharedStrings.xml"] = f'<sst xmlns="{space}" {counts}>{entries}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>'
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace("</Types>", f"{part}</Types>")
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Id="rId99" Type="{relation}" Target="sharedStrings.xml"/>'
    links = "xl/_rels/workbook.xml.rels"
    members[links] = members[links].replace("</Relationships>", f"{link}</Relationships>")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _parquet() -> Base:
    stream = io.BytesIO()
    table = pa.Table.from_pylist(records())
    pq.write_table(table, stream, row_group_size=16)
    return Base("parquet", "answers.parquet", stream.getvalue())


def _spss() -> Base:
    """Write a compressed .sav with every kind of record: labels, missing codes, a note, long texts."""
    frame = pd.DataFrame(records()).astype({"NPS": "float64", "FOOD": "float64"})
    frame["LONG"] = ["x" * 300, *[""] * (len(frame) - 1)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        pyreadstat.write_sav(
            frame, str(path), row_compress=True, file_label="Answers", note="Fieldwork of March",
            column_labels={"NPS": "How likely are you to recommend us?"}, missing_ranges={"NPS": [99]},
            variable_value_labels={
                "NPS": {0: "never", 10: "surely", 99: "refused"}, "AREA": {"north": "North"},
                "SAID": {"nothing to be said": "None"},
            },
        )  # fmt: skip
        content = path.read_bytes()
    # Day and time of writing would make another file of it each time.
    return Base("spss", "answers.sav", content[:92] + b"31 Mar 2608:00:00" + content[109:])


_WRITERS: dict[str, Callable[[], Base]] = {
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


@cache
def base_of(format: str) -> Base:
    """Return the sound file of a format."""
    return _WRITERS[format]()
