"""Qualtrics exports, in both forms, as they are."""

import os
from pathlib import Path

import pytest

from cxlab.model.errors import SourceError

SAMPLES = (
    Path(os.environ.get("CXLAB_DATA", Path(__file__).parents[4] / "shared" / "data")) / "qualtrics_samples"
)
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the Qualtrics samples are not there (CXLAB_DATA)"
)

THREE = '''ResponseId,Q1,Q5,Q5
"Response
ID","How likely are you, on a scale
from 0 to 10, to recommend us?",First,Second
"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID5""}","{""ImportId"":""QID5""}"
R_1,9,1,2
R_2,11,3,4
'''  # fmt: skip
LEGACY = "\ufeffV1,Q1,\nResponseID,How likely?,\nR_1,9,\nR_2,12,\n"


@pytest.mark.parametrize(
    "content", [THREE, THREE.replace('""', "'"), THREE.replace("\n", "\r\n"), "\ufeff" + THREE]
)
def test_three_header_rows(desk, content):
    desk.write("survey.csv", content)
    columns = {"response_id": "ResponseId", "nps": "Q1", "segment.a": "Q5", "segment.b": "Q5#2"}
    market = desk.open({"responses": columns}, format="qualtrics", ignore=[])
    assert market.responses[["segment.a", "segment.b"]].to_numpy().tolist() == [["1", "2"]]
    assert market.quarantine[["row", "value"]].to_numpy().tolist() == [[5, "11"]]


def test_two_header_rows_of_the_legacy_form(desk):
    desk.write("survey.csv", LEGACY)
    tables = {"responses": {"response_id": "V1", "nps": "Q1"}}
    market = desk.open(tables, format="qualtrics", ignore=[])
    assert market.responses["response_id"].tolist() == ["R_1"]
    assert market.quarantine[["row", "value"]].to_numpy().tolist() == [[4, "12"]]


@pytest.mark.parametrize("content", [THREE[: THREE.index("R_1")], LEGACY[: LEGACY.index("R_1")]])
def test_no_answers_yet(desk, content):
    desk.write("survey.csv", content)
    key = "ResponseId" if "ResponseId" in content else "V1"
    market = desk.open({"responses": {"response_id": key, "nps": "Q1"}}, format="qualtrics")
    assert market.responses.empty


@pytest.mark.parametrize("content", ["id,q\n1,9\n", "id,q\n", "id,q\n1,9\n\n2,8\n", "V1,q\n"])
def test_a_plain_table_is_none(desk, content):
    desk.write("survey.csv", content)
    with pytest.raises(
        SourceError, match=r"neither the three header rows of Qualtrics nor .* write format: csv"
    ):
        desk.open({"responses": {"response_id": "id", "nps": "q"}}, format="qualtrics")


@needs_samples
def test_sample_with_three_header_rows(desk):
    columns = {
        "response_id": "ResponseId", "duration_s": "Duration (in seconds)", "verbatim": "Q2",
        "responded_at": {"from": "RecordedDate", "format": "%Y-%m-%d %H:%M:%S", "tz": "America/Denver"},
        "csat_overall": {"from": "Q1", "scale": [1, 3]},
    }  # fmt: skip
    path = str(SAMPLES / "qualtrics_sample.csv")
    responses = desk.open({"responses": columns}, path=path, format="qualtrics", max_quarantine=0).responses
    assert responses["response_id"].tolist() == ["R_2YPOQ602ER1jkf1"]
    assert responses["verbatim"].tolist() == ["Hello World!"]
    assert (responses["duration_s"].tolist(), responses["csat_overall"].tolist()) == ([38], [2])
    assert str(responses["responded_at"].iloc[0]) == "2017-07-18 14:28:48"


@needs_samples
def test_sample_with_two_header_rows(desk):
    columns = {"response_id": "V1", "responded_at": "V9", "csat_overall": {"from": "Q1", "scale": [1, 3]}}
    path = str(SAMPLES / "qualtrics_sample_legacy.csv")
    responses = desk.open({"responses": columns}, path=path, format="qualtrics", max_quarantine=0).responses
    assert responses["csat_overall"].tolist() == [2]
    assert str(responses["responded_at"].iloc[0]) == "2017-07-18 08:28:48"
