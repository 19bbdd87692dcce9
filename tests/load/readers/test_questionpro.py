"""QuestionPro exports of raw data, CSV and XLSX.

`files/questionpro.csv` has the tool's own columns (Response ID, Response Status, Timestamp (MM/dd/yyyy), Time
Taken to Complete (Seconds), Custom Variable n) under some rows about the survey; two grids that bear the same
row labels make duplicate names. The workbook's sheet is called Raw Data, as in public scripts that read one.
"""

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cxlab.model.errors import SourceError

FILES = Path(__file__).parent / "files"
COLUMNS = {
    "response_id": "Response ID",
    "responded_at": {"from": "Timestamp (MM/dd/yyyy)", "format": "%m/%d/%Y %H:%M:%S"},
    "duration_s": "Time Taken to Complete (Seconds)",
    "nps": "¿Nos recomendaría?",
    "segment.area": "Custom Variable 1",
    "segment.device": "Device",
    "verbatim": "Comentarios",
}
ITEMS = {
    "satisfaction": {"scale": [1, 10], "attributes": {"network": "Cobertura de red", "price": "Precio"}},
    "importance": {"scale": [1, 5], "attributes": {"network": "Cobertura de red#2", "price": "Precio#2"}},
}


def _open(desk, path, **source):
    return desk.open(
        {"responses": COLUMNS, "response_items": ITEMS}, path=str(path), format="questionpro", **source
    )


def _as_workbook(path: Path) -> None:
    rows = list(csv.reader((FILES / "questionpro.csv").open(encoding="utf-8", newline="")))
    book = openpyxl.Workbook()
    book.active.title = "Raw Data"
    book.create_sheet("Summary").append(["nothing"])
    for row in rows:
        book["Raw Data"].append([int(cell) if cell.isdigit() else cell or None for cell in row])
    book.save(path)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export(desk, accounted, kind):
    if kind == "csv":
        market = _open(desk, FILES / "questionpro.csv")
    else:
        _as_workbook(desk.folder / "s.xlsx")
        market = _open(desk, "s.xlsx", sheet="Raw Data")
    found = market.responses
    assert found["response_id"].tolist() == ["90000001", "90000003", "90000004"]
    assert found["nps"].tolist() == [10, pd.NA, 0]
    assert found["duration_s"].tolist() == [184, pd.NA, 300]
    assert found["verbatim"].fillna("").tolist() == ['Muy "bueno",\nrápido', "", "¿Año?"]
    assert str(found["responded_at"].iloc[0]) == "2026-03-02 09:15:04"
    scores = market.response_items.set_index(["response_id", "kind", "attribute_id"])["score"].to_dict()
    assert scores == {
        ("90000001", "satisfaction", "network"): 9, ("90000001", "satisfaction", "price"): 8,
        ("90000001", "importance", "network"): 5, ("90000001", "importance", "price"): 4,
        ("90000004", "satisfaction", "network"): 1, ("90000004", "satisfaction", "price"): 1,
        ("90000004", "importance", "network"): 1, ("90000004", "importance", "price"): 1,
    }  # fmt: skip
    refused = market.quarantine[market.quarantine["table"] == "responses"]
    line = list(csv.reader((FILES / "questionpro.csv").open(encoding="utf-8", newline="")))
    row = refused["row"].item()
    assert (line[row - 1][0], refused["value"].item()) == ("90000002", "12")
    accounted(market)


def test_a_header_in_the_first_row_or_the_thirtieth(desk):
    header = "Response ID,Q\n1,9\n"
    for above in (0, 29):
        desk.write("s.csv", "about,the,survey\n" * above + header)
        columns = {"response_id": "Response ID", "nps": "Q"}
        market = desk.open({"responses": columns}, path="s.csv", format="questionpro", ignore=[])
        assert market.responses["nps"].tolist() == [9]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x\n" * 30 + "Response ID,Q\n1,9\n", "s.csv: has no cell 'Response ID' in its first 30 rows"),
        ("id,Q\n1,9\n", "s.csv: has no cell 'Response ID' in its first 30 rows"),
        ("a\n\nResponse ID;Q\n1;9\n", "s.csv:3: has one column when split at ','; the fields look"),
        ("a\n\nResponse ID,Q\n1,9,9\n", "s.csv:4: this record has 3 fields, the header has 2"),
        ('a\nResponse ID,Q\n1,"9\n', "is never closed"),
        ("", "s.csv: is empty"),
    ],
)  # fmt: skip
def test_refused(desk, content, message):
    desk.write("s.csv", content)
    with pytest.raises(SourceError) as raised:
        desk.open(
            {"responses": {"response_id": "Response ID", "nps": "Q"}}, path="s.csv", format="questionpro"
        )
    assert message in str(raised.value)
