"""The days a model of leaving learns from and scores on."""

from itertools import pairwise

import pandas as pd
import pytest

from cxlab.model.errors import MeasureError
from cxlab.retention.churn_days import churn_days
from tests.retention.churn_books import churn_books

BOOKS = {"books_first": "2024-01-01", "books_last": "2026-06-30"}


@pytest.fixture(scope="module")
def books():
    return churn_books()


def test_origins_lie_a_horizon_apart_and_end_before_the_scoring_day(books):
    days = churn_days(books, "2026-04-01", 180, origins=3, **BOOKS)
    moments = [pd.Timestamp(day) for day in (*days.origins, days.scoring)]
    assert [(b - a).days for a, b in pairwise(moments)] == [180, 180, 180]
    assert days.scoring == "2026-04-01" and days.eve == "2026-03-31" and days.until == "2026-09-27"


def test_no_origin_lies_before_the_books_begin(books):
    days = churn_days(books, "2026-04-01", 180, origins=20, **BOOKS)
    assert days.origins[0] == "2024-04-11" and len(days.origins) == 4
    assert churn_days(books, "2024-02-01", 180, **BOOKS).origins == ()


def test_who_is_scored_stands_in_the_books(books):
    assert churn_days(books, "2030-01-01", 90, **BOOKS).scoring == "2026-07-01"
    with pytest.raises(MeasureError, match="before the books begin"):
        churn_days(books, "2023-12-31", 90, **BOOKS)


def test_the_books_are_taken_from_the_ends_of_settled_contracts(books):
    ended = books["contracts"].query("outcome == 'lost'")["end"]
    days = churn_days(books, "2030-01-01", 90)
    assert days.books_first == str(ended.min().date()) and days.books_last == str(ended.max().date())
    still = books["contracts"].assign(outcome="open")
    with pytest.raises(MeasureError, match="renewed or lost"):
        churn_days({"contracts": still}, "2026-01-01", 90)


@pytest.mark.parametrize(("horizon", "origins"), [(0, 3), (90, 0), (1.5, 3)])
def test_no_such_days(books, horizon, origins):
    with pytest.raises(MeasureError, match="no number of days"):
        churn_days(books, "2026-01-01", horizon, origins=origins, **BOOKS)


def test_it_is_a_table_with_one_row_per_day(books):
    days = churn_days(books, "2026-04-01", 180, origins=2, **BOOKS)
    table = days.tidy()
    assert table["day"].tolist() == [*days.origins, days.scoring]
    assert table["scoring"].tolist() == [False, False, True]


def test_contracts_are_all_that_is_read(books):
    given = {**books, "responses": None}
    assert churn_days(given, "2026-04-01", 180, **BOOKS) == churn_days(books, "2026-04-01", 180, **BOOKS)
