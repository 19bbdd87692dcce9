"""Delimited text is read strictly: every fault has its line and its remedy, and no error repeats a record."""

# ruff: noqa: E501 (one case a line)

import pytest

from cxlab.model.errors import CxlabError, SourceError

NPS = {"nps": "q"}


def _refusal(desk, content: str | bytes, **source) -> str:
    desk.write("survey.csv", content)
    with pytest.raises(SourceError) as raised:
        desk.open({"responses": {"response_id": "id", "nps": "q"}}, **source)
    return str(raised.value)


@pytest.mark.parametrize("content", ["", " \n\n \n", "\ufeff", "\ufeff\n"])
def test_empty(desk, content):
    assert _refusal(desk, content) == "survey.csv: is empty; export it again, or name the right file"


@pytest.mark.parametrize("content", ["id,q", "id,q\n", "id,q\r\n\r\n", "\ufeffid,q\n"])
def test_header_only_is_an_empty_table(desk, accounted, content):
    market = desk.responses(content, {"responded_at": "q", "segment.x": "q", "had_problem": "q", **NPS})
    assert market.responses.empty and "nps" in market.responses
    assert market.responses.dtypes.astype(str).to_dict() == {
        "response_id": "str", "responded_at": "datetime64[us]", "nps": "Int64", "had_problem": "boolean",
        "segment.x": "str", "block": "int64", "market": "str",
    }  # fmt: skip
    accounted(market)


@pytest.mark.parametrize(
    ("content", "source", "message"),
    [
        ("id;q\n1;9\n", {}, 'survey.csv:1: has one column when split at \',\'; the fields look separated by \';\': write delimiter: ";"'),
        ("id\tq\n1\t9\n", {}, 'write delimiter: "\\t"'),
        ("id,q\n1,9\n", {"delimiter": ";"}, 'write delimiter: ","'),
        ("id;q;a,b;c\n1;9;1,1;1\n", {}, 'there is no column \'id\'; the fields look separated by a semicolon: write delimiter: ";"'),
        ("id,Q\n1,9\n", {}, "survey.csv: there is no column 'q'; did you mean 'Q'?"),
        ("id,q,q \n1,9,8\n", {}, "survey.csv: two columns are called 'q' (columns 2 and 3); rename one of them"),
        ("id,q,\n1,9,\n", {"ignore": []}, "1 source column is not mapped: 'column 3'"),
        ("\nid,q\n1,9\n", {}, "survey.csv:1: the first line is blank; let the column names come first"),
        ("id,q\n1,9\n2,9,secret\n", {}, "survey.csv:3: this record has 3 fields, the header has 2; put quotes around"),
        ("id,q\n1,9\nsecret\n3,9\n", {}, "survey.csv:3: this record has 1 fields, the header has 2"),
        ('id,q\n1,"9\n9"\n2,9,secret\n', {}, "survey.csv:4: this record has 3 fields"),
        ('id,q\n1,9\n2,"secret\n3,9\n', {}, "survey.csv:3: a quote opens in this record that is never closed"),
        ('id,"q\n1,secret\n', {}, "survey.csv:1: a quote in the column names is never closed"),
        ("id,q\n1,Málaga\n", {"encoding": "ascii"}, "survey.csv:2: holds bytes that are not ascii; name its encoding"),
        ("id,q\n1,9\n", {"encoding": "utf-99"}, "survey.csv: nobody knows the encoding 'utf-99'"),
        ("id,q\n1,9\n", {"encoding": "base64"}, "nobody knows the encoding"),
        ("id,q\n1,9\n".encode("utf-16"), {}, "survey.csv:1: holds bytes that are not utf-8; name its encoding, most likely encoding: utf-16"),
        ("id,q\n1,9\n".encode("utf-16-le"), {}, "holds zero bytes, as no text does; write encoding: utf-16-le"),
        ("id,q\n1,9\n2,ñ\n".encode("latin-1"), {}, "survey.csv:3: holds bytes that are not utf-8; name its encoding, most likely encoding: cp1252"),
    ],
)  # fmt: skip
def test_refused_with_place_and_remedy(desk, content, source, message):
    refusal = _refusal(desk, content, **source)
    assert message in refusal
    assert "secret" not in refusal


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfid,q\n1,9\n2,8\n",
        b"id,q\r\n1,9\r\n2,8\r\n",
        b"id,q\r1,9\r2,8",
        b'"id","q"\n"1","9"\n"2"," 8 "\n',
        b"id,q\n1,9\n2,8\n\n\n",
    ],
    ids=["byte-order mark", "CRLF", "lone CR", "quoted", "blank lines at the end"],
)
def test_read_all_the_same(desk, content):
    desk.write("survey.csv", content)
    market = desk.open({"responses": {"response_id": "id", "nps": "q"}}, max_quarantine=0)
    assert market.responses["nps"].tolist() == [9, 8]


def test_utf_16_when_named(desk):
    desk.write("survey.csv", "id\tq\nñ\t9\n".encode("utf-16"))
    columns = {"response_id": "id", "nps": "q"}
    market = desk.open({"responses": columns}, encoding="utf-16", delimiter="\t")
    assert market.responses["response_id"].tolist() == ["ñ"]


def test_line_breaks_quotes_and_delimiters_within_fields(desk):
    market = desk.responses('id,v\n1,"a, ""b""\nc"\n2,"d\r\n\r\ne"\n', {"verbatim": "v"})
    assert market.responses["verbatim"].tolist() == ['a, "b"\nc', "d\r\n\r\ne"]


def test_quarantine_counts_rows_as_a_spreadsheet_does(desk):
    """A record that spans lines is one row; a blank line is a row of its own."""
    market = desk.responses('id,q,v\n1,9,"a\nb"\n\n2,11,c\n\n\n3,12,"d\n\ne"\n4,13,f\n', NPS)
    assert market.quarantine[["row", "value"]].to_numpy().tolist() == [[4, "11"], [7, "12"], [8, "13"]]


def test_a_row_of_delimiters_is_a_row_without_a_key(desk):
    market = desk.responses("id,q\n1,9\n,\n", NPS)
    assert market.quarantine[["row", "value", "rule"]].to_numpy().tolist() == [
        [3, "", "response_id is missing"]
    ]


def test_qualtrics_headers_are_not_read_as_data(desk):
    three = 'id,q\nid,q\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\n1,9\n'
    assert (
        "survey.csv:2: the header rows of Qualtrics stand among the data; write format: qualtrics"
        in _refusal(desk, three)
    )
    desk.write("survey.csv", "V1,Q1,\nResponseID,How likely?,\nR_1,9,\n")
    with pytest.raises(CxlabError, match="write format: qualtrics"):
        desk.open({"responses": {"response_id": "V1", "nps": "Q1"}})


def test_a_record_of_ten_megabytes_is_read(desk, accounted):
    market = desk.responses(f'id,q,v\n1,9,short\n2,8,"{"long, " * 1_500_000}"\n', {"verbatim": "v", **NPS})
    assert market.responses["verbatim"].str.len().tolist() == [5, 6 * 1_500_000 - 1]
    accounted(market)


def test_a_line_of_delimiters_is_no_header(desk):
    refusal = _refusal(desk, "x," * 200_000)
    assert refusal == (
        "survey.csv: has 200,001 columns in its first row; check the delimiter and the line ends: "
        "no table is that wide"
    )


def test_answers_in_the_place_of_column_names_are_not_repeated(desk):
    """The header is gone, or the first record stands on its line."""
    for content in ("7,ana@example.org,bad\n8,leo@example.org,good\n", "id,who,v 7,ana@example.org,9,good\n"):
        refusal = _refusal(desk, content)
        assert "there is no column" in refusal and "check whether its first row" in refusal
        assert "example.org" not in refusal


def test_a_long_list_of_column_names_is_cut(desk):
    header = ",".join(["id", *(f"question {'x' * 200} {number:03d}" for number in range(200))])
    refusal = _refusal(desk, f"{header}\n")
    assert "and 171 more" in refusal and len(refusal) < 2000
