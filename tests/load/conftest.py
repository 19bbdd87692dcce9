"""A desk to write a market on: parameter files and sources, as somebody else would."""

import json
from pathlib import Path
from typing import Any

import pytest

from cxlab.load.open_market import open_market
from cxlab.model.market import Market


class Desk:
    """A folder with one market called `xx`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def parameters(self, sources: dict[str, Any], **more: Any) -> Path:
        """Write the market's file; JSON is YAML too."""
        content = {"market": "xx", "name": "Example", "wave": "2026-1", "sources": sources, **more}
        return self.write(
            "xx.yaml", "\n".join(f"{key}: {json.dumps(value)}" for key, value in content.items())
        )

    def open(self, tables: dict[str, Any], *, max_quarantine: float = 1, **source: Any) -> Market:
        """Open a market of one source; `survey.csv` unless told otherwise, its other columns ignored."""
        entry = {"path": "survey.csv", "format": "csv", "ignore": "rest", "tables": tables, **source}
        return open_market(self.parameters({"survey": entry}, max_quarantine=max_quarantine))

    def responses(self, content: str, columns: dict[str, Any], **source: Any) -> Market:
        """Open a market whose responses stand in a CSV with an `id`."""
        self.write("survey.csv", content)
        return self.open({"responses": {"response_id": "id", **columns}}, **source)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def accounts(market: Market) -> None:
    """Every source value is accepted, missing for a reason, or quarantined: nothing is lost."""
    book = market.codebook
    assert (book["n_rows"] == book["n_accepted"] + book["n_missing"] + book["n_quarantined"]).all()
    named = ["table", "column", "attribute", "source"]
    counted = market.missing.groupby(named)["n"].sum()
    stated = book.set_index(named)["n_missing"]
    assert counted.to_dict() == stated[stated > 0].to_dict()
    for row in book[book["attribute"] == ""].itertuples():
        same = book[(book["table"] == row.table) & (book["column"] == row.column) & (book["attribute"] == "")]
        assert same["n_accepted"].sum() == market.table(row.table)[row.column].notna().sum()
    items = book[book["attribute"] != ""]
    if len(items):
        assert items["n_accepted"].sum() == len(market.response_items)


@pytest.fixture
def accounted():
    return accounts
