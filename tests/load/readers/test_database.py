"""Databases: typed values as they are, read only, and no secret in any message."""

import math
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from cxlab.load.inputs import market_inputs
from cxlab.load.open_market import open_market
from cxlab.load.read_parameters import read_parameters
from cxlab.model.errors import CxlabError, ParameterError, SourceError

QUERY = "select * from answers order by id"
COLUMNS = {
    "response_id": "id", "customer_id": "customer", "nps": "nps", "weight": "weight", "responded_at": "at",
    "segment.region": "region", "had_problem": "problem",
}  # fmt: skip


@pytest.fixture
def crm(desk):
    """Write a SQLite database with a long key, gaps, a blank and scores of several types."""
    with sqlite3.connect(desk.folder / "crm.db") as connection:
        connection.execute(
            "create table answers (id, customer integer, nps, weight, at text, region, problem)"
        )
        connection.executemany(
            "insert into answers values (?, ?, ?, ?, ?, ?, ?)",
            [
                ("a", 9007199254740993, 9, 1.5, "2026-03-02 08:15:00", "Łódź", 1),
                ("b", None, "8", 1, "2026-03-03", " ", 0),
                ("c", 2**63 - 1, 11, 2.5, None, "100%", None),
                ("d", 7, 7.0, math.inf, "soon", "a:b", 1),
                ("e", 7, None, None, "2026-03-04", None, 2),
            ],
        )
    connection.close()
    return desk


def _open(desk, columns=COLUMNS, *, url="sqlite:///crm.db", query=QUERY, **more):
    source = {"format": "database", "url": url, "query": query, "tables": {"responses": columns}, **more}
    return open_market(desk.parameters({"crm": source}, max_quarantine=1))


def test_typed_values_are_kept(crm, accounted):
    """A long whole number is never a float on its way, and a text of digits is a score like others."""
    market = _open(crm)
    found = market.responses.set_index("response_id")
    assert found["customer_id"].fillna("").tolist() == ["9007199254740993", ""]
    assert found["nps"].tolist() == [9, 8]
    assert found["weight"].tolist() == [1.5, 1]
    assert found["segment.region"].fillna("").tolist() == ["Łódź", ""]
    assert found["responded_at"].astype(str).tolist() == ["2026-03-02 08:15:00", "2026-03-03 00:00:00"]
    assert found["had_problem"].tolist() == [True, False]
    broken = market.quarantine[["row", "column", "value", "rule"]].sort_values(["row", "column"])
    assert broken.to_numpy().tolist() == [
        [3, "nps", "11", "outside 0–10"],
        [4, "responded_at", "soon", "unparsable date"],
        [4, "weight", "inf", "not finite"],
        [5, "had_problem", "2", "neither yes nor no"],
    ]
    assert [(entry.source, entry.file, entry.n_rows) for entry in market.inputs] == [
        ("crm", "sqlite crm.db", 5)
    ]
    assert set(market.quarantine["file"]) == {"sqlite crm.db"}
    accounted(market)


def test_only_wanted_columns_are_kept_and_others_must_be_accounted_for(crm):
    with pytest.raises(
        SourceError, match=r"sqlite crm\.db: 6 source columns are not mapped: 'customer', 'nps'"
    ):
        _open(crm, {"response_id": "id"})
    assert len(_open(crm, {"response_id": "id"}, ignore="rest").responses) == 5
    assert len(_open(crm, {"response_id": "id"}, query="select id from answers").responses) == 5
    with pytest.raises(SourceError, match=r"two columns are called 'id' \(columns 1 and 2\)"):
        _open(crm, {"response_id": "id"}, query="select id, id from answers")


def test_a_percent_sign_and_a_colon_in_the_query_are_signs(crm):
    query = "select id, region from answers where region like '100%' or region = 'a:b' or region = ':x'"
    market = _open(crm, {"response_id": "id", "segment.region": "region"}, query=query)
    assert market.responses["segment.region"].tolist() == ["100%", "a:b"]


def test_an_empty_result_is_an_empty_table(crm):
    market = _open(crm, query="select * from answers where 1 = 0")
    assert market.responses.empty and "nps" in market.responses


def test_the_digest_is_that_of_the_result(crm):
    """It changes with a value or a type, not with what the query leaves out; the key has the same one."""

    def digest(query="select id, nps from answers order by id"):
        market = _open(crm, {"response_id": "id", "nps": "nps"}, query=query)
        path = crm.folder / "xx.yaml"
        (entry,) = market_inputs(read_parameters(path), path)
        assert entry.place.digest() == market.inputs[0].sha256
        return market.inputs[0].sha256

    first = digest()
    for statement, same in (
        ("update answers set region = 'x'", True),
        ("update answers set nps = '9' where id = 'a'", False),
        ("update answers set nps = 9 where id = 'a'", True),
        ("update answers set nps = 8 where id = 'a'", False),
    ):
        with sqlite3.connect(crm.folder / "crm.db") as connection:
            connection.execute(statement)
        assert (digest() == first) is same


def test_nothing_is_written(crm):
    before = (crm.folder / "crm.db").read_bytes()
    for query in ("delete from answers", "with x as (select 1) insert into answers (id) select 'z'"):
        with pytest.raises(CxlabError):
            _open(crm, query=query)
    _open(crm)
    assert (crm.folder / "crm.db").read_bytes() == before
    assert [path.name for path in crm.folder.glob("crm*")] == ["crm.db"]


def test_relative_paths_start_at_the_folder_of_the_parameters(crm, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert len(_open(crm).responses) == 2
    monkeypatch.setenv("CRM_URL", f"sqlite:///{crm.folder}/crm.db")
    assert len(_open(crm, url="${CRM_URL}").responses) == 2
    with pytest.raises(SourceError, match=r"there is no database file 'crn\.db'"):
        _open(crm, url="sqlite:///crn.db")
    assert not (crm.folder / "crn.db").exists()


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (f"postgresql://quentin:{SECRET}@127.0.0.1:1/crm", "postgresql 127.0.0.1/crm: cannot be reached"),
        (f"postgresql://quentin:{SECRET}@127.0.0.1:x/crm", "the address of the database is none"),
        (f"orakel://quentin:{SECRET}@db/crm", "there is no driver for 'orakel'"),
        (
            f"postgresql+psycopg2://quentin:{SECRET}@db/crm",
            "there is no driver for 'postgresql+psycopg2' here",
        ),
        (f"{SECRET}", "the address of the database is none"),
        ("sqlite://", "an empty database is named"),
        (f"sqlite+aiosqlite:///crm.db?password={SECRET}", "sqlite"),
    ],
)
def test_no_secret_in_an_error(crm, monkeypatch, url, what):
    monkeypatch.setenv("CRM_URL", url)
    with pytest.raises(SourceError) as raised:
        _open(crm, url="${CRM_URL}")
    assert what in str(raised.value)
    texts = [str(raised.value), repr(raised.value), str(raised.value.__cause__)]
    assert not any(word in text for text in texts for word in (SECRET, "quentin"))


def test_the_address_stays_out_of_what_the_market_keeps(crm, monkeypatch):
    monkeypatch.setenv("CRM_URL", f"sqlite:///{crm.folder}/crm.db?cache=private")
    market = _open(crm, url="${CRM_URL}")
    kept = [
        repr(market.inputs),
        market.codebook.to_csv(),
        market.quarantine.to_csv(),
        repr(market.parameters),
    ]
    assert not any(str(crm.folder) in text or "cache=private" in text for text in kept)
    (entry,) = market_inputs(market.parameters, crm.folder / "xx.yaml")
    assert "cache=private" not in repr(entry)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("select * from nowhere", "refuses the query: no such table: nowhere; try the query there by hand"),
        ("select id frm answers where id = 1 1", "refuses the query: near"),
        ("select x'00ff' as id", "the column 'id' holds bytes, not one plain value a row"),
        ("select cast(x'4dff' as text) as id", "sqlite crm.db: "),
    ],
)
def test_what_the_database_says(crm, query, what):
    with pytest.raises(SourceError) as raised:
        _open(crm, {"response_id": "id"}, query=query)
    assert what in str(raised.value) and "M" not in str(raised.value)


def test_a_file_that_is_no_database(desk):
    desk.write("crm.db", "id,q\n1,9\n")
    with pytest.raises(SourceError, match=r"sqlite crm\.db: .* not a database"):
        _open(desk)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"query": None}, "'query' is missing"),
        ({"url": None}, "'url' is missing"),
        ({"path": "crm.db"}, "`path` means nothing with format: database"),
        ({"encoding": "utf-8"}, "`encoding` means nothing with format: database"),
        ({"format": "csv", "path": "s.csv"}, "`url` means nothing with format: csv"),
        ({"url": "postgresql://quentin:hunter2@db/crm"}, "a password has no place in this file"),
        (
            {"url": "postgresql://db/crm?user=quentin&password=hunter2"},
            "a password has no place in this file",
        ),
        ({"query": "drop table answers"}, "a query is one SELECT"),
        ({"query": "select 1; drop table answers"}, "a query is one SELECT"),
        ({"query": "-- select\nupdate answers set nps = 1"}, "a query is one SELECT"),
    ],
)
def test_refused_by_its_line(desk, changes, what):
    source = {
        "format": "database", "url": "sqlite:///crm.db", "query": QUERY,
        "tables": {"responses": {"response_id": "id"}}, **changes,
    }  # fmt: skip
    with pytest.raises(ParameterError) as raised:
        open_market(desk.parameters({"crm": {key: value for key, value in source.items() if value}}))
    assert what in str(raised.value) and "xx.yaml:4: sources.crm" in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "query",
    [
        "select ';' as id",
        "Select 1 as id -- ; x\n;",
        "with a as (select 1 as id) select * from a",
        "/* ; */ select 1 as id",
    ],
)
def test_one_select_is_one_whatever_stands_in_quotes(crm, query):
    assert len(_open(crm, {"response_id": "id"}, query=query).responses) == 1


BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
needs_postgres = pytest.mark.skipif(
    BIN is None or (os.geteuid() == 0 and shutil.which("runuser") is None),
    reason="no PostgreSQL server can be started here (/usr/lib/postgresql/*/bin)",
)


@pytest.fixture(scope="module")
def server() -> Iterator[sqlalchemy.URL]:
    """Start a server of our own on a socket in a temporary folder; root may not, so postgres does."""
    assert BIN is not None
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_postgres:
        shutil.chown(folder, "postgres")

    def run(*command: str) -> None:
        subprocess.run([*as_postgres, *command], check=True, capture_output=True, cwd="/")

    data = str(folder / "data")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c timezone=Europe/Warsaw"
    run(
        str(BIN / "initdb"),
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C",
    )
    run(str(BIN / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield sqlalchemy.make_url(f"postgresql+psycopg://postgres:{SECRET}@/postgres?host={folder}")
    finally:
        run(str(BIN / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@needs_postgres
def test_postgres(desk, server, monkeypatch, accounted):
    """Every type a CRM holds; and neither a writing CTE nor a second statement leaves a trace."""
    engine = sqlalchemy.create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table answers (id text, customer bigint, nps smallint, weight numeric(12, 4), "
            "at timestamptz, region varchar(20), problem boolean, since date, extra jsonb)"
        )
        connection.exec_driver_sql(
            "insert into answers values "
            "('a', 9007199254740993, 9, 1.2345, '2026-03-02 08:15:00+01', 'Łódź', true, '2020-02-29', '{}'), "
            "('b', null, null, 0.5000, '2026-07-02 08:15:00+02', null, false, null, null), "
            "('c', 7, 11, null, null, '', null, null, null)"
        )
    monkeypatch.setenv("CRM_URL", server.render_as_string(hide_password=False))
    query = "select id, customer, nps, weight, at, region, problem, since from answers order by id"
    columns = {**COLUMNS, "segment.since": "since"}
    market = _open(desk, columns, url="${CRM_URL}", query=query)
    found = market.responses.set_index("response_id")
    assert found["customer_id"].fillna("").tolist() == ["9007199254740993", ""]
    assert found["weight"].tolist() == [1.2345, 0.5]
    assert found["responded_at"].astype(str).tolist() == ["2026-03-02 07:15:00", "2026-07-02 06:15:00"]
    assert found["had_problem"].tolist() == [True, False]
    assert found["segment.since"].fillna("").tolist() == ["2020-02-29", ""]
    assert market.quarantine[["row", "column", "value"]].to_numpy().tolist() == [[3, "nps", "11"]]
    assert market.inputs[0].file == "postgresql postgres"
    accounted(market)
    refusals = {
        "select extra as id from answers": "the column 'id' holds dict",
        "select x as id from answers": 'refuses the query: column "x" does not exist',
        "select ('secret-of-quentin')::int as id": "refuses the query (DataError)",
        "with gone as (delete from answers returning id) select id from gone": "refuses the query",
    }
    for refused, what in refusals.items():
        with pytest.raises(SourceError) as raised:
            _open(desk, {"response_id": "id"}, url="${CRM_URL}", query=refused)
        assert what in str(raised.value)
        assert not re.search(f"{SECRET}|secret-of-quentin", str(raised.value))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from answers").scalar() == 3
    engine.dispose()


@needs_postgres
def test_postgres_result_in_many_batches_equals_pandas(desk, server, monkeypatch):
    monkeypatch.setenv("CRM_URL", server.render_as_string(hide_password=False))
    query = "select n::text as id, n % 11 as nps from generate_series(1, 25001) n order by n"
    market = _open(desk, {"response_id": "id", "nps": "nps"}, url="${CRM_URL}", query=query)
    engine = sqlalchemy.create_engine(server)
    expected = pd.read_sql_query(sqlalchemy.text(query), engine)
    engine.dispose()
    assert market.responses["response_id"].tolist() == expected["id"].tolist()
    assert market.responses["nps"].astype(int).tolist() == expected["nps"].tolist()
