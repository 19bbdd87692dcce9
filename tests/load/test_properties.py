"""No source value disappears without a counted reason, in any format and any table."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cxlab.load.open_market import open_market
from cxlab.model.market import Market
from cxlab.model.source import Format
from cxlab.model.tables import TABLES, Column
from tests.load.account import faults_of
from tests.load.conftest import Desk
from tests.load.oracle import DATES, PARENTS, Expected, code, judged, settle, spelt
from tests.load.writers import FORMATS, TEXTS, write_rows

MISSING = {"98": "does not know", "99": "refused"}
KEYS = ("k1", "k2", "k3", "k4", "k5", "007", " k1 ", "", None)
NAMES = ("north", "Łódź", 'a, "b"', "two\nlines", " north ", "99", "", " ", None)
NUMBERS = (
    "0", "1", "2", "3", "5", "7.0", " 4 ", "10", "11", "-1", "2.5", "3,5", "1e1", "98", "99.0", "x", "inf",
    "nan", "very good", "", None,
)  # fmt: skip
TYPED_NUMBERS = (0, 1, 2, 3, 5.0, 2.5, 10, 11, -1, 98, 99.0, None)
BAD_DATES = ("2026-13-01", "31/02/2026", "yesterday", "46083", "", None)
TYPED_DATES = (datetime(2026, 3, 2, 8, 15), datetime(1999, 12, 31), None)
FLAGS = ("yes", "No", "TRUE", "0", "1", "5", "perhaps", "99", "", None)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A source of one table: its format, the mapping of each column, and its rows of raw values."""

    table: str
    format: str
    mapping: Mapping[str, Any]
    rows: list[dict[str, Any]]

    @property
    def expected(self) -> Expected:
        """What a plain loop makes of the rows."""
        table = TABLES[self.table]
        return Expected(table, [
            {name: judged(row.get(name, entry.get("value")), table.column(name), entry)
             for name, entry in self.mapping.items()} for row in self.rows
        ])  # fmt: skip

    def entry(self, place: Mapping[str, Any]) -> dict[str, Any]:
        """Return the source as a parameter file states it."""
        return {**place, "format": self.format, "ignore": "rest", "tables": {self.table: self.mapping}}


def _mapping(column: Column) -> st.SearchStrategy[dict[str, Any]]:
    missing = st.sampled_from([{}, {"missing": MISSING}])
    if column.is_number:
        scale = {"scale": [1, 5]} if column.kind == "score" and column.minimum is None else {}
        ends = bool(scale) or (column.minimum is not None and column.maximum is not None)
        own = st.fixed_dictionaries({}, optional={
            "codes": st.just({"very good": 4}), "shift": st.sampled_from([-1, 2]), "decimal": st.just(","),
            **({"reverse": st.just(True)} if ends else {}),
        })  # fmt: skip
        return st.builds(lambda one, other: {**one, **other, **scale}, missing, own)
    if column.kind == "date":
        return st.sampled_from([{}, {"format": "%d/%m/%Y"}])
    if column.kind == "choice":
        labels = dict(zip(("1", "2"), column.choices, strict=False))
        return st.builds(
            lambda one, other: {**one, **other}, missing, st.sampled_from([{}, {"labels": labels}])
        )
    return st.builds(lambda one, other: {**one, **other}, missing, st.sampled_from(
        [{}, {"labels": {"5": "yes", "6": "no"}}] if column.kind == "flag" else [{}])
    )  # fmt: skip


def _pool(column: Column, typed: bool) -> tuple[Any, ...]:
    if column.is_number:
        return TYPED_NUMBERS if typed else NUMBERS
    if column.kind == "date":
        return TYPED_DATES if typed else (*DATES, *BAD_DATES)
    if column.kind == "choice":
        return (*column.choices, "1", "2", "bogus", "", None)
    return {"key": KEYS, "flag": FLAGS}.get(column.kind, NAMES)


@st.composite
def _values(
    draw: st.DrawFn, column: Column, mapping: Mapping[str, Any], typed: bool
) -> st.SearchStrategy[Any]:
    """Draw where a column's values come from: most break no rule, or hardly a row would be accepted."""
    pool = _pool(column, typed)
    fates = {place: judged(raw, column, mapping) for place, raw in enumerate(pool)}
    good = [pool[place] for place, fate in fates.items()
            if not fate.broken and not (fate.reason and column.required)]  # fmt: skip
    return st.sampled_from(good if good and draw(st.sampled_from([True] * 9 + [False])) else pool)


def _is_typed(format: str, column: Column) -> bool:
    if column.kind == "date":
        return format in ("excel", "parquet", "spss")
    return column.is_number and format not in TEXTS


@st.composite
def sources(draw: st.DrawFn, table: str, format: str, *, linked: bool = False) -> Drawn:
    """Draw a source of one table, with every column or only with those that link it to others.

    Its values are good, missing, broken, doubled, or point nowhere.
    """
    columns = {
        name: column for name, column in TABLES[table].columns.items()
        if not linked or column.required or name in PARENTS
    }  # fmt: skip
    if TABLES[table].free_prefix and not linked:
        columns["segment.x"] = Column("segment.x", "text", "")
    # A wave that is a column may put every response number under it: that has tests of its own.
    constants = {"wave": {"value": "2026-1"}} if table == "responses" else {}
    constants = {name: entry for name, entry in constants.items() if name in columns}
    mapping = {name: draw(_mapping(column)) for name, column in columns.items() if name not in constants}
    typed = {name: _is_typed(format, columns[name]) and draw(st.booleans()) for name in mapping}
    row = st.fixed_dictionaries(
        {name: draw(_values(columns[name], entry, typed[name])) for name, entry in mapping.items()}
    )
    rows = draw(st.lists(row, min_size=3, max_size=9))
    named = {name: {"from": f"S{place:02d}", **entry} for place, (name, entry) in enumerate(mapping.items())}
    return Drawn(table, format, {**named, **constants}, rows)


def opened(drawn: list[Drawn]) -> tuple[Market, dict[str, list[int]]]:
    """Write sources and open them as one market; return it with the row numbers of each table."""
    with tempfile.TemporaryDirectory() as folder:
        desk, entries, numbers = Desk(Path(folder)), {}, {}
        for one in drawn:
            origin = {name: entry["from"] for name, entry in one.mapping.items() if "from" in entry}
            called = [{column: row[name] for name, column in origin.items()} for row in one.rows]
            place, numbers[one.table] = write_rows(one.format, desk.folder, one.table, called)
            entries[one.table] = one.entry(place)
        return open_market(desk.parameters(entries, max_quarantine=1)), numbers


def check(drawn: list[Drawn]) -> None:
    """Open sources as one market and hold it against the plain loop, value by value."""
    market, numbers = opened(drawn)
    assert faults_of(market) == []
    expected = {one.table: one.expected for one in drawn}
    settle(expected)
    for one in drawn:
        _check_table(market, one, expected[one.table])
        _check_counts(market, one, expected[one.table])
        _check_quarantine(market, one, expected[one.table], numbers[one.table])
        _check_codebook(market, one, expected[one.table])


def _check_table(market: Market, one: Drawn, expected: Expected) -> None:
    frame = market.table(one.table)
    for name in one.mapping:
        wanted = [expected.fates[row][name].value for row in expected.accepted()]
        assert [None if pd.isna(value) else value for value in frame[name]] == wanted, name


def _check_counts(market: Market, one: Drawn, expected: Expected) -> None:
    book = market.codebook[market.codebook["table"] == one.table].set_index("column")
    reasons = market.missing[market.missing["table"] == one.table]
    for name in one.mapping:
        accepted, missing, quarantined, by_reason = expected.counts(name)
        counted = book.loc[name, ["n_rows", "n_accepted", "n_missing", "n_quarantined"]].tolist()
        assert counted == [len(one.rows), accepted, missing, quarantined], name
        own = reasons[reasons["column"] == name]
        assert dict(zip(own["reason"], own["n"], strict=True)) == dict(by_reason), name


def _check_quarantine(market: Market, one: Drawn, expected: Expected, numbers: list[int]) -> None:
    """Each entry of the quarantine points at the row of the file that holds its value."""
    own = market.quarantine[market.quarantine["table"] == one.table]
    found = set(zip(own["row"], own["column"], strict=True))
    assert found == {(numbers[row], name) for row, names in enumerate(expected.breaches) for name in names}
    for entry in own.itertuples():
        raw = one.rows[numbers.index(entry.row)].get(entry.column, one.mapping[entry.column].get("value"))
        if not isinstance(raw, datetime):
            assert entry.value.strip() == spelt(raw)


def _check_codebook(market: Market, one: Drawn, expected: Expected) -> None:
    """The codebook undoes what the mapping did: from the canonical value back to the code in the source."""
    book = market.codebook[market.codebook["table"] == one.table].set_index("column")
    frame = market.table(one.table)
    for name, mapping in one.mapping.items():
        entry = book.loc[name]
        labels, missing = (json.loads(entry[key] or "{}") for key in ("labels", "missing_codes"))
        for place, row in enumerate(expected.accepted()):
            raw, value = one.rows[row].get(name, mapping.get("value")), frame[name].iat[place]
            if pd.isna(value):
                assert missing.get(code(raw), "empty") == expected.fates[row][name].reason
            elif entry["kind"] == "score":
                back = (
                    value
                    if entry["direction"] == "as asked"
                    else entry["scale_min"] + entry["scale_max"] - value
                )
                source = mapping.get("codes", {}).get(code(raw))
                assert entry["scale_min"] <= value <= entry["scale_max"]
                assert back - mapping.get("shift", 0) == (_plain(raw) if source is None else source)
            elif labels and entry["kind"] != "flag":
                assert value in (labels.get(code(raw)), spelt(raw))


def _plain(raw: Any) -> float:
    return float(spelt(raw).replace(",", "."))


def quick(examples: int) -> settings:
    """Return settings that draw the same few examples each time; shrinking loads would take minutes."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(max_examples=examples, deadline=None, phases=phases, derandomize=True)


PAIRS = [(table, FORMATS[place % len(FORMATS)]) for place, table in enumerate(TABLES)]


def test_every_format_and_every_table_is_drawn():
    assert set(FORMATS) == set(get_args(Format))
    assert {table for table, _ in PAIRS} == set(TABLES) and {form for _, form in PAIRS} == set(FORMATS)


@pytest.mark.parametrize(("table", "format"), PAIRS)
@quick(2)
@given(data=st.data())
def test_nothing_is_lost(table, format, data):
    check([data.draw(sources(table, format))])


LINKED = ("loop_cases", "goodwill", "complaints", "causes", "contracts", "responses", "customers")


def _linked(data: st.DataObject) -> list[Drawn]:
    return [data.draw(sources(table, data.draw(st.sampled_from(FORMATS)), linked=True)) for table in LINKED]


@quick(3)
@given(data=st.data())
def test_nothing_is_lost_among_tables_that_point_at_one_another(data):
    check(_linked(data))


@pytest.mark.slow
@quick(40)
@given(data=st.data())
def test_nothing_is_lost_among_many_tables_that_point_at_one_another(data):
    check(_linked(data))


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("table", TABLES)
@quick(3)
@given(data=st.data())
def test_nothing_is_lost_in_any_table_of_any_format(table, format, data):
    check([data.draw(sources(table, format))])
