"""Excel workbooks: one sheet, one header row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import python_calamine

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.model.errors import SourceError, nearest
from cxlab.model.mapping import Source
from cxlab.model.strict import code_text


def read_excel(path: Path, source: Source, wanted: Wanted) -> RawTable:
    """Read one sheet of a workbook; raise SourceError where it has several and none is named.

    Rows without any content, such as formatting leaves below the data, are no rows.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError, ValueError):
        raise SourceError(
            "is no readable workbook", where=path.name, remedy="save it again as .xlsx"
        ) from None
    with workbook:
        sheet = _sheet(workbook.sheet_names, source.sheet, path.name)
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    where = f"{path.name}, sheet {sheet}"
    if not rows or not any(str(cell).strip() for cell in rows[0]):
        raise SourceError("is empty, or its first row holds no column names", where=where)
    header = unique_header([code_text(cell) for cell in rows[0]], where)
    named = [name for name, cell in zip(header, rows[0], strict=True) if str(cell).strip()]
    filled = [place for place, row in enumerate(rows[1:]) if any(str(cell).strip() for cell in row)]
    frame = pd.DataFrame([rows[place + 1] for place in filled], columns=header, dtype=object)
    skipped = np.array(filled, dtype=int) - np.arange(len(filled))
    return RawTable(path.name, frame[wanted.choose(named, where)], first_row=2, skipped=skipped)


def _sheet(names: list[str], wanted: str | None, file: str) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted is None:
        raise SourceError(
            f"holds {len(names)} sheets ({', '.join(names)})", where=file, remedy="name one: sheet: …"
        )
    if wanted not in names:
        raise SourceError(f"has no sheet '{wanted}'", where=file, remedy=nearest(wanted, names))
    return wanted
