"""One sheet of a workbook, as rows of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import python_calamine

from cxlab.load.readers.workbook_outline import refuse_broken_workbook
from cxlab.model.errors import SourceError, nearest
from cxlab.model.strict import code_text

# First bytes of .xlsx and of .xls.
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet, split into its first ones and the rest.

    Parameters
    ----------
    where
        Name of the file and of the sheet.
    rows
        Its rows, as lists of cells.
    head_rows
        How many of them are the first ones.
    """

    where: str
    rows: Sequence[Sequence[object]]
    head_rows: int

    @property
    def head(self) -> list[list[str]]:
        """The first rows, as lists of texts."""
        return [[code_text(cell) for cell in row] for row in self.rows[: self.head_rows]]

    @property
    def body(self) -> Sequence[Sequence[object]]:
        """The rows below them."""
        return self.rows[self.head_rows :]

    def frame(self, header: Sequence[str], chosen: Sequence[str]) -> pd.DataFrame:
        """Return the body's chosen columns; rows without any content, as formatting leaves, are no rows."""
        rows = [row for row in self.body if _has_content(row)]
        return pd.DataFrame(rows, columns=list(header), dtype=object)[list(chosen)]

    def blank_lines(self) -> np.ndarray:
        """Return how many rows without content stand above each row."""
        filled = [place for place, row in enumerate(self.body) if _has_content(row)]
        return np.array(filled, dtype=int) - np.arange(len(filled))


def is_workbook(path: Path) -> bool:
    """Return whether a file begins as a workbook does."""
    return _first_bytes(path) in (_XLSX, _XLS)


def read_sheet(path: Path, name: str | None, *, head_rows: int) -> Sheet:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path
        The workbook.
    name
        Name of the sheet; None for the only one.
    head_rows
        How many rows to split off at the top.

    Raises
    ------
    SourceError
        Where the file is no workbook, or holds several sheets and none is named.
    """
    if _first_bytes(path) != _XLS:
        refuse_broken_workbook(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        with workbook:
            sheet = _chosen(workbook.sheet_names, name, path.name)
            rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError):
        raise SourceError(
            "is no readable workbook", where=path.name, remedy="save it again as .xlsx"
        ) from None
    return Sheet(f"{path.name}, sheet {sheet}", rows, head_rows)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _has_content(row: Sequence[object]) -> bool:
    return any(str(cell).strip() for cell in row)


def _chosen(names: list[str], wanted: str | None, file: str) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted is None:
        raise SourceError(
            f"holds {len(names)} sheets ({', '.join(names)})", where=file, remedy="name one: sheet: …"
        )
    if wanted not in names:
        raise SourceError(f"has no sheet '{wanted}'", where=file, remedy=nearest(wanted, names))
    return wanted
