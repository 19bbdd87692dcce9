"""Everything a market is read from enters the key of its studies: files, joined files and queries."""

import hashlib
import sqlite3

from cxlab.load.inputs import SourceFile, SourceQuery, input_digests, market_inputs
from cxlab.load.read_parameters import read_parameters


def test_files_joined_files_and_queries_in_their_order(desk):
    """A file joined onto several is entered once."""
    for name in ("a.csv", "b.csv", "j.csv"):
        desk.write(name, f"id\n{name}\n")
    with sqlite3.connect(desk.folder / "crm.db") as connection:
        connection.execute("create table customers (id)")
    customers = {"customers": {"customer_id": "id"}}
    files = {"path": ["a.csv", "b.csv"], "format": "csv", "join": {"path": "j.csv", "on": "id"}}
    query = {"format": "database", "url": "sqlite:///crm.db", "query": "select id from customers"}
    path = desk.parameters({"f": {**files, "tables": customers}, "q": {**query, "tables": customers}})
    inputs = market_inputs(read_parameters(path), path)
    places = [SourceFile(desk.folder / name) for name in ("a.csv", "b.csv", "j.csv")]
    assert [(entry.source, entry.place, entry.joined) for entry in inputs[:2]] == [
        ("f", places[0], (places[2],)), ("f", places[1], (places[2],))
    ]  # fmt: skip
    assert isinstance(inputs[2].place, SourceQuery) and inputs[2].place.label == "sqlite crm.db"
    digests = input_digests(inputs)
    files = [
        hashlib.sha256((desk.folder / name).read_bytes()).hexdigest() for name in ("a.csv", "j.csv", "b.csv")
    ]
    assert digests[:3] == files and len(digests) == 4
    with sqlite3.connect(desk.folder / "crm.db") as connection:
        connection.execute("insert into customers values ('c1')")
    later = input_digests(inputs)
    assert later[:3] == files and later[3] != digests[3]
