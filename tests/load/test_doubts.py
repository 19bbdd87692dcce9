"""Dates that two formats read differently are read by the first, and the market says how many they are."""

import pytest

DAY_FIRST = ["%d/%m/%Y", "%m/%d/%Y"]


def _notes(desk, dates, form):
    content = "id,at\n" + "".join(f"{number},{date}\n" for number, date in enumerate(dates))
    return desk.responses(content, {"responded_at": {"from": "at", "format": form}})


def test_the_first_format_wins_and_the_doubtful_are_counted(desk, accounted):
    dates = ["02/03/2026", "02/03/2026", "13/03/2026", "03/13/2026", "04/04/2026", "", "32/01/2026"]
    market = _notes(desk, dates, DAY_FIRST)
    assert market.notes == (
        "2 dates of responses.responded_at can be read by two formats; the first, %d/%m/%Y, was taken",
    )
    assert market.responses["responded_at"].dropna().dt.strftime("%m-%d").tolist() == [
        "03-02", "03-02", "03-13", "03-13", "04-04",
    ]  # fmt: skip
    accounted(market)


def test_one_date_is_one_and_the_format_named_is_the_one_that_read_it(desk):
    market = _notes(desk, ["02/03/2026", "2026-03-02"], ["%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y"])
    assert market.notes == (
        "1 date of responses.responded_at can be read by two formats; the first, %m/%d/%Y, was taken",
    )


@pytest.mark.parametrize("form", ["%d/%m/%Y", ["%d/%m/%Y", "%d.%m.%Y"], ["%d/%m/%Y", "%d/%m/%Y %H:%M"]])
def test_formats_that_never_differ_leave_no_note(desk, form):
    assert _notes(desk, ["02/03/2026", "05/06/2026"], form).notes == ()


def test_quarantined_rows_do_not_count_and_files_are_added_up(desk):
    desk.write("a.csv", "id,at,q\n1,02/03/2026,9\n2,02/03/2026,11\n")
    desk.write("b.csv", "id,at,q\n3,05/06/2026,9\n")
    columns = {"response_id": "id", "responded_at": {"from": "at", "format": DAY_FIRST}, "nps": "q"}
    market = desk.open({"responses": columns}, path=["a.csv", "b.csv"])
    assert market.notes[0].startswith("2 dates of responses.responded_at")
