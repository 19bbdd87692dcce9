"""Items from wide to long and back."""

import numpy as np
import pandas as pd
import pytest

from cxlab.measure.long_items import long_items
from cxlab.measure.wide_items import wide_items
from cxlab.model.errors import MeasureError
from tests.measure.ratings_frames import NAMES, items_of, people


def test_there_and_back():
    frame = people()
    wide = wide_items(items_of(frame), frame[["response_id", "g"]], kind="importance")
    assert list(wide) == ["response_id", *NAMES, "g"]
    for name in NAMES:
        np.testing.assert_array_equal(wide[name], frame[f"i_{name}"])
    assert wide["g"].tolist() == frame["g"].tolist()
    alone = wide_items(items_of(frame), kind="importance").set_index("response_id")
    pd.testing.assert_frame_equal(
        alone.sort_index(), wide.set_index("response_id")[list(NAMES)].loc[alone.index].sort_index()
    )


def test_respondents_are_numbered_where_nobody_names_them():
    items = long_items(pd.DataFrame({"price": [3, None, 5]}), satisfaction=["price"])
    assert items["response_id"].tolist() == [0, 2]
    assert items["attribute_id"].unique().tolist() == ["price"]


@pytest.mark.parametrize(
    ("columns", "options", "said"),
    [
        ({"a": [1]}, {}, "no question is named"),
        ({"a": [1]}, {"satisfaction": ["b"]}, "there is no column 'b'"),
        ({"a": ["x"]}, {"satisfaction": ["a"]}, "the column 'a' holds String, not numbers"),
        ({"a": [1, 2], "id": [7, 7]}, {"satisfaction": ["a"], "respondent": "id"}, "stands in two rows"),
    ],
)
def test_what_cannot_be_is_refused(columns, options, said):
    with pytest.raises(MeasureError, match=said):
        long_items(pd.DataFrame(columns), **options)


def test_an_attribute_called_as_a_column_is_refused():
    frame = people().rename(columns={"g": "price"})
    with pytest.raises(MeasureError, match="'price' is an attribute and a column of the respondents"):
        wide_items(items_of(frame), frame)


def test_items_without_what_they_need_are_refused():
    items = items_of(people())
    with pytest.raises(MeasureError, match="there is no column 'score'"):
        wide_items(items.drop(columns="score"))
    with pytest.raises(MeasureError, match="1 scores have no attribute_id"):
        wide_items(items.assign(attribute_id=items["attribute_id"].where(items.index > 0)))
    with pytest.raises(MeasureError, match="nobody rated the expectation of anything"):
        wide_items(items, kind="expectation")
