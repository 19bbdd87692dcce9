"""Whether an option of a caller is one of those there are."""

from __future__ import annotations

from collections.abc import Sequence

from cxlab.model.errors import MeasureError


def require_option(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise MeasureError where the value of an option is none of those allowed."""
    if value not in allowed:
        raise MeasureError(f"unknown {name} '{value}'", remedy="take one of " + ", ".join(allowed))
