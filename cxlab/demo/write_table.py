"""One comma-separated file, the same bytes on every machine."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

CHUNK = 65_536  # rows formatted at a time


def write_table(path: Path, table: pa.Table, *, above: Sequence[Sequence[str]], delimiter: str = ",") -> Path:
    """Write a table under the rows given, as a survey tool or a database would; return the path.

    Texts stand in quotes, numbers do not; a missing value is an empty field.
    """
    header = io.StringIO(newline="")
    csv.writer(header, delimiter=delimiter, lineterminator="\n").writerows(above)
    options = pa.csv.WriteOptions(include_header=False, delimiter=delimiter, batch_size=CHUNK)
    with path.open("wb") as file:
        file.write(header.getvalue().encode("utf-8"))
        pa.csv.write_csv(table, file, options)
    return path
