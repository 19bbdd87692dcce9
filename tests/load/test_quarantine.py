"""What breaks the contract is set aside, counted and named; past the limit the load fails."""

import pytest

from cxlab.load.settle import breach_lines
from cxlab.model.errors import ContractError

COLUMNS = {
    "nps": "q", "csat_overall": {"from": "c", "scale": [1, 5]}, "weight": "w", "stage": "s", "duration_s": "d"
}  # fmt: skip
CONTENT = """\
id,q,c,w,s,d
1,10,4.5,1,full,10
2,11,5,1,full,10
3,nine,5,1,full,10
4,7.5,5,1,full,10
5,-1,6,1,full,10
6,5,5,0,full,10
7,5,5,1,half,10
8,5,5,1,full,-1
"""


def test_each_breach_is_named(desk, accounted):
    market = desk.responses(CONTENT, COLUMNS)
    found = sorted(market.quarantine[["row", "column", "value", "rule"]].itertuples(index=False, name=None))
    assert found == [
        (3, "nps", "11", "outside 0–10"),
        (4, "nps", "nine", "not a number"),
        (5, "nps", "7.5", "not a whole number"),
        (6, "csat_overall", "6", "outside 1–5"),
        (6, "nps", "-1", "outside 0–10"),
        (7, "weight", "0", "not above 0"),
        (8, "stage", "half", "none of pilot, full"),
        (9, "duration_s", "-1", "below 0"),
    ]
    assert set(market.quarantine["file"]) == {"survey.csv"} and set(market.quarantine["source"]) == {"survey"}
    assert market.responses["response_id"].tolist() == ["1"]
    assert market.responses["nps"].dtype == "Int64" and market.responses["csat_overall"].dtype == "Float64"
    accounted(market)


def test_past_the_limit_the_load_fails_and_says_why(desk):
    with pytest.raises(ContractError) as raised:
        desk.responses(CONTENT, COLUMNS, max_quarantine=0.5)
    message = str(raised.value)
    assert (
        "7 of 8 rows of responses break the contract (87.5%), more than max_quarantine allows (50%)"
        in message
    )
    assert "responses.nps: 2 × outside 0–10 (survey.csv, rows 3, 6)" in message
    assert "and 2 rules more" in message and "raise max_quarantine" in message
    assert "nine" not in message


def test_the_limit_itself_is_allowed(desk):
    content = "id,q\n1,1\n2,2\n3,3\n4,11\n"
    assert len(desk.responses(content, {"nps": "q"}, max_quarantine=0.25).quarantine) == 1
    with pytest.raises(ContractError):
        desk.responses(content, {"nps": "q"}, max_quarantine=0.24)


def test_all_rows_bad(desk):
    with pytest.raises(ContractError, match="2 of 2 rows of responses break the contract"):
        desk.responses("id,q\n1,x\n2,y\n", {"nps": "q"}, max_quarantine=0.99)


def test_the_most_frequent_rule_comes_first(desk):
    market = desk.responses("id,q\n1,x\n2,11\n3,12\n4,13\n5,14\n", {"nps": "q"})
    assert breach_lines(market.quarantine) == [
        "responses.nps: 4 × outside 0–10 (survey.csv, rows 3, 4, 5, …)",
        "responses.nps: 1 × not a number (survey.csv, row 2)",
    ]
    assert breach_lines(market.quarantine, most=1)[1] == "and 1 rules more"
    assert breach_lines(market.quarantine.iloc[:0]) == []
