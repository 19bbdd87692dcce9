"""Penalty and reward of each driver as a table: the twin of `chart_penalty_reward`."""

from __future__ import annotations

import pandas as pd

from cxlab.drivers.penalty_reward import KINDS, PenaltyReward
from cxlab.report.block import Block
from cxlab.report.driver_wording import signed, signed_ends
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of
from cxlab.report.words import ENGLISH, NOTHING, Words

ADJUSTED = {"holm": "contrast.p_holm", "bh": "contrast.p_bh", "none": "contrast.p"}


def penalty_reward_table(result: PenaltyReward, *, words: Words = ENGLISH) -> Block:
    """Return a table of drivers by kind, with penalty, reward and the test of their difference.

    Parameters
    ----------
    result
        What `cxlab.penalty_reward` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    level = level_of(result.conf_level, words)
    head = [
        words.text("drivers.driver"),
        words.text("drivers.penalty_low"),
        words.text("table.interval", level=level),
        words.text("drivers.reward"),
        words.text("table.interval", level=level),
        words.text("drivers.asymmetry"),
        words.text(ADJUSTED[result.family]),
        words.text("drivers.class_bases"),
    ]
    groups: dict[str, list[list[str]]] = {}
    for kind in (*KINDS, ""):
        rows = result.rows[result.rows["kind"] == kind]
        if len(rows):
            name = words.text(f"drivers.kind_{kind}") if kind else words.text("figure.too_few")
            groups[name] = [_row(row, len(head), words) for _, row in rows.iterrows()]
    caption = words.text("drivers.penalty_title", outcome=words.label(result.outcome))
    return Block(html_table(caption, head, groups, numbers=range(1, len(head))), result.min_base)


def _row(row: pd.Series, width: int, words: Words) -> list[str]:
    name = words.label(row["driver"])
    if row["suppressed"]:
        return [name, *[NOTHING] * (width - 1)]
    return [
        name,
        signed(-row["penalty"], words),
        signed_ends(-row["penalty_conf_high"], -row["penalty_conf_low"], words),
        signed(row["reward"], words),
        signed_ends(row["reward_conf_low"], row["reward_conf_high"], words),
        signed(row["asymmetry"], words),
        words.p_value(row["asymmetry_p_adjusted"]) if pd.notna(row["asymmetry_p_adjusted"]) else NOTHING,
        " / ".join(words.number(row[f"n_{part}"]) for part in ("low", "middle", "high")),
    ]
