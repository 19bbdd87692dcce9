"""Keys: doubled, absent or pointing nowhere; and what that does to the rows that hang on them."""

from cxlab.load.open_market import open_market

ITEMS = {"satisfaction": {"scale": [1, 5], "attributes": {"art": "a"}}}


def _rules(market, table="responses"):
    own = market.quarantine[market.quarantine["table"] == table]
    return list(zip(own["row"], own["rule"], strict=True))


def test_later_row_of_a_key_is_the_duplicate(desk, accounted):
    market = desk.responses("id,q\na,1\nb,2\na,3\n a ,4\n,5\n", {"nps": "q"})
    assert market.responses["nps"].tolist() == [1, 2]
    assert sorted(_rules(market)) == [
        (4, "duplicate response_id"), (5, "duplicate response_id"), (6, "response_id is missing")
    ]  # fmt: skip
    accounted(market)


def test_a_refused_row_does_not_make_the_next_a_duplicate(desk, accounted):
    """The first row of the key is out of range; the second is accepted, and so is its item."""
    desk.write("survey.csv", "id,q,a\nx,11,1\nx,9,2\ny,8,3\n")
    market = desk.open({"responses": {"response_id": "id", "nps": "q"}, "response_items": ITEMS})
    assert market.responses["nps"].tolist() == [9, 8]
    assert market.response_items["score"].tolist() == [2, 3]
    assert _rules(market, "response_items") == [(2, "its response is quarantined")]
    accounted(market)


def test_items_of_a_duplicate_are_quarantined_with_it(desk, accounted):
    desk.write("survey.csv", "id,a\nx,1\nx,2\nx,\n")
    market = desk.open({"responses": {"response_id": "id"}, "response_items": ITEMS})
    assert market.response_items["score"].tolist() == [1]
    assert _rules(market, "response_items") == [(3, "its response is quarantined")]
    accounted(market)


def _market(desk, files: dict[str, str], tables: dict[str, dict]):
    sources = {}
    for name, content in files.items():
        desk.write(f"{name}.csv", content)
        sources[name] = {"path": f"{name}.csv", "format": "csv", "tables": {name: tables[name]}}
    return open_market(desk.parameters(sources, max_quarantine=1))


def test_orphans_take_their_own_orphans_along(desk, accounted):
    """A customer is unknown, hence the response, hence its case; an empty reference is none."""
    market = _market(
        desk,
        {
            "loop_cases": "id,r\n1,r1\n2,r2\n3,r9\n",
            "responses": "id,c\nr1,c1\nr2,c9\nr3,\n",
            "customers": "id\nc1\n",
        },
        {
            "loop_cases": {"case_id": "id", "response_id": "r"},
            "responses": {"response_id": "id", "customer_id": "c"},
            "customers": {"customer_id": "id"},
        },
    )
    assert market.responses["response_id"].tolist() == ["r1", "r3"]
    assert market.loop_cases["case_id"].tolist() == ["1"]
    assert _rules(market) == [(3, "orphan: not in customers")]
    assert _rules(market, "loop_cases") == [(4, "orphan: not in responses"), (3, "orphan: not in responses")]
    accounted(market)


def test_items_of_an_orphan_are_quarantined_with_it(desk, accounted):
    desk.write("survey.csv", "id,c,a\n1,c1,5\n2,c9,4\n")
    desk.write("customers.csv", "id\nc1\n")
    survey = {"responses": {"response_id": "id", "customer_id": "c"}, "response_items": ITEMS}
    sources = {
        "survey": {"path": "survey.csv", "format": "csv", "tables": survey},
        "crm": {"path": "customers.csv", "format": "csv", "tables": {"customers": {"customer_id": "id"}}},
    }
    market = open_market(desk.parameters(sources, max_quarantine=1))
    assert market.response_items["response_id"].tolist() == ["1"]
    accounted(market)


def test_without_the_parent_table_nothing_is_an_orphan(desk):
    market = desk.responses("id,c\n1,c1\n", {"customer_id": "c"}, max_quarantine=0)
    assert market.responses["customer_id"].tolist() == ["c1"]


def test_a_cause_hangs_on_a_known_cause(desk):
    columns = {"cause_id": "id", "problem": "p", "category": "k", "parent": "u"}
    market = _market(desk, {"causes": "id,p,k,u\na,x,x,\nb,x,x,a\nc,x,x,z\nd,x,x,c\n"}, {"causes": columns})
    assert market.causes["cause_id"].tolist() == ["a", "b"]


def test_keys_of_several_columns(desk):
    columns = {"wave": "w", "team": "t", "respondent": "r", "enps": "e"}
    content = "w,t,r,e\n1,a,x,9\n1,a,y,9\n2,a,x,9\n1,a,x,8\n"
    market = _market(desk, {"employees": content}, {"employees": columns})
    assert len(market.employees) == 3
    assert market.quarantine["rule"].tolist() == ["duplicate wave + team + respondent"]
