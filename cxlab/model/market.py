"""A market as it was loaded: its tables, and the account of every source value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlab.model.errors import ContractError, nearest
from cxlab.model.parameters import MarketParameters
from cxlab.model.tables import TABLES

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
    """

    parameters: MarketParameters
    tables: Mapping[str, pd.DataFrame]
    codebook: pd.DataFrame
    missing: pd.DataFrame
    quarantine: pd.DataFrame
    inputs: tuple[InputFile, ...]
    notes: tuple[str, ...] = ()

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
        sizes = ", ".join(f"{name} {len(frame):,}" for name, frame in self.tables.items())
        return f"Market({self.parameters.market}: {sizes}; {len(self.quarantine):,} quarantined)"

    def table(self, name: str) -> pd.DataFrame:
        """Return the canonical table called `name`; raise ContractError where no source maps it."""
        if name not in self.tables:
            raise ContractError(
                f"no source maps the table '{name}'",
                where=f"market {self.parameters.market}",
                remedy=f"add it under sources.….tables ({nearest(name, self.tables)})",
            )
        return self.tables[name]

    @property
    def waves(self) -> tuple[str, ...]:
        """The waves that have responses, in ascending order."""
        responses = self.table("responses")
        return tuple(sorted(responses["wave"].dropna().unique())) if "wave" in responses else ()
