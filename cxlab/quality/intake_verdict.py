"""Stop, caution or go: may this wave be analysed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxlab.model.market import Market

Level = Literal["stop", "caution", "go"]
CAUTION_BASE = 30
CAUTION_QUARANTINE = 0.01


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wave may be analysed.

    Parameters
    ----------
    level
        `stop`, `caution` or `go`.
    n_responses
        Answers of the wave.
    n_quarantined
        Rows of all tables and waves that break the contract.
    quarantine_share
        Their share of all rows, accepted and quarantined.
    """

    level: Level
    n_responses: int
    n_quarantined: int
    quarantine_share: float

    def summary(self) -> str:
        """Return one honest sentence in English."""
        return (
            f"{self.level}: {self.n_responses:,} answers in the wave, {self.n_quarantined:,} rows "
            f"({self.quarantine_share:.1%}) quarantined."
        )


def intake_verdict(market: Market, wave: str) -> Verdict:
    """Say whether a wave may be analysed, by fixed rules.

    Parameters
    ----------
    market
        The loaded market.
    wave
        The wave.

    Returns
    -------
    Verdict
        `stop` where the wave has fewer answers than the market's `min_base`; `caution` where it has fewer
        than 30, or where more than 1 % of all rows break the contract; else `go`.
    """
    responses = market.table("responses")
    answers = int((responses["wave"] == wave).sum()) if "wave" in responses else len(responses)
    broken = len(market.quarantine[["table", "source", "file", "row", "column"]].drop_duplicates())
    rows = sum(len(frame) for frame in market.tables.values()) + broken
    share = broken / rows if rows else 0.0
    if answers < market.parameters.min_base:
        level: Level = "stop"
    elif answers < CAUTION_BASE or share > CAUTION_QUARANTINE:
        level = "caution"
    else:
        level = "go"
    return Verdict(level, answers, broken, share)
