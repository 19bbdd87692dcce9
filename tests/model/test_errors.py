"""An error says what, where and the remedy."""

import pickle

import pytest

from cxlab.model import errors
from cxlab.model.errors import CxlabError, nearest


@pytest.mark.parametrize(
    ("where", "remedy", "text"),
    [
        ("", "", "is empty"),
        ("a.csv:3", "", "a.csv:3: is empty"),
        ("", "export it again", "is empty; export it again"),
        ("a.csv:3", "export it again", "a.csv:3: is empty; export it again"),
    ],
)
def test_what_where_and_remedy(where, remedy, text):
    error = CxlabError("is empty", where=where, remedy=remedy)
    assert str(error) == text
    assert (error.what, error.where, error.remedy) == ("is empty", where, remedy)


def test_every_error_is_a_cxlab_error():
    kinds = [kind for name, kind in vars(errors).items() if name.endswith("Error")]
    assert len(kinds) >= 6 and all(issubclass(kind, CxlabError) for kind in kinds)


@pytest.mark.parametrize(
    ("word", "known", "remedy"),
    [
        ("wave", ["waves", "ways"], "did you mean 'waves'?"),
        ("q1", ["Q1", "Q2"], "did you mean 'Q1'?"),
        ("zzz", ["b", "a"], "known are: a, b"),
        ("zzz", [], "known are: none"),
    ],
)
def test_nearest(word, known, remedy):
    assert nearest(word, known) == remedy


def test_an_error_comes_out_of_another_process_as_it_was():
    error = errors.MeasureError("3 answers have no weight", where="column 'w'", remedy="weight every answer")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is errors.MeasureError
    assert str(copy) == "column 'w': 3 answers have no weight; weight every answer"
