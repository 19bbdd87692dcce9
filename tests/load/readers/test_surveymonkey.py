"""SurveyMonkey exports of all individual responses, CSV and XLSX, of both generations.

`files/surveymonkey.csv` is written as the tool writes it today (respondent_id, collector_id, date_created),
`files/surveymonkey_2014.csv` as it did before (RespondentID, CollectorID, StartDate). The public sample of
the form is star-wars-survey/StarWars.csv of fivethirtyeight/data: two header rows, the number's second row
blank, a question over the first of its options only, cells that repeat their option, lone CR.
"""

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cxlab.model.errors import SourceError

FILES = Path(__file__).parent / "files"
OVERALL = "How satisfied are you with our service overall?"
MATRIX = "How satisfied are you with…"
WHY = "Why did you choose us? (Tick all that apply.)"
NPS = "How likely is it that you would recommend us to a friend or colleague?"
COLUMNS = {
    "response_id": "respondent_id",
    "customer_id": "custom_1",
    "responded_at": {"from": "date_modified", "format": "%m/%d/%Y %I:%M:%S %p"},
    "csat_overall": {
        "from": OVERALL, "scale": [1, 5],
        "codes": {"Very dissatisfied": 1, "Dissatisfied": 2, "Satisfied": 4, "Very satisfied": 5},
    },
    "nps": NPS,
    "q3": {
        "options": {
            "price": f"{WHY} [Price]", "service": f"{WHY} [Service]", "contact": f"{WHY} [Łatwość kontaktu]",
            "other": f"{WHY} [Other (please specify)]",
        }
    },
    "nps_reason": "Any comment?",
    "verbatim": 'Anything else you would\nlike to "tell" us?',
    "segment.second": "Any comment?#2",
}  # fmt: skip
ITEMS = {
    "scale": [1, 5],
    "missing": {"N/A": "not applicable"},
    "attributes": {
        "delivery": {"from": f"{MATRIX} [Delivery]", "codes": {"5 - excellent": 5}},
        "price": f"{MATRIX} [Price]",
        "phone": f"{MATRIX} [Service [phone]]",
    },
}
DROP = ["collector_id", "date_created", "ip_address", "email_address", "first_name", "last_name"]


def _open(desk, **source):
    tables = {"responses": COLUMNS, "response_items": {"satisfaction": ITEMS}}
    return desk.open(tables, format="surveymonkey", ignore=[], drop=DROP, **source)


def _as_workbook(path: Path) -> None:
    """Write the export as XLSX: numbers as numbers, and each question merged over its options."""
    rows = list(csv.reader((FILES / "surveymonkey.csv").open(encoding="utf-8", newline="")))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet"
    for place, row in enumerate(rows):
        sheet.append([int(cell) if place > 1 and cell.isdigit() else cell or None for cell in row])
    sheet.merge_cells(start_row=1, end_row=1, start_column=11, end_column=13)
    sheet.merge_cells(start_row=1, end_row=1, start_column=14, end_column=17)
    book.save(path)


@pytest.mark.parametrize("kind", ["csv", "CR", "xlsx"])
def test_an_export_of_today(desk, accounted, kind):
    content = (FILES / "surveymonkey.csv").read_bytes()
    if kind == "xlsx":
        _as_workbook(desk.folder / "s.xlsx")
        market = _open(desk, path="s.xlsx")
    else:
        # Line ends within the fields stay as they are: a heading and a comment hold one each.
        lines = content.split(b"\n")
        if kind == "CR":
            content = b"\r".join(lines).replace(b"would\r", b"would\n").replace(b"line\r", b"line\n")
        desk.write("s.csv", content)
        market = _open(desk, path="s.csv")
    found = market.responses.set_index("response_id")
    assert found.index.tolist() == ["114000000001", "114000000002", "114000000003"]
    assert found["csat_overall"].tolist() == [5, 2, pd.NA]
    assert found["nps"].tolist() == [10, 3, pd.NA]
    assert found["responded_at"].astype(str).tolist() == [
        "2026-03-02 09:21:40", "2026-03-02 12:09:59", "2026-01-01 00:04:00"
    ]  # fmt: skip
    assert found["q3"].fillna("").tolist() == ["price; contact", "service; other", ""]
    assert found["nps_reason"].fillna("").tolist() == ["Quick, friendly", "", ""]
    assert found["segment.second"].fillna("").tolist() == ["none", "", ""]
    assert found["verbatim"].fillna("").tolist() == [
        'First line\nsecond "line"',
        "¡Qué caro!",
        "",
    ]
    scores = market.response_items.set_index(["response_id", "attribute_id"])["score"].to_dict()
    assert scores == {
        ("114000000001", "delivery"): 5, ("114000000001", "price"): 4,
        ("114000000002", "delivery"): 2, ("114000000002", "phone"): 1,
    }  # fmt: skip
    refused = market.quarantine[market.quarantine["table"] == "responses"]
    assert refused[["row", "value", "rule"]].to_numpy().tolist() == [[6, "11", "outside 0–10"]]
    reasons = market.missing[market.missing["column"] == "q3"]
    assert reasons[["reason", "n"]].to_numpy().tolist() == [["none chosen", 1]]
    accounted(market)


def test_an_export_of_2014(desk, accounted):
    bought = "Which of these did you buy? Please select all that apply."
    columns = {
        "response_id": "RespondentID",
        "responded_at": {"from": "EndDate", "format": "%m/%d/%Y %H:%M"},
        "had_problem": "Have you used our shop before?",
        "segment.gender": "Gender",
        "q3": {
            "options": {
                "coffee": f"{bought} [Coffee]", "tea": f"{bought} [Tea]", "none": f"{bought} [None of these]",
            }
        },
    }  # fmt: skip
    path = str(FILES / "surveymonkey_2014.csv")
    market = desk.open({"responses": columns}, path=path, format="surveymonkey", max_quarantine=0)
    assert market.responses["response_id"].tolist() == ["3292879998", "3292879538", "3292765271"]
    assert market.responses["q3"].fillna("").tolist() == ["coffee; tea", "none", ""]
    assert market.responses["had_problem"].tolist() == [True, False, True]
    assert str(market.responses["responded_at"].iloc[2]) == "2014-06-16 08:04:00"
    accounted(market)


def test_no_answers_yet(desk):
    desk.write("s.csv", "Respondent ID,Q\n,Response\n")
    market = desk.open(
        {"responses": {"response_id": "Respondent ID", "nps": "Q"}}, path="s.csv", format="surveymonkey"
    )
    assert market.responses.empty


@pytest.mark.parametrize(
    ("content", "source", "message"),
    [
        ("Respondent ID,Q\n1,9\n2,8\n", {}, "s.csv:1: has not the two header rows of SurveyMonkey"),
        ("id,Q\n,Response\n1,9\n", {}, "s.csv:1: has not the two header rows of SurveyMonkey"),
        ("Respondent ID,Q\n", {}, "s.csv:1: has not the two header rows of SurveyMonkey"),
        ("Respondent ID,Q\n,Response,x\n1,9\n", {}, "has not the two header rows"),
        ("Respondent ID;Q\n;Response\n1;9\n", {}, 'write delimiter: ";"'),
        ("Respondent ID,Q\n,Response\n1,9,9\n", {}, "s.csv:3: this record has 3 fields, the header has 2"),
        ("Respondent ID,Q,\n,Response,\n1,9,\n", {"ignore": []}, "1 source column is not mapped: 'column 3'"),
        ("Respondent ID,Q\n,Response\n1,9\n", {"sheet": "x"}, "is text, where `sheet` means nothing"),
        ("", {}, "s.csv: is empty"),
    ],
)
def test_refused(desk, content, source, message):
    desk.write("s.csv", content)
    columns = {"response_id": "Respondent ID", "nps": "Q"}
    with pytest.raises(SourceError) as raised:
        desk.open({"responses": columns}, path="s.csv", format="surveymonkey", **source)
    assert message in str(raised.value)


def test_a_workbook_knows_no_delimiter(desk):
    _as_workbook(desk.folder / "s.xlsx")
    with pytest.raises(SourceError, match=r"s\.xlsx: is a workbook, where `delimiter` means nothing"):
        _open(desk, path="s.xlsx", delimiter=";")


def test_its_header_rows_are_not_read_as_data(desk):
    """Read as plain CSV the second header row would be a respondent without a number."""
    desk.write("s.csv", "Respondent ID,Q\n,Response\n1,9\n")
    with pytest.raises(SourceError, match=r"s\.csv:2: the second header row of SurveyMonkey .* write format"):
        desk.open({"responses": {"response_id": "Respondent ID", "nps": "Q"}}, path="s.csv")


def test_a_blank_first_line_is_told(desk):
    desk.write("s.csv", "\nRespondent ID,Q\n,Response\n1,9\n")
    with pytest.raises(SourceError, match=r"s\.csv:1: has not the two header rows of SurveyMonkey"):
        desk.open({"responses": {"response_id": "Respondent ID"}}, path="s.csv", format="surveymonkey")
