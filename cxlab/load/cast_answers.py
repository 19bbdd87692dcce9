"""Distinct cells that hold several answers each, with a sign between them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlab.load.cast_name import cast_flag, hashed
from cxlab.model.mapping import AND, ColumnMapping
from cxlab.model.strict import code_text
from cxlab.model.tables import Column

SEVERAL = "several options chosen"


def cast_answers(
    values: pd.Series, column: Column, mapping: ColumnMapping, labels: Mapping[str, str]
) -> tuple[pd.Series, np.ndarray]:
    """Read the answers in each cell.

    Parameters
    ----------
    values
        Distinct raw values, none of them missing.
    column
        The canonical column. A text holds every answer, a choice or a flag exactly one.
    mapping
        Its `split`.
    labels
        Code of an answer → its name; an answer that is already a name stays.

    Returns
    -------
    values : pandas.Series
        The names in the order of their appearance, each once, joined by `; `; a flag is boolean.
    rule : numpy.ndarray
        The rule broken, or None.
    """
    known = {**{code_text(name): name for name in labels.values()}, **labels}
    rule = np.full(len(values), None, dtype=object)
    names: list[str | None] = []
    for place, value in enumerate(values):
        answers = answers_of(value, mapping.split or AND)
        named = [known.get(code_text(answer)) if labels else answer for answer in answers]
        rule[place] = _rule_of(answers, named, column)
        names.append(None if rule[place] else AND.join(dict.fromkeys(map(str, named))))
    read = pd.Series(names, index=values.index, dtype="str")
    if column.kind != "flag":
        return hashed(read, mapping), rule
    good = np.flatnonzero(read.notna())
    flags, broken = cast_flag(read.iloc[good], {})
    rule[good] = broken
    return flags.reindex(read.index), rule


def answers_of(value: object, sign: str) -> list[str]:
    """Return the answers in a cell, each once and without white space at its ends."""
    parts = (part.strip() for part in (value if isinstance(value, str) else code_text(value)).split(sign))
    return list(dict.fromkeys(part for part in parts if part))


def _rule_of(answers: list[str], named: list[str | None], column: Column) -> str | None:
    if None in named:
        return "unknown label"
    if column.kind != "text" and len(set(named)) > 1:
        return SEVERAL
    if any(AND.strip() in str(name) for name in named):
        return f"an answer holds '{AND.strip()}', which joins the answers"
    return None
