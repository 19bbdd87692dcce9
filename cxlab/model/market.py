"""A market as it was loaded: its tables, and the account of every source value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from cxlab.model.errors import ContractError, nearest
from cxlab.model.parameters import MarketParameters
from cxlab.model.tables import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

CODEBOOK_COLUMNS = [
    "table", "column", "attribute", "source", "source_column", "kind", "unit", "scale_min", "scale_max",
    "direction", "labels", "missing_codes", "n_rows", "n_accepted", "n_missing", "n_quarantined",
]  # fmt: skip
MISSING_COLUMNS = ["table", "column", "attribute", "source", "reason", "n"]
QUARANTINE_COLUMNS = ["table", "source", "file", "row", "column", "value", "rule"]


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file a market was read from.

    Parameters
    ----------
    source
        Name of the source in the parameter file.
    file
        Name of the file, without its folders.
    sha256
        Digest of its bytes.
    n_rows
        Rows of data it holds.
    """

    source: str
    file: str
    sha256: str
    n_rows: int


@dataclass(frozen=True, slots=True, repr=False)
class Market:
    """One market's canonical tables.

    Each mapped table is an attribute: `market.responses` is a pandas frame with the columns of the
    dictionary that the parameter file maps, in the dictionary's order.

    Parameters
    ----------
    parameters
        The validated parameters.
    tables
        Canonical tables by name.
    codebook
        One row per source and column: scale, direction, labels and the count of each fate. For every
        row of it `n_rows = n_accepted + n_missing + n_quarantined`.
    missing
        One row per source, column and reason for a missing value, with its count.
    quarantine
        One row per breach of the contract: where it stands in the source, the value and the rule.
    inputs
        The files read.
    notes
        What the loader settled on the way, a plain sentence each.
    stored
        Pattern of the Parquet files of each table, where the market was opened with `store`; a table is then
        read into memory each time it is asked for.
    """

    parameters: MarketParameters
    tables: Mapping[str, pd.DataFrame]
    codebook: pd.DataFrame
    missing: pd.DataFrame
    quarantine: pd.DataFrame
    inputs: tuple[InputFile, ...]
    notes: tuple[str, ...] = ()
    stored: Mapping[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """Return the canonical table called `name`."""
        if name in TABLES:
            return self.table(name)
        raise AttributeError(f"a market has no table or attribute '{name}'; {nearest(name, TABLES)}")

    def __dir__(self) -> list[str]:
        """List the mapped tables among the attributes."""
        return sorted([*object.__dir__(self), *self.tables])

    def __repr__(self) -> str:
        """Return the market's name and the size of each table."""
        sizes = ", ".join(f"{name} {self._n_rows(name):,}" for name in self.tables)
        return f"Market({self.parameters.market}: {sizes}; {len(self.quarantine):,} quarantined)"

    def table(self, name: str) -> pd.DataFrame:
        """Return the canonical table called `name`; raise ContractError where no source maps it."""
        self._require(name)
        return self.tables[name]

    def scan(self, name: str) -> DuckDBPyRelation:
        """Return the canonical table called `name` as a DuckDB relation, for data too large for memory.

        Every measure takes it in place of a frame. Where the market was opened with `store`, rows stay on
        disk until a question is asked of them; else the relation reads the frame in memory.

        Raises
        ------
        ContractError
            Where no source maps the table.
        """
        import duckdb

        self._require(name)
        connection = duckdb.connect()
        if name in self.stored:
            return connection.read_parquet(self.stored[name], union_by_name=True)
        return connection.from_arrow(pa.Table.from_pandas(self.tables[name], preserve_index=False))

    def _n_rows(self, name: str) -> int:
        if name not in self.stored:
            return len(self.tables[name])
        return int(self.scan(name).count("*").fetchall()[0][0])

    def _require(self, name: str) -> None:
        if name not in self.tables:
            raise ContractError(
                f"no source maps the table '{name}'",
                where=f"market {self.parameters.market}",
                remedy=f"add it under sources.….tables ({nearest(name, self.tables)})",
            )

    @property
    def waves(self) -> tuple[str, ...]:
        """The waves that have responses, in ascending order; none where no source maps responses."""
        if "responses" not in self.tables:
            return ()
        responses = self.table("responses")
        return tuple(sorted(responses["wave"].dropna().unique())) if "wave" in responses else ()
