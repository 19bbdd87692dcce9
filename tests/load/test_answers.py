"""Questions with several answers: one source column per answer, or one column with a sign between them."""

import csv
import io
import itertools

import pandas as pd
import pytest

from cxlab.load.open_market import open_market
from cxlab.model.errors import ParameterError

OPTIONS = {"price": "Q7_1", "service": "Q7_2", "network": "Q7_3"}
HEADER = "id,Q7_1,Q7_2,Q7_3\n"


def test_the_names_chosen_stand_in_the_order_of_the_mapping(desk, accounted):
    market = desk.responses(
        HEADER + "a,,Service,\nb,1,,1\nc,0,No,n\nd,,,\ne,Y,Yes,X\nf, not selected ,false,0.0\n",
        {"q3": {"options": {"network": "Q7_3", "price": "Q7_1", "service": "Q7_2"}}},
    )
    found = dict(zip(market.responses["response_id"], market.responses["q3"], strict=True))
    assert {key: value for key, value in found.items() if not pd.isna(value)} == {
        "a": "service", "b": "network; price", "e": "network; price; service",
    }  # fmt: skip
    assert market.missing[["column", "reason", "n"]].to_numpy().tolist() == [["q3", "none chosen", 3]]
    book = market.codebook.set_index("column").loc["q3"]
    assert book["source_column"] == "Q7_3; Q7_1; Q7_2"
    assert book["labels"] == '{"Q7_3": "network", "Q7_1": "price", "Q7_2": "service"}'
    accounted(market)


def test_every_pattern_of_fifteen_options_equals_a_plain_loop(desk):
    """Two bytes of options: all patterns of the four at the seam, against joining by hand."""
    names = [f"o{place}" for place in range(15)]
    rows = [
        (str(number), *("1" if place - 5 in chosen else "" for place in range(15)))
        for number, chosen in enumerate(
            itertools.chain.from_iterable(itertools.combinations(range(4), size) for size in range(5))
        )
    ]
    text = io.StringIO()
    csv.writer(text).writerows([("id", *names), *rows])
    market = desk.responses(text.getvalue(), {"q3": {"options": {name.upper(): name for name in names}}})
    expected = [
        "; ".join(name.upper() for name, cell in zip(names, row[1:], strict=True) if cell) for row in rows
    ]
    assert market.responses["q3"].fillna("").tolist() == expected


def test_codes_for_not_chosen_can_be_named(desk):
    """They stand instead of the usual ones, so that No can be an answer."""
    columns = {"q3": {"options": OPTIONS, "unchosen": ["Nicht gewählt", 2]}}
    market = desk.responses(HEADER + "a,nicht gewählt,2.0,No\nb,2,2,2\n", columns)
    assert market.responses["q3"].fillna("").tolist() == ["network", ""]


def test_an_answer_called_no_is_chosen_where_its_cell_repeats_it(desk):
    columns = {"q3": {"options": {"no": "Q7_1", "yes": "Q7_2", "maybe": "Q7_3"}}}
    market = desk.responses(HEADER + "a,No,,\nb,,Yes,no\n", columns)
    assert market.responses["q3"].tolist() == ["no", "yes"]


def test_a_missing_code_in_any_cell_is_the_reason_where_none_is_chosen(desk, accounted):
    columns = {"q3": {"options": OPTIONS, "missing": {99: "refused", 98: "not asked"}}}
    market = desk.responses(HEADER + "a,,99,98\nb,98,,\nc,99,1,\nd,,,\ne,0,0,0\n", columns)
    assert market.responses["q3"].dropna().tolist() == ["service"]
    assert dict(zip(market.missing["reason"], market.missing["n"], strict=True)) == {
        "refused": 1, "not asked": 1, "none chosen": 2,
    }  # fmt: skip
    accounted(market)


def test_a_choice_or_a_flag_takes_one_answer_only(desk, accounted):
    columns = {
        "stage": {"options": {"pilot": "Q7_1", "full": "Q7_2"}},
        "had_problem": {"options": {"yes": "Q7_3", "no": "Q7_2"}},
    }
    market = desk.responses(HEADER + "a,1,,\nb,1,x,\nc,,1,1\nd,,,\ne,,,1\n", columns)
    assert market.responses["stage"].fillna("").tolist() == ["pilot", "", ""]
    assert market.responses["had_problem"].tolist() == [pd.NA, pd.NA, True]
    assert market.quarantine[["row", "column", "value", "rule"]].to_numpy().tolist() == [
        [3, "stage", "Q7_1 = 1; Q7_2 = x", "several options chosen"],
        [4, "had_problem", "Q7_3 = 1; Q7_2 = 1", "several options chosen"],
    ]
    accounted(market)


def test_answers_in_one_cell(desk, accounted):
    """In the order of their appearance, each once, by their labels; a cell of mere signs holds none."""
    columns = {
        "q3": {"from": "q", "split": "|", "labels": {1: "price", 2: "service", 3: "staff"}},
        "verbatim": {"from": "q", "split": "|"},
    }
    rows = ["a,2|1", "b, 3 ", "c,2||2 | service", "d,|", "e,", "f,9|1", "g,1.0|staff"]
    market = desk.responses("id,q\n" + "\n".join(rows) + "\n", columns)
    found = market.responses.set_index("response_id")
    assert found["q3"].dropna().to_dict() == {
        "a": "service; price", "b": "staff", "c": "service", "g": "price; staff",
    }  # fmt: skip
    assert found["verbatim"].dropna().to_dict() == {
        "a": "2; 1", "b": "3", "c": "2; service", "g": "1.0; staff",
    }  # fmt: skip
    assert market.missing[["column", "reason", "n"]].to_numpy().tolist() == [
        ["q3", "empty", 2], ["verbatim", "empty", 2]
    ]  # fmt: skip
    assert market.quarantine[["row", "value", "rule"]].to_numpy().tolist() == [[7, "9|1", "unknown label"]]
    accounted(market)


def test_one_cell_of_a_choice_or_a_flag_holds_one_answer(desk, accounted):
    columns = {
        "stage": {"from": "q", "split": ","},
        "had_problem": {"from": "p", "split": ",", "labels": {"J": "yes", "N": "no"}},
    }
    market = desk.responses('id,q,p\na,pilot,J\nb,"pilot,full",N\nc,full,"J,N"\nd,,"N,N"\ne,half,\n', columns)
    assert market.responses["stage"].dropna().tolist() == ["pilot"]
    assert market.responses["had_problem"].tolist() == [True, False]
    assert market.quarantine[["row", "rule"]].sort_values("row").to_numpy().tolist() == [
        [3, "several options chosen"], [4, "several options chosen"], [6, "none of pilot, full"],
    ]  # fmt: skip
    accounted(market)


def test_an_answer_that_holds_the_joining_sign_is_set_aside(desk):
    """Else one answer would be read as two."""
    market = desk.responses('id,q\na,"x; y,z"\nb,"x,z"\n', {"q3": {"from": "q", "split": ","}})
    assert market.responses["q3"].tolist() == ["x; z"]
    assert market.quarantine["rule"].tolist() == ["an answer holds ';', which joins the answers"]


def test_options_of_an_spss_file_know_its_missing_codes(desk, accounted):
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"id": [1.0, 2, 3], "a": [1.0, 0, 9], "b": [1.0, 0, None]})
    pyreadstat.write_sav(
        frame,
        str(desk.folder / "s.sav"),
        missing_ranges={"a": [9]},
        variable_value_labels={"a": {9: "refused"}},
    )
    columns = {"response_id": "id", "q3": {"options": {"price": "a", "service": "b"}}}
    market = desk.open({"responses": columns}, path="s.sav", format="spss")
    assert market.responses["q3"].dropna().tolist() == ["price; service"]
    assert market.missing["reason"].tolist() == ["none chosen", "refused"]
    accounted(market)


@pytest.mark.parametrize(
    ("column", "mapping", "what"),
    [
        ("nps", {"options": {"a": "q"}}, "'nps' is a score: `options` means nothing there"),
        ("response_id", {"from": "q", "split": ","}, "'response_id' is a key: `split` means nothing there"),
        ("q3", {"options": {"a": "q"}, "from": "q"}, "a column has either `from`"),
        ("q3", {"options": {}}, "at least 1 item"),
        ("q3", {"options": {"a": "q", "b": "q"}}, "the source column 'q' stands twice"),
        ("q3", {"options": {"a; b": "q"}}, "'a; b' can name no answer"),
        ("q3", {"options": {"a": "q"}, "labels": {1: "x"}}, "`labels` means nothing with `options`"),
        ("q3", {"options": {"a": "q"}, "split": ","}, "`split` means nothing with `options`"),
        ("q3", {"from": "q", "unchosen": [0]}, "`unchosen` means nothing with this"),
        ("q3", {"from": "q", "split": ""}, "at least 1 character"),
        ("q3", {"from": "q", "split": ",", "labels": {1: "a;b"}}, "may not hold ';'"),
        ("stage", {"options": {"pilot": "q", "ful": "r"}}, "'stage' is never 'ful'; did you mean 'full'?"),
        ("had_problem", {"options": {"perhaps": "q"}}, "'had_problem' is never 'perhaps'"),
    ],
)  # fmt: skip
def test_refused_with_its_line(desk, column, mapping, what):
    columns = {"response_id": "id", column: mapping}
    source = {"path": "survey.csv", "format": "csv", "tables": {"responses": columns}}
    with pytest.raises(ParameterError) as raised:
        open_market(desk.parameters({"survey": source}))
    assert what in str(raised.value) and "xx.yaml:4: sources.survey.tables.responses" in str(raised.value)
