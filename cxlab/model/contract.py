"""The contract of the canonical tables, as pandera schemas derived from the column dictionary."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import pandas as pd

from cxlab.model.tables import Column, Table

with warnings.catch_warnings():
    # Where PySpark is installed pandera imports it, and it warns of every pandas behind the second.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    pa.DataFrameSchema.register_default_backends(pd.DataFrame)

Scale = tuple[float | None, float | None]
WHOLE_SCORES = ("nps", "ces", "enps")


def column_schema(columns: Mapping[str, Column], scales: Mapping[str, Scale]) -> pa.DataFrameSchema:
    """Return the pandera schema of the values of some canonical columns.

    Parameters
    ----------
    columns
        The columns, by name.
    scales
        Range of each numeric column, both ends included; an end may be None.

    Returns
    -------
    pandera.DataFrameSchema
        One check per rule, worded for the person who reads the quarantine. Missing values break none.
    """
    return pa.DataFrameSchema(
        {
            name: pa.Column(checks=_checks(column, scales.get(name)), nullable=True)
            for name, column in columns.items()
        }
    )


def table_schema(table: Table, scales: Mapping[str, Scale] | None = None) -> pa.DataFrameSchema:
    """Return the pandera schema of a whole canonical table, as `open_market` hands it over.

    Parameters
    ----------
    table
        The table, from the dictionary.
    scales
        Range of scores whose scale the mapping names; the others have theirs in the dictionary.

    Returns
    -------
    pandera.DataFrameSchema
        Every column of the dictionary with its checks; required ones are there and hold a value in each row,
        the key is unique, and further columns are let be.
    """
    known = scales or {}
    columns = {
        name: pa.Column(
            checks=_checks(column, known.get(name)), nullable=not column.required, required=column.required
        )
        for name, column in table.columns.items()
    }
    return pa.DataFrameSchema(columns, unique=list(table.key))


def breaches(frame: pd.DataFrame, columns: Mapping[str, Column], scales: Mapping[str, Scale]) -> pd.DataFrame:
    """Return one row per value that breaks a rule of its column.

    Parameters
    ----------
    frame
        Canonical values, numbered from 0.
    columns, scales
        As in `column_schema`.

    Returns
    -------
    pandas.DataFrame
        Columns `row` (index label), `column`, `rule`.
    """
    try:
        column_schema(columns, scales).validate(frame, lazy=True)
    except SchemaErrors as errors:
        found = errors.failure_cases.loc[:, ["index", "column", "check"]]
        named = found.rename(columns={"index": "row", "check": "rule"}).reset_index(drop=True)
        return named.astype({"row": "int64"})
    return pd.DataFrame({"row": [], "column": [], "rule": []})


def _checks(column: Column, scale: Scale | None) -> list[pa.Check]:
    checks = []
    lowest, highest = scale or (column.minimum, column.maximum)
    if lowest is not None or highest is not None:
        checks.append(_range_check(lowest, highest))
    if column.above is not None:
        rule = f"not above {column.above:g}"
        checks.append(pa.Check.greater_than(column.above, error=rule))
    if column.kind == "whole" or column.name in WHOLE_SCORES:
        checks.append(pa.Check(lambda values: values % 1 == 0, error="not a whole number"))
    if column.choices:
        checks.append(pa.Check.isin(column.choices, error=f"none of {', '.join(column.choices)}"))
    return checks


def _range_check(lowest: float | None, highest: float | None) -> pa.Check:
    if lowest is None:
        return pa.Check.less_than_or_equal_to(highest, error=f"above {highest:g}")
    if highest is None:
        return pa.Check.greater_than_or_equal_to(lowest, error=f"below {lowest:g}")
    return pa.Check.in_range(lowest, highest, error=f"outside {lowest:g}–{highest:g}")
