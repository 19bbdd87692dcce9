"""The order in which a reader expects levels."""

from __future__ import annotations

import re
from collections.abc import Iterable


def natural(level: str) -> tuple[float, bool, list[float], str]:
    """Return a key that puts `under 18` before `18-24`, `13-24` after `3-6` and wave 2025-10 after 2025-2."""
    numbers = [float(number) for number in re.findall(r"\d+", level)]
    return (numbers[0] if numbers else float("-inf")), level[:1].isdigit(), numbers, level


def in_order(levels: Iterable[str]) -> list[str]:
    """Return distinct levels, numbers by size and waves by name."""
    return sorted(set(levels), key=natural)
