"""Workbooks that would end the process, or fill the memory, of a reader that trusts them."""

import io
import re
import zipfile

import pytest

from cxlab.load.readers.workbook_outline import refuse_broken_workbook
from cxlab.model.errors import SourceError

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    '<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>9</v></c></row>'
)
MEMBERS = {
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SPACE}" xmlns:r="{LINKS}">'
    '<sheets><sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    SHEET: f'<worksheet xmlns="{SPACE}"><sheetData>{ROWS}</sheetData></worksheet>',
    TEXTS: f'<sst xmlns="{SPACE}" count="2" uniqueCount="2"><si><t>id</t></si><si><t>q</t></si></sst>',
}


def _book(**changed: str) -> bytes:
    """Return a workbook laid out by hand, as Excel writes it, with some members changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in {**MEMBERS, **changed}.items():
            archive.writestr(name, member)
    return stream.getvalue()


def _open(desk, content: bytes):
    desk.write("s.xlsx", content)
    tables = {"responses": {"response_id": "id", "nps": "q"}}
    return desk.open(tables, path="s.xlsx", format="excel")


def test_a_sound_workbook(desk):
    assert _open(desk, _book()).responses["nps"].tolist() == [9]


@pytest.mark.parametrize(
    "reference", ["XFD1048576", "A9999999", "AAAAAAAA1", "ZZZZZZ9", "A99999999999999999999"]
)
@pytest.mark.parametrize("tag", ["c", "x:c"])
def test_a_cell_at_the_end_of_the_world(desk, reference, tag):
    """Every cell before it would be laid out, up to 400 gigabytes of them."""
    content = _book(**{SHEET: MEMBERS[SHEET].replace('<c r="B2"', f'<{tag} r="{reference}"')})
    with pytest.raises(SourceError, match=r"^s.xlsx: (is no readable workbook|has 4 cells spread over)"):
        _open(desk, content)


def test_few_cells_spread_far_name_the_remedy(desk):
    content = _book(**{SHEET: MEMBERS[SHEET].replace('"B2"', '"Z900000"')})
    with pytest.raises(SourceError) as raised:
        _open(desk, content)
    assert str(raised.value) == (
        "s.xlsx: has 4 cells spread over 900,000 rows and 26 columns; delete the empty rows below the data "
        "and the empty columns beside it, or save it as CSV"
    )


def test_a_text_that_looks_like_a_cell_is_none(desk):
    text = MEMBERS[TEXTS].replace("<t>q<", '<t>q</t></si><si><t> r="XFD1048576" c r="XFD1048576"<')
    inline = '<c r="C2" t="inlineStr"><is><t>a r="ZZZZZZ9"</t></is></c></row></sheetData>'
    sheet = MEMBERS[SHEET].replace("</row></sheetData>", inline)
    assert _open(desk, _book(**{TEXTS: text, SHEET: sheet})).responses["nps"].tolist() == [9]


@pytest.mark.parametrize("count", ["4294967295", "1000000000"])
def test_a_count_of_texts_that_are_not_there(desk, count):
    content = _book(**{TEXTS: MEMBERS[TEXTS].replace('uniqueCount="2"', f'uniqueCount="{count}"')})
    with pytest.raises(SourceError, match="is no readable workbook"):
        _open(desk, content)


def test_a_member_that_unfolds_without_measure(desk, monkeypatch):
    """A megabyte of blanks in a kilobyte; the limit itself is 64 megabytes."""
    monkeypatch.setattr("cxlab.load.readers.workbook_outline._MOST_BYTES", 1 << 18)
    content = _book(**{SHEET: MEMBERS[SHEET].replace("</sheetData>", " " * (1 << 20) + "</sheetData>")})
    with pytest.raises(SourceError, match=r"unfolds from [\d,]+ to 1,04[\d,]+ bytes, as no table does; copy"):
        _open(desk, content)


def test_a_damaged_archive(desk):
    """One bit of the folded sheet, and a member that is not there."""
    content = bytearray(_book())
    content[content.index(b"sheet1.xml") + 40] ^= 1
    with pytest.raises(SourceError, match=r"is no readable workbook; save it again as \.xlsx"):
        _open(desk, bytes(content))
    with pytest.raises(SourceError, match="is no readable workbook"):
        _open(desk, re.sub(rb"xl/workbook.xml(?!\.)", b"xl/workbooks.xm", _book()))


def test_references_across_two_pieces_are_read_once(desk, monkeypatch):
    """The cells of a sheet are looked at piece by piece; none is lost or doubled at the seams."""
    desk.write("s.xlsx", _book(**{SHEET: MEMBERS[SHEET].replace('"B2"', '"Z900000"')}))
    for size in (7, 19, 64):
        monkeypatch.setattr("cxlab.load.readers.workbook_outline._PIECE", size)
        with pytest.raises(SourceError, match="has 4 cells spread over 900,000 rows and 26 columns"):
            refuse_broken_workbook(desk.folder / "s.xlsx")
