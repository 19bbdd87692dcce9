"""A market kept on disk is the market in memory: same rows, same account, whatever the size of a batch."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxlab.load.open_market import open_market
from cxlab.load.read_parameters import read_parameters
from cxlab.load.store_market import store_market
from cxlab.measure.nps import nps
from cxlab.model.errors import ContractError

SOURCES = {
    "survey": {
        "path": ["one.parquet", "two.parquet"],
        "format": "parquet",
        "join": [{"path": "people.csv", "format": "csv", "on": "person"}],
        "tables": {
            "responses": {
                "response_id": "id",
                "customer_id": "person",
                "wave": "wave",
                "nps": {"from": "q1", "missing": {99: "refused"}},
                "cluster": "account",
                "segment.region": "region",
            },
            "response_items": {
                "satisfaction": {"scale": [1, 10], "attributes": {"price": "a", "shop": "b"}},
            },
        },
    },
    "crm": {
        "path": "customers.csv",
        "format": "csv",
        "tables": {"customers": {"customer_id": "id"}},
    },
    "spend": {
        "path": "spend.parquet",
        "format": "parquet",
        "tables": {
            "transactions": {
                "transaction_id": "#row",
                "customer_id": "who",
                "date": {"value": "2026-01-01"},
                "amount": "amount",
            },
        },
    },
}


def _answers(seed: int, n: int, wave: str, first: int) -> pd.DataFrame:
    """Answers with doubled ids, customers nobody knows, impossible scores and gaps."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation([*range(first, first + n - 3), *[first] * 3])
    return pd.DataFrame(
        {
            "id": [f"r{number}" for number in ids],
            "person": [f"c{number}" for number in rng.integers(0, 40, n)],
            "wave": wave,
            "q1": pd.array(rng.choice([*range(12), 99], n), dtype="Int64"),
            "account": rng.choice(["k1", "k2", None], n),
            "a": pd.array(rng.choice([1, 2, 10, 11, None], n), dtype="Int64"),
            "b": rng.choice([1.0, 2.5, np.nan], n),
        }
    )


@pytest.fixture
def path(desk):
    _answers(1, 60, "2026-1", 0).to_parquet(desk.folder / "one.parquet")
    _answers(2, 45, "2026-2", 100).to_parquet(desk.folder / "two.parquet")
    desk.write("people.csv", "person,region\n" + "".join(f"c{n},r{n % 3}\n" for n in range(35)))
    desk.write("customers.csv", "id\n" + "".join(f"c{n}\n" for n in range(38)) + "c3\n")
    spend = pd.DataFrame({"who": [f"c{n % 44}" for n in range(90)], "amount": np.arange(90.0)})
    spend.to_parquet(desk.folder / "spend.parquet")
    return desk.parameters(SOURCES, max_quarantine=1)


def _same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    order = list(left.columns)
    pd.testing.assert_frame_equal(
        left.sort_values(order, ignore_index=True), right.sort_values(order, ignore_index=True)
    )


@pytest.mark.parametrize("batch_rows", [7, 50, 1000])
def test_it_is_the_market_in_memory(path, tmp_path, batch_rows, accounted):
    held = open_market(path)
    stored = store_market(read_parameters(path), path, tmp_path / "store", batch_rows=batch_rows)
    assert list(stored.tables) == list(held.tables)
    for name in held.tables:
        _same(stored.table(name), held.table(name))
    pd.testing.assert_frame_equal(stored.responses, held.responses)  # in their order, too
    assert len(held.quarantine) > 20  # else this proves little
    for part in ("codebook", "missing", "quarantine"):
        _same(getattr(stored, part), getattr(held, part))
    assert stored.inputs == held.inputs
    assert stored.notes == held.notes
    assert repr(stored) == repr(held)
    accounted(stored)


def test_numbers_that_start_anew_in_each_wave_are_told_apart_on_disk_too(desk, tmp_path):
    for number, wave in enumerate(("2026-1", "2026-2")):
        _answers(number, 30, wave, 0).to_parquet(desk.folder / f"{number}.parquet")
    survey = deepcopy(SOURCES["survey"]) | {"path": ["0.parquet", "1.parquet"], "join": []}
    del survey["tables"]["responses"]["segment.region"]
    path = desk.parameters({"survey": survey}, max_quarantine=1)
    held = open_market(path)
    stored = store_market(read_parameters(path), path, tmp_path / "store", batch_rows=7)
    assert "wave/number" in held.notes[0]
    assert stored.notes == held.notes
    pd.testing.assert_frame_equal(stored.responses, held.responses)
    _same(stored.response_items, held.response_items)


def test_a_scan_asks_the_files(path, tmp_path):
    stored = open_market(path, store=tmp_path / "store")
    held = open_market(path)
    by = {"by": "wave"}
    pd.testing.assert_frame_equal(
        nps(stored.scan("responses"), **by).tidy(), nps(held.responses, **by).tidy()
    )
    assert stored.scan("responses").count("*").fetchall() == [(len(held.responses),)]


def test_a_refused_load_leaves_the_last_good_one(path, tmp_path):
    store = tmp_path / "store"
    before = open_market(path, store=store).responses
    path.write_text(path.read_text().replace("max_quarantine: 1", "max_quarantine: 0"))
    with pytest.raises(ContractError, match="break the contract"):
        open_market(path, store=store)
    assert [entry.name for entry in store.iterdir()] == ["xx.tables"]
    files = sorted((store / "xx.tables" / "responses").iterdir())
    assert sum(pq.read_metadata(file).num_rows for file in files) == len(before)
