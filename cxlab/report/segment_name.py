"""The name of a segment column as it stands within a sentence."""

from __future__ import annotations

from cxlab.report.words import Words


def segment_name(column: str, words: Words) -> str:
    """Return the label of a column with a small first letter, unless it is an abbreviation such as `NPS`."""
    label = words.label(column)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
