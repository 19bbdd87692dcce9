"""Yearly files that number their respondents anew."""

import pytest

from cxlab.load.open_market import open_market
from cxlab.model.errors import ContractError

YEARS = [str(year) for year in range(2010, 2017)]


def _years(desk, contents: dict[str, str], **more):
    sources = {}
    for year, content in contents.items():
        # Every year's file is called the same, in a folder of its own.
        desk.write(f"{year}/survey.csv", content)
        tables = {
            "responses": {"response_id": "id", "wave": {"value": year}, "nps": "q"},
            "response_items": {"satisfaction": {"scale": [1, 5], "attributes": {"art": "a", "food": "f"}}},
        }
        sources[f"y{year}"] = {"path": f"{year}/survey.csv", "format": "csv", "tables": tables}
    return open_market(desk.parameters(sources | more, max_quarantine=1))


def test_seven_years_whose_numbers_start_anew(desk, accounted):
    """Number 1 and 2 every year; in 2012 number 2 stands twice, and stays a duplicate."""
    contents = {year: f"id,q,a,f\n1,{place},1,2\n2,9,3,\n" for place, year in enumerate(YEARS)}
    contents["2012"] += "2,10,4,5\n"
    market = _years(desk, contents)
    expected = [f"{year}/{number}" for year in YEARS for number in (1, 2)]
    assert market.responses["response_id"].tolist() == expected
    assert market.responses.loc[market.responses["response_id"] == "2013/1", "nps"].tolist() == [3]
    assert market.waves == tuple(YEARS)
    assert market.quarantine[["table", "row", "rule"]].to_numpy().tolist() == [
        ["responses", 4, "duplicate response_id"],
        ["response_items", 4, "its response is quarantined"],
        ["response_items", 4, "its response is quarantined"],
    ]
    items = market.response_items
    assert len(items) == 21 and set(items["response_id"]) == set(expected)
    assert items.groupby("response_id").size()["2016/1"] == 2
    assert market.notes[0].startswith("2 response numbers occur in more than one wave: every response_id")
    accounted(market)


def test_numbers_that_differ_stay_as_they_are(desk):
    market = _years(desk, {"2010": "id,q,a,f\n1,9,1,1\n1,9,1,1\n", "2011": "id,q,a,f\n2,9,1,1\n"})
    assert market.responses["response_id"].tolist() == ["1", "2"]
    assert market.notes == ()


def test_a_row_without_a_wave_cannot_be_told_apart(desk, accounted):
    market = desk.responses("id,w,q\n1,a,9\n1,b,9\n2,,9\n,a,9\n3,b,11\n", {"wave": "w", "nps": "q"})
    assert market.responses["response_id"].tolist() == ["a/1", "b/1"]
    assert set(zip(market.quarantine["row"], market.quarantine["rule"], strict=True)) == {
        (4, "wave is missing, and response numbers start anew in each"),
        (5, "response_id is missing"),
        (6, "outside 0–10"),
    }
    accounted(market)


CASES = {
    "path": "cases.csv",
    "format": "csv",
    "tables": {"loop_cases": {"case_id": "id", "response_id": "r"}},
}


def test_a_table_that_does_not_say_its_wave_is_refused(desk):
    desk.write("cases.csv", "id,r\n1,1\n")
    with pytest.raises(ContractError, match="nothing says which wave this table means"):
        _years(desk, {"2010": "id,q,a,f\n1,9,1,1\n", "2011": "id,q,a,f\n1,9,1,1\n"}, cases=CASES)


def test_an_invitation_finds_its_response_by_its_wave(desk):
    desk.write("sent.csv", "id,w,r\ni,2011,1\nj,2010,\n")
    columns = {"invite_id": "id", "wave": "w", "response_id": "r", "sent_at": {"value": "2011-01-01"}}
    sent = {"path": "sent.csv", "format": "csv", "tables": {"invitations": columns}}
    market = _years(desk, {"2010": "id,q,a,f\n1,9,1,1\n", "2011": "id,q,a,f\n1,9,1,1\n"}, sent=sent)
    assert market.invitations["response_id"].dropna().tolist() == ["2011/1"]
    assert market.quarantine.empty
