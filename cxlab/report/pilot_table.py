"""The pilot beside the full wave."""

from __future__ import annotations

import pandas as pd

from cxlab.quality.question_rates import QuestionRates
from cxlab.report.block import Block
from cxlab.report.findings_table import SYMBOLS, question_name
from cxlab.report.html_table import html_table
from cxlab.report.paragraph import paragraph
from cxlab.report.words import ENGLISH, Words


def pilot_table(pilot: QuestionRates, *, min_base: int, words: Words = ENGLISH) -> Block:
    """Return a table of the means of the pilot and of the full wave.

    Parameters
    ----------
    pilot
        What `cxlab.pilot_against_full` returned.
    min_base
        Means of fewer answers are not shown.
    words
        Words of the report.

    Returns
    -------
    Block
        One row per question, with the verdict in words. A sentence where the wave has no pilot.
    """
    if pilot.rows.empty:
        return paragraph(words.text("intake.no_pilot"))
    rows = [_row(row, min_base, words) for _, row in pilot.rows.iterrows()]
    keys = ("question", "pilot_mean", "full_mean", "difference", "verdict")
    head = [words.text(f"table.{key}") for key in keys]
    return Block(html_table(words.text("table.pilot"), head, {"": rows}, numbers=[1, 2, 3]), min_base)


def _row(row: pd.Series, min_base: int, words: Words) -> list[str]:
    name = question_name(row["question"], words)
    if min(row["n_pilot"], row["n_full"]) < min_base:
        return [name, *[words.text("figure.too_few")] * 2, "–", "–"]
    means = [
        words.text(
            "table.mean_n", mean=words.number(row[f"mean_{stage}"], 2), n=words.number(row[f"n_{stage}"])
        )
        for stage in ("pilot", "full")
    ]
    difference = words.number(row["difference"], 2)
    signed = f"+{difference}" if round(row["difference"], 2) > 0 else difference
    verdict = f"{SYMBOLS['caution']}\u00a0{words.text('intake.unlike')}"
    return [name, *means, signed, verdict if row["flagged"] else words.text("intake.alike")]
