"""The codebook: what each column is, and the account of every one of its values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from cxlab.load.draft import Draft
from cxlab.load.read_column import scale_of
from cxlab.model.mapping import AND, ColumnMapping
from cxlab.model.market import CODEBOOK_COLUMNS, MISSING_COLUMNS
from cxlab.model.tables import TABLES

NO_SCORE = "no score in this row"


def codebook_of(drafts: Sequence[Draft]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the codebook and the counts of missing values by reason.

    For every row of the codebook, rows = accepted + missing + quarantined.
    """
    entries, reasons = [], []
    for draft in drafts:
        for key, attribute, mapping, rows in _columns(draft):
            described = _described(draft, key, attribute, mapping)
            named = {name: described[name] for name in ("table", "column", "attribute", "source")}
            by_reason = _missing(draft, key, rows)
            counts = {
                "n_rows": int(rows.sum()),
                "n_missing": sum(by_reason.values()),
                "n_quarantined": int((rows & draft.refused).sum()),
                "n_accepted": int((rows & draft.accepted & draft.values[key].notna().to_numpy()).sum()),
            }
            entries.append({**described, **counts})
            reasons += [{**named, "reason": reason, "n": n} for reason, n in sorted(by_reason.items())]
    return _summed(entries, CODEBOOK_COLUMNS), _summed(reasons, MISSING_COLUMNS, "reason")


def summed_codebooks(
    parts: Sequence[tuple[pd.DataFrame, pd.DataFrame]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the codebook and the counts of missing values of several batches as one."""
    books, missing = zip(*parts, strict=True)
    return (
        _summed(stacked(books), CODEBOOK_COLUMNS),
        _summed(stacked(missing), MISSING_COLUMNS, "reason"),
    )


def stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return frames of the same columns under one another; empty ones have no types to impose."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _columns(draft: Draft) -> Iterator[tuple[str, str, ColumnMapping, np.ndarray]]:
    """Yield each column of a draft, or the score of each attribute, with the rows it stands in."""
    if not draft.attributes:
        everywhere = np.ones(len(draft.values), dtype=bool)
        for key, mapping in draft.origin.items():
            yield key, "", mapping, everywhere
        return
    kind = draft.values["kind"].cat.categories[0]
    codes = draft.values["attribute_id"].cat.codes.to_numpy()
    for number, (attribute, mapping) in enumerate(draft.attributes.items()):
        yield "score", f"{kind}.{attribute}", mapping, codes == number


def _missing(draft: Draft, key: str, rows: np.ndarray) -> dict[str, int]:
    """Count the reasons why rows that break no rule hold no value in one column."""
    left_out = rows & ~draft.answered & (key != "score")
    reason = draft.reasons[key].cat
    codes = reason.codes.to_numpy()[rows & ~draft.refused & ~left_out]
    counts = np.bincount(codes[codes >= 0], minlength=len(reason.categories))
    found = {str(name): int(n) for name, n in zip(reason.categories, counts, strict=True) if n}
    return {**found, NO_SCORE: int(left_out.sum())} if left_out.any() else found


def _described(draft: Draft, key: str, attribute: str, mapping: ColumnMapping) -> dict[str, object]:
    column = TABLES[draft.table].column(key)
    assert column is not None  # read_parameters has refused every other name
    lowest, highest = scale_of(column, mapping) if column.is_number else (None, None)
    raw, columns = draft.raw, mapping.columns
    file_labels = raw.value_labels.get(columns[0], {}) if len(columns) == 1 else {}
    options = {source: answer for answer, source in (mapping.options or {}).items()}
    declared = {code: why for name in columns for code, why in raw.user_missing.get(name, {}).items()}
    return {
        "table": draft.table,
        "column": key,
        "attribute": attribute,
        "source": draft.source,
        "source_column": AND.join(columns),
        "kind": column.kind,
        "unit": column.unit,
        "scale_min": lowest,
        "scale_max": highest,
        "direction": "reversed" if mapping.reverse else "as asked",
        "labels": _spelt(options or mapping.labels or file_labels),
        "missing_codes": _spelt({**declared, **mapping.missing}),
    }


def _spelt(names: Mapping[str, str]) -> str:
    return json.dumps(dict(names), ensure_ascii=False) if names else ""


def _summed(rows: list[dict[str, object]] | pd.DataFrame, columns: list[str], *more: str) -> pd.DataFrame:
    """Add up the counts of several files of one source; the first of them describes the column."""
    frame = pd.DataFrame(rows, columns=columns)
    scale = {name: "float64" for name in columns if name.startswith("scale_")}
    frame = frame.astype(scale)  # a source without any scale holds None
    named = ["table", "column", "attribute", "source", *more]
    merged = {name: "sum" if name == "n" or name.startswith("n_") else "first" for name in columns}
    kept = {name: how for name, how in merged.items() if name not in named}
    return frame.groupby(named, sort=False, as_index=False).agg(kept)[columns]
