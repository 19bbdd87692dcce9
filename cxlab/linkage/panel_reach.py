"""How many customers of a linked panel can be compared with themselves at all."""

from __future__ import annotations

from dataclasses import dataclass

from cxlab.linkage.linked_panel import LinkedPanel


@dataclass(frozen=True, slots=True)
class PanelReach:
    """Customers of a panel.

    Parameters
    ----------
    entities
        All of them.
    paying_again
        Those with revenue in more than one period.
    changing
        Those with more than one score.
    """

    entities: int
    paying_again: int
    changing: int


def panel_reach(panel: LinkedPanel) -> PanelReach:
    """Count the customers of a panel, those who paid in several periods, and those whose score changed."""
    frame, entity = panel.frame, panel.entity
    paid = frame[frame["revenue"] > 0].groupby(entity)["period"].nunique()
    scores = frame.groupby(entity)[panel.score].nunique()
    return PanelReach(frame[entity].nunique(), int((paid > 1).sum()), int((scores > 1).sum()))
