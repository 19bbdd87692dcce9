"""`#row`: the number of a row stands in for a key where the file has none."""

import pandas as pd
import pytest

from cxlab.model.errors import SourceError

ROW = {"responses": {"response_id": "#row", "nps": "Q1"}}


def test_a_row_is_called_by_its_number_in_the_file(desk, accounted):
    desk.write("survey.csv", "Q1,other\n9,a\n11,b\n\n7,c\n")
    market = desk.open(ROW)
    assert market.responses["response_id"].tolist() == ["2", "5"]
    # The same number as a spreadsheet and the quarantine show: the blank line counts.
    assert market.quarantine["row"].tolist() == [3]
    accounted(market)


def test_matrix_questions_follow_their_row(desk):
    desk.write("survey.csv", "Q1,A,B\n9,1,2\n8,3,4\n")
    matrix = {"satisfaction": {"scale": [1, 5], "attributes": {"a": "A", "b": "B"}}}
    market = desk.open({**ROW, "response_items": matrix})
    items = market.response_items.set_index(["response_id", "attribute_id"])["score"]
    assert items.to_dict() == {("2", "a"): 1, ("2", "b"): 2, ("3", "a"): 3, ("3", "b"): 4}


def test_a_column_of_that_name_goes_before_the_number(desk):
    desk.write("survey.csv", "#row,Q1\nx,9\ny,8\n")
    assert desk.open(ROW).responses["response_id"].tolist() == ["x", "y"]


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_every_format_numbers_its_rows(desk, ending):
    """A workbook counts its header; Parquet has none and counts from 1."""
    frame = pd.DataFrame({"Q1": [9, 8]})
    path = desk.write(f"survey.{ending}", b"")
    if ending == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    named = {"xlsx": "excel", "parquet": "parquet"}[ending]
    market = desk.open(ROW, path=path.name, format=named)
    assert market.responses["response_id"].tolist() == (["2", "3"] if ending == "xlsx" else ["1", "2"])


def test_joined_files_do_not_number_rows(desk):
    desk.write("survey.csv", "Q1,area\n9,n\n8,s\n7,n\n")
    desk.write("areas.csv", "area,name\nn,North\ns,South\n")
    tables = {"responses": {"response_id": "#row", "nps": "Q1", "segment.area": "name"}}
    market = desk.open(tables, join=[{"path": "areas.csv", "on": "area"}])
    assert market.responses["response_id"].tolist() == ["2", "3", "4"]
    assert market.responses["segment.area"].tolist() == ["North", "South", "North"]


def test_only_the_row_number_is_made_up(desk):
    desk.write("survey.csv", "Q1\n9\n")
    with pytest.raises(SourceError, match=r"there is no column '#rows'"):
        desk.open({"responses": {"response_id": "#rows", "nps": "Q1"}})
