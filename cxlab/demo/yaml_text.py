"""Values as YAML writes them on one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

PLAIN = re.compile(r"[^\W\d][\w /.\-]*(?<! )")
# Words that YAML or the strict loader would not take for a text.
NOT_PLAIN = {"yes", "no", "true", "false", "null", "none", "on", "off", "y", "n"}


def scalar(text: str) -> str:
    """Return a text, in quotes where a plain word might be taken for something else."""
    if PLAIN.fullmatch(text) and text.lower() not in NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False)


def flow(entries: Mapping[int, str] | Mapping[str, str]) -> str:
    """Return a mapping of texts."""
    parts = (
        f"{key if isinstance(key, int) else scalar(key)}: {scalar(text)}" for key, text in entries.items()
    )
    return "{" + ", ".join(parts) + "}"


def numbers(entries: Mapping[str, int]) -> str:
    """Return a mapping of texts to numbers."""
    return "{" + ", ".join(f"{scalar(key)}: {number}" for key, number in entries.items()) + "}"


def settings(**entries: str) -> str:
    """Return a mapping whose values are YAML already; `from_` is written `from`."""
    return "{" + ", ".join(f"{key.rstrip('_')}: {text}" for key, text in entries.items()) + "}"


def numbered(names: Iterable[str]) -> str:
    """Return names by their codes from 1."""
    return flow(dict(enumerate(names, start=1)))


def listed(names: Iterable[str]) -> str:
    """Return a list of texts."""
    return "[" + ", ".join(scalar(name) for name in names) + "]"
