"""Distinct raw values as names: keys, texts, choices and yes/no."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlab.load.environment import salt
from cxlab.model.mapping import FALSE_WORDS, TRUE_WORDS, ColumnMapping
from cxlab.model.strict import code_text

Cast = tuple[pd.Series, np.ndarray]


def cast_key(values: pd.Series, mapping: ColumnMapping) -> Cast:
    """Read pseudonyms; `values` are distinct and none of them is missing."""
    return hashed(_names(values), mapping), _no_rule(values)


def cast_name(values: pd.Series, mapping: ColumnMapping, labels: Mapping[str, str]) -> Cast:
    """Read names, by `labels` where there are any.

    A name that is already a label stays: some tools export one column half coded, half named.
    """
    if not labels:
        return hashed(_names(values), mapping), _no_rule(values)
    known = {**{code_text(name): name for name in labels.values()}, **labels}
    names = pd.Series([known.get(code_text(value)) for value in values], index=values.index, dtype="str")
    return hashed(names, mapping), _rule_where(names.isna(), "unknown label")


def cast_flag(values: pd.Series, labels: Mapping[str, str]) -> Cast:
    """Read yes and no, true and false, 1 and 0, and the codes that `labels` name so."""
    words = [labels.get(code, code).lower() for code in map(code_text, values)]
    flags = [True if word in TRUE_WORDS else False if word in FALSE_WORDS else None for word in words]
    read = pd.Series(flags, index=values.index, dtype="boolean")
    return read, _rule_where(read.isna(), "neither yes nor no")


def _no_rule(values: pd.Series) -> np.ndarray:
    return np.full(len(values), None, dtype=object)


def _rule_where(broken: pd.Series, rule: str) -> np.ndarray:
    rules = _no_rule(broken)
    rules[broken] = rule
    return rules


def _names(values: pd.Series) -> pd.Series:
    """Spell values: a text as it stands (`007` keeps its noughts), a number without idle decimals."""
    if isinstance(values.dtype, pd.StringDtype):
        return values
    spelt = [value if isinstance(value, str) else code_text(value) for value in values]
    return pd.Series(spelt, index=values.index, dtype="str")


def hashed(names: pd.Series, mapping: ColumnMapping) -> pd.Series:
    """Return pseudonyms of the names where the mapping asks for them, else the names."""
    if not mapping.hash:
        return names
    secret = salt(where=f"hash of '{'/'.join(mapping.from_)}'")
    return names.map(
        lambda name: hmac.new(secret, name.encode(), hashlib.sha256).hexdigest()[:20], na_action="ignore"
    )
