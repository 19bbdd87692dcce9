"""What to doubt about the importance of drivers, in plain words."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from cxlab.drivers.driver_diagnosis import HIGH_VIF, NEAR
from cxlab.drivers.importance_result import Importance
from cxlab.estimate.resampling import FEW_UNITS
from cxlab.report.block import Block
from cxlab.report.driver_wording import AnyImportance, shown_drivers
from cxlab.report.paragraph import paragraph
from cxlab.report.wording import listed
from cxlab.report.words import ENGLISH, Words

FEW = 15
"""Answers for each attribute, below which intervals may be too short."""


def importance_doubts(result: AnyImportance, *, words: Words = ENGLISH) -> Block:
    """Return what to know before importances are used, as a list.

    Parameters
    ----------
    result
        What `cxlab.importance` or `cxlab.likelihood_importance` returned, after `.suppress(min_base)`.
    words
        Words of the report.

    Returns
    -------
    Block
        Near-duplicates, drivers that others hold too, suppressors, few answers or units, and drivers that
        may go with nothing; where there is none of these, a sentence that says so.
    """
    rows = shown_drivers(result)
    doubts = _doubts(rows, result, words) if len(rows) else []
    if not doubts:
        none = "drivers.no_doubts" if isinstance(result, Importance) else "drivers.enough"
        said = words.text(none if len(rows) else "figure.too_few")
        return Block(paragraph(said).html, result.min_base)
    points = "\n".join(f"<li>{escape(doubt)}</li>" for doubt in doubts)
    return Block(f"{paragraph(words.text('drivers.doubts')).html}\n<ul>\n{points}\n</ul>", result.min_base)


def _doubts(rows: pd.DataFrame, result: AnyImportance, words: Words) -> list[str]:
    open_ones = [words.label(name) for name in rows.loc[rows["one_sided"].fillna(False), "driver"]]
    doubts = [_naming("doubt_none", open_ones, words)] if open_ones else []
    if isinstance(result, Importance):
        doubts += _diagnosed(result, words)
    base = float(rows[["n", "n_eff"]].astype("float64").min(axis=1).min())
    if base < FEW * len(rows):
        doubts.append(words.text("drivers.doubt_small"))
    if 1 < result.units < FEW_UNITS:
        doubts.append(words.text("drivers.doubt_units", n=words.number(result.units)))
    if result.failed:
        doubts.append(words.text("drivers.doubt_failed", n=words.number(result.failed)))
    return doubts


def _diagnosed(result: Importance, words: Words) -> list[str]:
    rows = result.diagnosis.rows
    doubts = []
    if result.diagnosis.repaired > 0:
        value = words.number(max(result.diagnosis.repaired, 0.001), 3)
        doubts.append(words.text("drivers.doubt_repaired", value=value))
    near = rows[np.abs(rows["nearest_correlation"].to_numpy(dtype="float64")) >= NEAR]
    pairs = {frozenset((row["driver"], row["nearest"])): row for _, row in near.iterrows()}
    for row in pairs.values():
        value = words.number(row["nearest_correlation"], 2)
        names = {"first": words.label(row["driver"]), "second": words.label(row["nearest"])}
        doubts.append(words.text("drivers.doubt_near", **names, value=value))
    inflated = [words.label(name) for name in rows.loc[rows["vif"] >= HIGH_VIF, "driver"]]
    if inflated:
        doubts.append(_naming("doubt_inflated", inflated, words))
    for _, row in rows[rows["suppressor"].astype("bool")].iterrows():
        side = "negative" if row["coefficient"] < 0 else "positive"
        doubts.append(words.text(f"drivers.doubt_{side}", driver=words.label(row["driver"])))
    return doubts


def _naming(key: str, names: list[str], words: Words) -> str:
    return words.text(f"drivers.{key}", drivers=listed(names, words))
