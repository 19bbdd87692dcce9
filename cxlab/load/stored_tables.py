"""Canonical tables that stay on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from cxlab.load.settle import in_order, whole_numbers
from cxlab.model.tables import TABLES


@dataclass(frozen=True, slots=True)
class StoredTables(Mapping[str, pd.DataFrame]):
    """The tables of a stored market; one is read into memory each time it is asked for.

    Parameters
    ----------
    folder
        Folder with a folder of Parquet files for each table.
    """

    folder: Path

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Read a table, as `open_market` hands it over without a store."""
        if name not in self:
            raise KeyError(name)
        files = sorted((self.folder / name).glob("*.parquet"))
        frame = pd.concat([pq.ParquetFile(file).read().to_pandas() for file in files], ignore_index=True)
        return whole_numbers(in_order(frame, TABLES[name]), name)

    def __contains__(self, name: object) -> bool:
        """Whether there is a table of that name."""
        return name in TABLES and (self.folder / str(name)).is_dir()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the tables, in the order of the dictionary."""
        return (name for name in TABLES if name in self)

    def __len__(self) -> int:
        """Return the number of tables."""
        return sum(1 for _ in self)
