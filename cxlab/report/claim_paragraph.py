"""A ratio beside a published one, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.measure.disloyalty_claim import ClaimTest
from cxlab.report.block import Block
from cxlab.report.paragraph import paragraph
from cxlab.report.sentence import sentence
from cxlab.report.words import ENGLISH, Words

LEAST_P = 0.001


def claim_paragraph(test: ClaimTest, *, words: Words = ENGLISH) -> Block:
    """Return the ratio of everyone and whether it is compatible with the published one.

    Parameters
    ----------
    test
        What `cxlab.disloyalty_claim` returned for everyone, after its `suppress`.
    words
        Words of the report.

    Raises
    ------
    ValueError
        Where the test is by segment.
    """
    if test.ratio.by:
        raise ValueError("a paragraph says the test for everyone, and this one is by segment")
    said, row = sentence(test.ratio, words=words), test.ratio.rows.iloc[0]
    if not row["suppressed"] and row["n"] > 0:
        said = f"{said} {_verdict(test, row, words)}"
    return Block(paragraph(said).html, test.ratio.min_base)


def _verdict(test: ClaimTest, row: pd.Series, words: Words) -> str:
    if np.isnan(row["estimate"]):
        return words.text("effort.claim_no_ratio")
    p = float(test.rows["p_value"].iloc[0])
    shown = f"p < {words.number(LEAST_P, 3)}" if p < LEAST_P else f"p = {words.number(p, 3)}"
    verdict = "differs" if is_told(p, test.ratio.conf_level) else "compatible"
    whole = test.claim == round(test.claim)
    return words.text(f"effort.claim_{verdict}", claim=words.number(test.claim, 0 if whole else 2), p=shown)
