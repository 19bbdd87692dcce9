"""Excel workbooks: cells of any type, one header row."""

from datetime import date, datetime

import openpyxl
import pytest

from cxlab.model.errors import SourceError


@pytest.fixture
def workbook(desk):
    def write(**sheets) -> None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(desk.folder / "s.xlsx")

    return write


def _open(desk, columns, **source):
    tables = {"responses": {"response_id": "id", **columns}}
    return desk.open(tables, path="s.xlsx", format="excel", **source)


def test_mixed_cells(desk, workbook, accounted):
    workbook(
        data=[
            ["id", "q", "at", 2016, "p"],
            ["007", 9, datetime(2026, 3, 2, 8, 15), "x", True],
            [7, "8", "02/03/2026", 5.5, "no"],
            [8.0, 7.5, date(2026, 3, 3), 5, None],
            ["9", "x", 46083, None, "yes"],
            [10, 11, "03/03/2026", "z", False],
        ]
    )
    columns = {
        "nps": "q", "segment.y": "2016", "had_problem": "p",
        "responded_at": {"from": "at", "format": "%d/%m/%Y"},
    }  # fmt: skip
    market = _open(desk, columns, ignore=[])
    responses = market.responses
    assert responses["response_id"].tolist() == ["007", "7"]
    assert responses["nps"].tolist() == [9, 8]
    assert responses["segment.y"].tolist() == ["x", "5.5"]
    assert responses["responded_at"].astype(str).tolist() == ["2026-03-02 08:15:00", "2026-03-02 00:00:00"]
    assert responses["had_problem"].tolist() == [True, False]
    assert set(market.quarantine[["row", "rule"]].itertuples(index=False, name=None)) == {
        (4, "not a whole number"), (5, "not a number"), (5, "unparsable date"), (6, "outside 0–10"),
    }  # fmt: skip
    accounted(market)


def test_rows_without_content_are_no_rows_and_are_counted(desk, workbook):
    workbook(data=[["id", "q"], [1, 9], [None, None], [2, 12], ["", " "], [None, None]])
    market = _open(desk, {"nps": "q"})
    assert market.codebook["n_rows"].tolist() == [2, 2]
    assert market.quarantine["row"].tolist() == [4]


def test_sheets(desk, workbook):
    workbook(one=[["id", "q"], [1, 9]], two=[["id", "q"], [2, 8]])
    assert _open(desk, {"nps": "q"}, sheet="two").responses["nps"].tolist() == [8]
    with pytest.raises(SourceError, match=r"s.xlsx: holds 2 sheets \(one, two\); name one: sheet"):
        _open(desk, {"nps": "q"})
    with pytest.raises(SourceError, match=r"s.xlsx: has no sheet 'tow'; did you mean 'two'\?"):
        _open(desk, {"nps": "q"}, sheet="tow")


def test_header_only_is_an_empty_table(desk, workbook):
    workbook(data=[["id", "q"]])
    assert _open(desk, {"nps": "q"}).responses.empty


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "s.xlsx, sheet data: is empty"),
        ([[None, None], ["id", "q"]], "its first row holds no column names"),
        ([["id", "q", "q"], [1, 2, 3]], "two columns are called 'q' (columns 2 and 3)"),
        ([["id", "Q"], [1, 2]], "there is no column 'q'; did you mean 'Q'?"),
    ],
)
def test_refused_with_place_and_remedy(desk, workbook, rows, message):
    workbook(data=rows)
    with pytest.raises(SourceError) as raised:
        _open(desk, {"nps": "q"})
    assert message in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"id,q\n1,9\n"])
def test_no_workbook(desk, content):
    desk.write("s.xlsx", content)
    with pytest.raises(SourceError, match=r"s.xlsx: is no readable workbook; save it again as .xlsx"):
        _open(desk, {})
