"""Every key of the mapping grammar does what the data model says."""

import hashlib
import hmac
import re

import pandas as pd
import pytest

from cxlab.load.open_market import open_market
from cxlab.model.errors import CxlabError, ParameterError

# The example of the data model, as it stands there; only the place of the file differs.
EXAMPLE = """\
market: us-sfo
name: San Francisco International Airport
language: en              # language of the reports: en es it pl
currency: USD
wave: "2016"
min_base: 10              # smaller bases are suppressed, with complementary suppression
sources:
  survey:
    path: data/sfo_2016.csv
    format: csv           # csv qualtrics surveymonkey questionpro limesurvey spss excel parquet database
    tables:
      responses:
        response_id: "*RESPNUM"
        responded_at: {from: INTDATE, format: "%m/%d/%Y %I:%M:%S %p"}
        weight: WEIGHT
        csat_overall: {from: Q7ALL, scale: [1, 5], missing: {0: blank, 6: never used}}
        segment.boarding_area: BAREA
        channel: {value: intercept}                  # a constant
        segment.peak: {from: PEAK, labels: {1: domestic peak, 2: domestic off-peak, 3: international}}
      response_items:
        satisfaction:
          scale: [1, 5]
          missing: {0: blank, 6: never used}
          attributes: {art: Q7ART, food: Q7FOOD, stores: Q7STORE, signs: Q7SIGN}
    ignore: rest          # or a list; without it an unmapped source column is an error
studies:
  01_pulse: {segments: [segment.peak, segment.boarding_area]}
"""
EXAMPLE_CSV = """\
*RESPNUM ,INTDATE,WEIGHT,Q7ALL,BAREA,PEAK,Q7ART,Q7FOOD,Q7STORE,Q7SIGN,NOTES
1,05/03/2016 08:15:00 AM,1.25,5,A,1,5,4,0,6,"a comma, a
line break"
2,05/03/2016 01:05:09 PM,0.75,0,B,2,1,2,3,4,
3,05/04/2016 12:00:00 AM,1,6,G,3,6,6,0,5,x
"""


def test_example_of_the_data_model_works_as_it_stands(desk, accounted):
    desk.write("data/sfo_2016.csv", EXAMPLE_CSV)
    market = open_market(desk.write("us-sfo.yaml", EXAMPLE))
    expected = pd.DataFrame(
        {
            "response_id": ["1", "2", "3"],
            "responded_at": pd.to_datetime(
                ["2016-05-03 08:15:00", "2016-05-03 13:05:09", "2016-05-04 00:00:00"]
            ),
            "channel": ["intercept"] * 3,
            "csat_overall": pd.array([5, None, None], dtype="Int64"),
            "weight": pd.array([1.25, 0.75, 1], dtype="Float64"),
            "segment.boarding_area": ["A", "B", "G"],
            "segment.peak": ["domestic peak", "domestic off-peak", "international"],
            "market": ["us-sfo"] * 3,
        }
    )
    pd.testing.assert_frame_equal(
        market.responses.drop(columns="block").astype({"responded_at": "datetime64[us]"}),
        expected.astype({"responded_at": "datetime64[us]"}),
    )
    items = market.response_items.set_index(["response_id", "attribute_id"])["score"].sort_index()
    assert items.to_dict() == {
        ("1", "art"): 5, ("1", "food"): 4, ("2", "art"): 1, ("2", "food"): 2, ("2", "signs"): 4,
        ("2", "stores"): 3, ("3", "signs"): 5,
    }  # fmt: skip
    assert set(market.response_items["kind"]) == {"satisfaction"}
    overall = market.missing[market.missing["column"] == "csat_overall"]
    assert dict(zip(overall["reason"], overall["n"], strict=True)) == {"blank": 1, "never used": 1}
    assert market.quarantine.empty and market.notes == ()
    assert market.parameters.studies.pulse.segments == ("segment.peak", "segment.boarding_area")
    accounted(market)


def test_order_is_missing_codes_shift_reverse_range(desk):
    """99 is missing before it is coded; b → 2 → 3 → 3 of 1–5; e → 5 → 6 → 0, outside."""
    column = {
        "from": "q", "scale": [1, 5], "missing": {"99": "refused", "x": "spoilt"},
        "codes": {"a": 1, "b": 2, "99": 3, "e": 5}, "shift": 1, "reverse": True,
    }  # fmt: skip
    market = desk.responses("id,q\n1,a\n2,b\n3,99\n4,x\n5,e\n6,4\n", {"csat_overall": column})
    assert market.responses["csat_overall"].tolist() == [4, 3, pd.NA, pd.NA, 1]
    assert market.missing["reason"].tolist() == ["refused", "spoilt"]
    assert market.quarantine[["row", "value", "rule"]].to_numpy().tolist() == [[6, "e", "outside 1–5"]]
    assert market.codebook.set_index("column").loc["csat_overall", "direction"] == "reversed"


def test_missing_codes_may_be_numbers_texts_or_decimals_and_match_every_spelling(desk):
    missing = '{0: blank, 6.0: never used, "DK": unsure, -99: refused, "": not asked}'
    text = f"""\
market: xx
name: X
wave: 2016
sources:
  s:
    path: s.csv
    format: csv
    tables:
      responses:
        response_id: id
        csat_overall: {{from: q, scale: [1, 5], missing: {missing}}}
"""
    desk.write("s.csv", "id,q\n1,0\n2,0.0\n3, 6 \n4,DK\n5,-99\n6,\n7,5\n")
    market = open_market(desk.write("xx.yaml", text))
    counted = dict(zip(market.missing["reason"], market.missing["n"], strict=True))
    assert counted == {"blank": 2, "never used": 1, "unsure": 1, "refused": 1, "not asked": 1}
    assert market.responses["csat_overall"].tolist()[-1] == 5
    assert market.parameters.wave == "2016"


def test_labels_may_be_many_to_one_and_names_may_stand_already(desk):
    column = {"from": "q", "labels": {"1": "north", "2": "north", "3": "south"}}
    market = desk.responses("id,q\na,1\nb,2.0\nc,3\nd,south\ne,4\n", {"segment.area": column})
    assert market.responses["segment.area"].tolist() == ["north", "north", "south", "south"]
    assert market.quarantine[["column", "value", "rule"]].to_numpy().tolist() == [
        ["segment.area", "4", "unknown label"]
    ]


def test_codes_apply_to_numbers_too(desk):
    """A source that counts 1 as best is turned by codes as well as by reverse."""
    pd.DataFrame({"id": ["a", "b"], "q": [1, 2]}).to_parquet(desk.folder / "s.parquet")
    columns = {"response_id": "id", "csat_overall": {"from": "q", "scale": [1, 5], "codes": {"1": 5, "2": 4}}}
    market = desk.open({"responses": columns}, path="s.parquet", format="parquet")
    assert market.responses["csat_overall"].tolist() == [5, 4]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("3,5", 3.5),
        ("1.234", None),  # 1234 or 1.234: nobody can tell
        ("-2,25", -2.25),
        ("7", 7.0),
        (",5", 0.5),
    ],
)
def test_decimal_comma(desk, raw, expected):
    desk.write("survey.csv", f'id;m\n1;"{raw}"\n')
    market = desk.open(_finance(decimal=","), delimiter=";")
    assert market.finance["revenue"].tolist() == ([] if expected is None else [expected])


def _finance(**options):
    return {"finance": {"period": "id", "revenue": {"from": "m", **options}}}


@pytest.mark.parametrize(
    ("raw", "marks", "expected"),
    [
        ("1.234,5", {"decimal": ",", "thousands": "."}, 1234.5),
        ("-1.234.567", {"decimal": ",", "thousands": "."}, -1234567),
        ("1234,5", {"decimal": ",", "thousands": "."}, 1234.5),  # it may be left out
        ("1.23", {"decimal": ",", "thousands": "."}, None),
        ("12.34,5", {"decimal": ",", "thousands": "."}, None),
        ("1234.567", {"decimal": ",", "thousands": "."}, None),
        ("1.234.56", {"decimal": ",", "thousands": "."}, None),
        ("1,234.50", {"thousands": ","}, 1234.5),
        ("12,34", {"thousands": ","}, None),
        ("1 234", {"thousands": " "}, 1234),
        ("1\u00a0234\u202f567", {"thousands": " "}, 1234567),
        ("1’234.5", {"thousands": "'"}, 1234.5),
        ("1,234", {}, None),
    ],
)
def test_thousands(desk, raw, marks, expected):
    desk.write("survey.csv", f'id;m\n1;"{raw}"\n')
    market = desk.open(_finance(**marks), delimiter=";")
    assert market.finance["revenue"].tolist() == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("marks", "what"),
    [
        ({"thousands": "."}, "`thousands` and `decimal` are both '.'"),
        ({"thousands": ",", "decimal": ","}, "`thousands` and `decimal` are both ','"),
        ({"thousands": "x"}, "Input should be"),
    ],
)
def test_thousands_are_no_decimals(desk, marks, what):
    desk.write("survey.csv", "id,m\n1,1\n")
    with pytest.raises(ParameterError, match=re.escape(what)):
        desk.open(_finance(**marks))


def test_an_attribute_whose_marks_clash_with_its_question_is_refused(desk):
    items = {"scale": [1, 5], "decimal": ",", "attributes": {"art": {"from": "a", "thousands": ","}}}
    desk.write("survey.csv", "id,a\n1,1\n")
    with pytest.raises(ParameterError, match="'art': `thousands` and `decimal` are both ','"):
        desk.open({"responses": {"response_id": "id"}, "response_items": {"satisfaction": items}})


@pytest.mark.parametrize("raw", ["3,5", "x", "1_000", "0x1A", "True", "nan", "--1", "1 000"])
def test_what_is_spelt_as_no_number_is_none(desk, raw):
    desk.write("survey.csv", f'id,m\n1,"{raw}"\n')
    market = desk.open(_finance())
    assert market.quarantine["rule"].tolist() == ["not a number"]


def test_hash_makes_one_pseudonym_of_one_key_and_hides_the_key(desk, monkeypatch):
    monkeypatch.setenv("CXLAB_SALT", "pepper")
    market = desk.responses(
        "id,mail,q\n1,ann@example.com,11\n2,bob@example.com,4\n3,ann@example.com,5\n",
        {"customer_id": {"from": "mail", "hash": True}, "nps": "q"},
    )
    expected = hmac.new(b"pepper", b"ann@example.com", hashlib.sha256).hexdigest()[:20]
    assert market.responses["customer_id"].tolist()[1] == expected
    assert not _holds(market, "example.com")


def test_hash_hides_the_key_in_the_quarantine_too(desk, monkeypatch):
    monkeypatch.setenv("CXLAB_SALT", "pepper")
    desk.write("survey.csv", "mail\nann@example.com\nann@example.com\n")
    market = desk.open({"responses": {"response_id": {"from": "mail", "hash": True}}})
    assert market.quarantine["value"].tolist() == ["(pseudonymised)"]
    assert not _holds(market, "example.com")


@pytest.mark.parametrize("salt", [None, ""])
def test_hash_without_a_salt_is_refused(desk, monkeypatch, salt):
    monkeypatch.delenv("CXLAB_SALT", raising=False)
    if salt is not None:
        monkeypatch.setenv("CXLAB_SALT", salt)
    with pytest.raises(ParameterError, match="CXLAB_SALT is not set"):
        desk.responses("id,mail\n1,a\n", {"customer_id": {"from": "mail", "hash": True}})


def test_dropped_columns_appear_nowhere(desk):
    market = desk.responses(
        "id,q,mail\n1,11,ann@example.com\n2,9,bob@example.com\n", {"nps": "q"}, ignore=[], drop=["mail"]
    )
    assert len(market.quarantine) == 1
    assert not _holds(market, "mail") and not _holds(market, "example.com")


def _holds(market, text: str) -> bool:
    frames = [*market.tables.values(), market.codebook, market.quarantine, market.missing]
    return any(text in frame.to_csv() for frame in frames)


def test_ignore_is_rest_or_a_list_and_without_it_every_column_counts(desk):
    content = "id,q,extra,more\n1,9,a,b\n"
    assert len(desk.responses(content, {"nps": "q"}, ignore="rest").responses) == 1
    assert len(desk.responses(content, {"nps": "q"}, ignore=["extra", "more"]).responses) == 1
    with pytest.raises(CxlabError, match="1 source column is not mapped: 'more'; map them, list"):
        desk.responses(content, {"nps": "q"}, ignore=["extra"])
    with pytest.raises(CxlabError, match="2 source columns are not mapped: 'extra', 'more'"):
        desk.responses(content, {"nps": "q"}, ignore=[])


def test_several_paths_are_one_source(desk, accounted):
    desk.write("2025/wave.csv", "id,q\n1,9\n2,\n")
    desk.write("2026/wave.csv", "q,id\n7,3\n12,4\n")
    tables = {"responses": {"response_id": "id", "nps": "q"}}
    market = desk.open(tables, path=["2025/wave.csv", "2026/wave.csv"])
    assert market.responses.set_index("response_id")["nps"].dropna().to_dict() == {"1": 9, "3": 7}
    assert len(market.responses) == 3
    assert market.codebook["n_rows"].tolist() == [4, 4]
    assert [(entry.file, entry.n_rows) for entry in market.inputs] == [("wave.csv", 2)] * 2
    assert market.inputs[0].sha256 == hashlib.sha256(b"id,q\n1,9\n2,\n").hexdigest()
    accounted(market)


def test_encoding_and_delimiter(desk):
    desk.write("survey.csv", "id|Región\n1|Málaga\n".encode("cp1252"))
    columns = {"response_id": "id", "segment.region": "Región"}
    market = desk.open({"responses": columns}, encoding="cp1252", delimiter="|")
    assert market.responses["segment.region"].tolist() == ["Málaga"]


def test_header_names_are_trimmed_at_both_ends(desk):
    market = desk.responses(" id , Q 1 \n1,9\n", {"nps": "Q 1"})
    assert market.responses["nps"].tolist() == [9]


def test_keys_keep_their_noughts(desk):
    market = desk.responses("id,q\n007,9\n7,8\n1e3,7\n", {"nps": "q"})
    assert market.responses["response_id"].tolist() == ["007", "7", "1e3"]


def test_flags_and_choices(desk):
    columns = {"had_problem": {"from": "p", "labels": {"J": True, "N": False}}, "stage": "s"}
    market = desk.responses("id,p,s\n1,J,pilot\n2,N,full\n3,yes,full\n4,?,full\n5,0,half\n", columns)
    assert market.responses["had_problem"].tolist() == [True, False, True]
    assert market.quarantine[["row", "rule"]].to_numpy().tolist() == [
        [6, "none of pilot, full"], [5, "neither yes nor no"]
    ]  # fmt: skip


def test_attribute_may_differ_from_its_neighbours(desk, accounted):
    desk.write("survey.csv", "id,a,b,c\n1,5,11,1\n2,0,1,5\n3,2,0,9\n")
    items = {
        "scale": [1, 5],
        "missing": {"0": "blank"},
        "attributes": {"art": "a", "food": {"from": "b", "scale": [0, 10], "shift": -1}, "old": "c"},
    }
    market = desk.open({"responses": {"response_id": "id"}, "response_items": {"satisfaction": items}})
    found = market.response_items.groupby("attribute_id")["score"].apply(list).to_dict()
    assert found == {"art": [5, 2], "food": [10, 0], "old": [1, 5]}
    assert market.quarantine["column"].tolist() == ["score (satisfaction.old)"]
    book = market.codebook.set_index("attribute")
    assert book.loc["satisfaction.food", ["scale_min", "scale_max"]].tolist() == [0, 10]
    assert book.loc["satisfaction.art", "missing_codes"] == '{"0": "blank"}'
    accounted(market)


def test_items_one_per_row(desk, accounted):
    """A long table of scores: a row without a score is no row, and its count is kept."""
    desk.write("survey.csv", "id\n1\n2\n")
    desk.write("items.csv", "id,what,s\n1,art,5\n1,food,\n2,art,9\n1,art,4\n3,art,4\n")
    responses = {"path": "survey.csv", "format": "csv", "tables": {"responses": {"response_id": "id"}}}
    columns = {
        "response_id": "id", "attribute_id": "what", "kind": {"value": "satisfaction"},
        "score": {"from": "s", "scale": [1, 5]},
    }  # fmt: skip
    items = {"path": "items.csv", "format": "csv", "tables": {"response_items": columns}}
    market = open_market(desk.parameters({"a": responses, "b": items}, max_quarantine=1))
    assert market.response_items[["response_id", "score"]].to_numpy().tolist() == [["1", 5]]
    rules = dict(zip(market.quarantine["row"], market.quarantine["rule"], strict=True))
    assert rules == {
        4: "outside 1–5", 5: "duplicate response_id + attribute_id + kind", 6: "orphan: not in responses"
    }  # fmt: skip
    accounted(market)
