"""SPSS files: user-missing codes keep their reasons, and value labels never turn a score into text."""

# ruff: noqa: E501 (one case a line)

import pandas as pd
import pyreadstat
import pytest

from cxlab.model.errors import SourceError


@pytest.fixture
def sav(desk):
    def write(frame: pd.DataFrame, **meta) -> None:
        pyreadstat.write_sav(frame, str(desk.folder / "s.sav"), **meta)

    return write


def _open(desk, columns, **source):
    tables = {"responses": {"response_id": "ID", **columns}}
    return desk.open(tables, path="s.sav", format="spss", **source)


def test_user_missing_codes_keep_their_reasons(desk, sav, accounted):
    frame = pd.DataFrame(
        {"ID": [1, 2, 3, 4, 5, 6.0], "P1": [9, 98, 99, 97, None, 0], "P2": ["a", "X", "b", "", "a", "a"]}
    )
    sav(
        frame,
        missing_ranges={"P1": [{"lo": 98, "hi": 99}, 97], "P2": ["X"]},
        variable_value_labels={
            "P1": {0: "never", 10: "surely", 98: "not applicable"},
            "P2": {"X": "no answer"},
        },
    )
    market = _open(desk, {"nps": {"from": "P1", "missing": {"99": "refused"}}, "segment.p": "P2"})
    assert market.responses["nps"].dropna().tolist() == [9, 0]
    named = market.missing.groupby(["column", "reason"])["n"].sum().to_dict()
    assert named == {
        ("nps", "not applicable"): 1, ("nps", "refused"): 1, ("nps", "user-missing 97"): 1, ("nps", "empty"): 1,
        ("segment.p", "no answer"): 1, ("segment.p", "empty"): 1,
    }  # fmt: skip
    book = market.codebook.set_index("column")
    assert book.loc["nps", "labels"] == '{"0": "never", "10": "surely", "98": "not applicable"}'
    assert '"97": "user-missing 97"' in book.loc["nps", "missing_codes"]
    accounted(market)


def test_value_labels_name_texts_where_they_are_complete(desk, sav):
    frame = pd.DataFrame({"ID": [1.0, 2, 3], "A": [1.0, 2, None], "B": [1.0, 2, 3], "C": [1.0, 2, 1]})
    labels = {"A": {1: "north", 2: "south"}, "B": {1: "low"}, "C": {1: "one", 2: "two"}}
    sav(frame, variable_value_labels=labels)
    columns = {
        "segment.a": "A", "segment.b": "B", "segment.c": {"from": "C", "labels": {"1": "uno", "2": "dos"}},
        "csat_overall": {"from": "C", "scale": [1, 2]},
    }  # fmt: skip
    responses = _open(desk, columns).responses
    assert responses["segment.a"].dropna().tolist() == ["north", "south"]
    assert responses["segment.b"].tolist() == ["1", "2", "3"]
    assert responses["segment.c"].tolist() == ["uno", "dos", "uno"]
    assert responses["csat_overall"].tolist() == [1, 2, 1]


def test_items_with_missing_codes_of_their_own(desk, sav, accounted):
    """A code may be missing in one column of a matrix and a score in the next."""
    frame = pd.DataFrame({"ID": [1.0, 2], "A": [5.0, 9], "B": [9.0, 3]})
    sav(frame, missing_ranges={"A": [9]}, variable_value_labels={"A": {9: "refused"}})
    matrix = {"scale": [1, 10], "attributes": {"a": "A", "b": "B"}}
    tables = {"responses": {"response_id": "ID"}, "response_items": {"importance": matrix}}
    market = desk.open(tables, path="s.sav", format="spss", max_quarantine=0)
    scores = market.response_items.set_index(["attribute_id", "response_id"])["score"].to_dict()
    assert scores == {("a", "1"): 5, ("b", "1"): 9, ("b", "2"): 3}
    assert market.missing["reason"].tolist() == ["refused"]
    accounted(market)


def test_dates_and_long_numbers(desk, sav):
    at = pd.Series(pd.to_datetime(["2026-03-02 08:15:00", None])).astype("datetime64[us]")
    sav(pd.DataFrame({"ID": [102374.0, 9007199254740991.0], "AT": at}))
    responses = _open(desk, {"responded_at": "AT"}).responses
    assert responses["response_id"].tolist() == ["102374", "9007199254740991"]
    assert str(responses["responded_at"].iloc[0]) == "2026-03-02 08:15:00"


def test_missing_column_and_unmapped_column(desk, sav):
    sav(pd.DataFrame({"ID": [1.0], "P1": [9.0]}))
    with pytest.raises(SourceError, match=r"s.sav: there is no column 'p1'; did you mean 'P1'\?"):
        _open(desk, {"nps": "p1"})
    with pytest.raises(SourceError, match="1 source column is not mapped: 'P1'"):
        _open(desk, {}, ignore=[])


@pytest.mark.parametrize("content", [b"", b"$FL2", b"id,q\n1,9\n"])
def test_no_spss_file(desk, content):
    desk.write("s.sav", content)
    with pytest.raises(SourceError, match=r"s.sav: is no readable SPSS file.*save it again") as raised:
        _open(desk, {})
    assert str(desk.folder) not in str(raised.value)


def test_a_damaged_column_name(desk, sav):
    """The name `Q7` of the long names, cut to a blank and a digit."""
    sav(pd.DataFrame({"ID": [1.0], "Q7": [9.0]}))
    path = desk.folder / "s.sav"
    path.write_bytes(path.read_bytes().replace(b"Q7=Q7", b"Q7= 7"))
    with pytest.raises(SourceError, match=r"s\.sav: holds a column name that is blank or has white space"):
        _open(desk, {"nps": "7"})
