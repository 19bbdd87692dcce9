"""LimeSurvey exports of responses: question codes as headings, answer codes, every field in quotes, a BOM.

`files/limesurvey.csv` is written as the tool writes it by its manual ("Export results": CSV, question code,
answer codes): id, submitdate, lastpage, startlanguage, seed, … first, `-oth-` for the answer in the `[other]`
field, Y where an option of a multiple choice is ticked.
"""

from pathlib import Path

import pandas as pd
import pytest

from cxlab.model.errors import SourceError

FILE = Path(__file__).parent / "files" / "limesurvey.csv"
COLUMNS = {
    "response_id": "id",
    "responded_at": "submitdate",
    "language": "startlanguage",
    "nps": "G1Q1",
    "q3": {"options": {"price": "G1Q3[SQ001]", "service": "G1Q3[SQ002]", "other": "G1Q3[other]"}},
    "segment.transport": {"from": "G1Q4", "labels": {"A1": "car", "A2": "train", "-oth-": "other"}},
    "verbatim": "G1Q5",
}
CODES = {f"A{score}": score for score in range(1, 6)}
ITEMS = {
    "scale": [1, 5],
    "codes": CODES,
    "attributes": {"delivery": "G1Q2[SQ001]", "price": "G1Q2[SQ002]"},
}


def _open(desk, path):
    tables = {"responses": COLUMNS, "response_items": {"satisfaction": ITEMS}}
    return desk.open(tables, path=str(path), format="limesurvey")


def test_an_export(desk, accounted):
    market = _open(desk, FILE)
    found = market.responses
    assert found["response_id"].tolist() == ["1", "2", "3"]
    assert found["nps"].tolist() == [10, 3, pd.NA]
    assert found["q3"].fillna("").tolist() == ["price", "price; service; other", ""]
    assert found["segment.transport"].fillna("").tolist() == ["car", "other", ""]
    assert found["verbatim"].iloc[0] == 'Świetnie,\n"polecam"'
    assert found["responded_at"].isna().tolist() == [False, False, True]
    scores = market.response_items.set_index(["response_id", "attribute_id"])["score"].to_dict()
    assert scores == {("1", "delivery"): 5, ("1", "price"): 4, ("2", "delivery"): 1}
    rules = market.quarantine.groupby("rule")["row"].unique().map(list).to_dict()
    assert rules == {
        "outside 0–10": [5], "not a number": [5], "its response is quarantined": [5]
    }  # fmt: skip
    accounted(market)


def test_semicolons_and_texts_behind_the_codes(desk):
    desk.write("s.csv", '"id. Response ID";"G1Q1. How likely?"\n"1";"9"\n')
    columns = {"response_id": "id. Response ID", "nps": "G1Q1. How likely?"}
    market = desk.open({"responses": columns}, path="s.csv", format="limesurvey", delimiter=";", ignore=[])
    assert market.responses["nps"].tolist() == [9]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Response ID,G1Q1\n1,9\n", "s.csv:1: has no column 'id', as every export of LimeSurvey has"),
        ("respondent,q\n1,9\n", "write format: csv for a plain table"),
        ('"id";"q"\n"1";"9"\n', 'write delimiter: ";"'),
        ("id,q,q\n1,9,9\n", "two columns are called 'q'"),
    ],
)
def test_refused(desk, content, message):
    desk.write("s.csv", content)
    with pytest.raises(SourceError) as raised:
        desk.open({"responses": {"response_id": "id", "nps": "q"}}, path="s.csv", format="limesurvey")
    assert message in str(raised.value)
