"""SPSS .sav: codes as they are, with the file's own missing codes and value labels kept beside them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from cxlab.load.readers.raw_table import RawTable, Wanted, unique_header
from cxlab.load.readers.sav_outline import sav_outline
from cxlab.model.errors import SourceError
from cxlab.model.source import Layout
from cxlab.model.strict import code_text


def read_spss(path: Path, source: Layout, wanted: Wanted) -> RawTable:
    """Read an SPSS file; codes it declares as missing are kept, each with its reason.

    Value labels are not applied to the values: a score labelled at its two ends only would turn into text
    there and stay a number elsewhere.
    """
    n_cases = sav_outline(path).n_cases
    _, meta = _read(path, metadataonly=True)
    header = unique_header(meta.column_names, path.name)
    if header != meta.column_names:
        raise SourceError(
            "holds a column name that is blank or has white space at its ends, as SPSS writes none",
            where=path.name,
            remedy="it is damaged: export it again",
        )
    chosen = wanted.choose(header, path.name)
    frame, meta = _read(path, usecols=chosen or header[:1], user_missing=True, apply_value_formats=False)
    if n_cases not in (None, len(frame)):
        raise SourceError(
            f"promises {n_cases:,} cases and holds {len(frame):,}",
            where=path.name,
            remedy="it is damaged or cut off: export it again",
        )
    labels = {
        name: {code_text(code): str(label) for code, label in codes.items()}
        for name, codes in meta.variable_value_labels.items()
    }
    missing = {
        name: _reasons(frame[name], ranges, labels.get(name, {}))
        for name, ranges in meta.missing_ranges.items()
        if name in frame
    }
    return RawTable(path.name, frame[chosen], first_row=1, user_missing=missing, value_labels=labels)


def _read(path: Path, **options: Any) -> tuple[pd.DataFrame, Any]:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".* is duplicated", category=UserWarning)
            return pyreadstat.read_sav(str(path), **options)
    except UserWarning:
        raise SourceError(
            "two of its columns bear one name", where=path.name, remedy="rename one of them in the source"
        ) from None
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, ValueError):
        raise SourceError(
            "is no readable SPSS file", where=path.name, remedy="save it again as .sav"
        ) from None


def _reasons(values: pd.Series, ranges: list[dict[str, Any]], labels: dict[str, str]) -> dict[str, str]:
    present = values.dropna().unique()
    codes = [code for code in present if any(_within(code, span) for span in ranges)]
    return {code_text(code): labels.get(code_text(code), f"user-missing {code_text(code)}") for code in codes}


def _within(code: Any, span: dict[str, Any]) -> bool:
    if isinstance(code, str) != isinstance(span["lo"], str):
        return False
    return bool(span["lo"] <= code <= span["hi"])
