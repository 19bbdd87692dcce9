"""Whether markets can be compared, step by step."""

from __future__ import annotations

import numpy as np

from cxlab.markets.invariance_result import Invariance
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.words import ENGLISH, Words

COLUMNS = ("chi2", "df", "cfi", "change_cfi", "rmsea", "change_rmsea")
DIGITS = {"chi2": 1, "df": 0}


def invariance_table(tested: Invariance, *, words: Words = ENGLISH) -> Block:
    """Return a table of the steps of a test: fit, change from the step before, and whether it holds.

    Parameters
    ----------
    tested
        What `cxlab.invariance` returned.
    words
        Words of the report.
    """
    head = [words.text(f"invariance.{key}") for key in ("step", *COLUMNS, "holds")]
    rows = []
    for step in tested.tidy().to_dict("records"):
        figures = [_figure(float(step[key]), DIGITS.get(key, 3), words) for key in COLUMNS]
        name = words.text("invariance." + str(step["step"]).replace(" ", "_"))
        rows.append([name, *figures, words.label("yes" if step["holds"] else "no")])
    caption = words.text("invariance.caption", n=words.number(sum(tested.n)), markets=len(tested.markets))
    return Block(html_table(caption, head, {"": rows}, numbers=range(1, len(head) - 1)))


def _figure(value: float, digits: int, words: Words) -> str:
    return "–" if np.isnan(value) else words.number(value, digits)
