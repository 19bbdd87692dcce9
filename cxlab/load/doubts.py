"""What was read in one way and could have been read in another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cxlab.load.draft import Draft


def doubt_counts(drafts: Sequence[Draft]) -> Counter[tuple[str, str]]:
    """Count the accepted dates that can be read by two formats, by column and by what there is to say."""
    counts: Counter[tuple[str, str]] = Counter()
    for draft in drafts:
        for column, doubt in draft.doubts.items():
            found = doubt[draft.accepted].value_counts()
            counts.update({(f"{draft.table}.{column}", str(what)): int(n) for what, n in found.items() if n})
    return counts


def doubt_notes(counts: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    """Say of each column how many accepted dates can be read by two of its formats, a sentence each."""
    return tuple(
        f"{n:,} dates of {where} {what}" if n > 1 else f"1 date of {where} {what}"
        for (where, what), n in counts.items()
    )
