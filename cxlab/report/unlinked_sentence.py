"""What is said where answers and revenue cannot be compared over time."""

from __future__ import annotations

from cxlab.linkage.linked_panel import LinkedPanel
from cxlab.linkage.panel_reach import panel_reach
from cxlab.report.words import ENGLISH, Words


def unlinked_sentence(panel: LinkedPanel, *, words: Words = ENGLISH) -> str:
    """Say how many customers paid more than once, how many changed their score, and that nothing is claimed.

    Parameters
    ----------
    panel
        What `cxlab.link_panel` returned, after `.suppress(min_base)`; numbers below `min_base` are not said.
    words
        Words of the report.
    """
    reach = panel_reach(panel)
    return words.text(
        "revenue.unlinked",
        all=words.plural("count.customers", reach.entities),
        returning=_counted(reach.paying_again, panel.min_base, words),
        changing=_counted(reach.changing, panel.min_base, words),
    )


def _counted(n: int, min_base: int, words: Words) -> str:
    if 0 < n < min_base:
        return words.text("revenue.fewer_than", n=words.number(min_base))
    return words.number(n)
