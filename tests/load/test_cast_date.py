"""Dates and moments: formats, time zones, and the hours that clocks skip or show twice."""

import pytest

UNPARSABLE = "unparsable date"


@pytest.mark.parametrize(
    ("raw", "mapping", "expected"),
    [
        ("2026-03-02", {}, "2026-03-02 00:00:00"),
        ("2026-03-02T08:15:30.5", {}, "2026-03-02 08:15:30.500000"),
        (" 2026-03-02 08:15 ", {}, "2026-03-02 08:15:00"),
        ("2026-02-30", {}, None),
        ("0000-00-00 00:00:00", {}, None),
        ("02/03/2026", {}, None),  # day or month first: nobody guesses
        ("46083", {}, None),
        ("23rd October 2023", {}, None),
        ("02/03/2026", {"format": "%d/%m/%Y"}, "2026-03-02 00:00:00"),
        ("13/03/2026", {"format": "%m/%d/%Y"}, None),
        ("02.03.2026 08:15", {"format": ["%d/%m/%Y", "%d.%m.%Y %H:%M"]}, "2026-03-02 08:15:00"),
        ("02/03/2026", {"format": ["%d/%m/%Y", "%m/%d/%Y"]}, "2026-03-02 00:00:00"),
        ("02/13/2026", {"format": ["%d/%m/%Y", "%m/%d/%Y"]}, "2026-02-13 00:00:00"),
        ("20260302", {"format": "%Y%m%d"}, "2026-03-02 00:00:00"),
        ("2026-03-02 08:15", {"tz": "Europe/Madrid"}, "2026-03-02 07:15:00"),
        ("2026-07-02 08:15", {"tz": "Europe/Madrid"}, "2026-07-02 06:15:00"),
        ("2026-10-25 02:30", {"tz": "Europe/Madrid"}, "2026-10-25 00:30:00"),  # twice: the first is meant
        ("2026-03-02T08:15:00Z", {}, "2026-03-02 08:15:00"),
        ("2026-03-02T08:15:00+01:00", {}, "2026-03-02 07:15:00"),
        ("2026-03-02T08:15:00-05", {"tz": "Europe/Madrid"}, "2026-03-02 13:15:00"),
        ("23rd October 2023", {"format": "%o %B %Y"}, "2023-10-23 00:00:00"),
        ("1st August 2024", {"format": "%o %B %Y"}, "2024-08-01 00:00:00"),
        ("11TH May 2024", {"format": "%o %B %Y"}, "2024-05-11 00:00:00"),
        ("May 2nd, 2024", {"format": "%B %o, %Y"}, "2024-05-02 00:00:00"),
        ("22th May 2024", {"format": "%o %B %Y"}, None),  # the ending of another number
        ("11st May 2024", {"format": "%o %B %Y"}, None),
        ("2 May 2024", {"format": "%o %B %Y"}, None),
        ("31st April 2024", {"format": "%o %B %Y"}, None),
        ("3rd May 2024", {"format": ["%Y-%m-%d", "%o %B %Y"]}, "2024-05-03 00:00:00"),
        ("02/03/2026 08:15 +0200", {"format": "%d/%m/%Y %H:%M %z"}, "2026-03-02 06:15:00"),
    ],
)
def test_one_value(desk, raw, mapping, expected):
    market = desk.responses(f'id,at\n1,"{raw}"\n', {"responded_at": {"from": "at", **mapping}})
    assert market.responses["responded_at"].map(str).tolist() == ([expected] if expected else [])
    assert market.quarantine["rule"].tolist() == ([] if expected else [UNPARSABLE])


def test_the_hour_that_clocks_skip_is_no_moment(desk):
    content = "id,at\n1,2026-03-29 01:59:59\n2,2026-03-29 02:30:00\n3,2026-03-29 03:00:00\n"
    market = desk.responses(content, {"responded_at": {"from": "at", "tz": "Europe/Madrid"}})
    assert market.responses["responded_at"].astype(str).tolist() == [
        "2026-03-29 00:59:59",
        "2026-03-29 01:00:00",
    ]
    assert market.quarantine[["row", "value", "rule"]].to_numpy().tolist() == [
        [3, "2026-03-29 02:30:00", "no such time in Europe/Madrid: the clocks went forward"]
    ]


def test_offsets_of_both_seasons_in_one_column(desk):
    content = "id,at\n1,2026-01-01T12:00:00+01:00\n2,2026-07-01T12:00:00+02:00\n3,2026-07-01 12:00\n"
    market = desk.responses(content, {"responded_at": "at"})
    assert market.responses["responded_at"].dt.hour.tolist() == [11, 10, 12]
