"""The tables of a market, or frames by the names of the canonical tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxlab.model.errors import MeasureError, nearest
from cxlab.model.market import Market
from cxlab.model.tables import TABLES


def table_frames(tables: Market | Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """Return the frames of a market, or of a mapping from the name of a table to its frame.

    Parameters
    ----------
    tables
        A market, or frames of any engine by the names of the canonical tables.
    wanted
        Tables to return where they are there.

    Raises
    ------
    MeasureError
        Where it is neither, or a name is none of a canonical table.
    """
    if isinstance(tables, Market):
        # What is stored stays on disk but for the columns that are read.
        return {
            name: tables.scan(name) if name in tables.stored else tables.table(name)
            for name in wanted
            if name in tables.tables
        }
    if not isinstance(tables, Mapping):
        raise MeasureError(
            f"a {type(tables).__name__} is neither a market nor frames by the names of their tables",
            remedy='give a market, or {"contracts": …, "responses": …}',
        )
    for name in tables:
        if name not in TABLES:
            raise MeasureError(f"there is no canonical table '{name}'", remedy=nearest(str(name), TABLES))
    return {name: tables[name] for name in wanted if name in tables}
