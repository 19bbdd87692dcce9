"""Revenue along a score, against a score of reference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.dose_response import DoseResponse
from cxlab.report.block import Block
from cxlab.report.driver_wording import plain
from cxlab.report.effect_curve import EffectCurve
from cxlab.report.effect_line import EffectLine, base_of, effect_table
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.figure import figure_block, house_style
from cxlab.report.link_base import link_base
from cxlab.report.p_text import p_text
from cxlab.report.wording import file_name, level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words


def chart_dose_response(
    result: DoseResponse, *, unit: EffectUnit = PLAIN, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw the outcome at each score, less that at the reference.

    Parameters
    ----------
    result
        What `cxlab.dose_response` returned, after `.suppress(min_base)`.
    unit
        Whether estimates are percent or money.
    title
        Title of the chart; None names the score.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table: of levels dots with the interval of each and, thinner, that of all together;
        of a curve its band. The caption says whether a straight line is contradicted.
    """
    rows = result.rows[~result.rows["suppressed"] & result.rows["estimate"].notna()]
    named = title or words.text("revenue.dose_title", score=words.label(result.exposure))
    if len(rows) < 2:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    across = words.label(result.exposure)
    up = words.text("revenue.axis_dose", unit=unit.name(words), reference=plain(result.reference, words))
    with house_style():
        return figure_block(
            _curve(rows, result, unit).draw(named, across, up, words),
            alt=_alt(rows, named, unit, words),
            caption=_caption(result, words),
            twin=Block(_table(rows, result, named, unit, words), result.min_base),
            name=file_name("dose_response", result.exposure),
            words=words,
        )


def _curve(rows: pd.DataFrame, result: DoseResponse, unit: EffectUnit) -> EffectCurve:
    smooth, names = result.kind == "spline", ["estimate", "conf_low", "conf_high", "joint_low", "joint_high"]
    figures = unit.shown(rows[names].to_numpy(dtype="float64"))
    x = rows["level"].to_numpy(dtype="float64")
    wide = np.zeros((0, 2)) if smooth else figures[:, 3:]
    whole = not smooth and bool((x == np.round(x)).all()) and len(x) <= 11
    return EffectCurve(x, figures[:, :3], wide, smooth, unit.kind, whole)


def _caption(result: DoseResponse, words: Words) -> list[str]:
    p, basis = result.linearity.p_value, result.basis
    told = "" if not np.isfinite(p) else words.text(
        "revenue.line_no" if is_told(p, basis.conf_level) else "revenue.line_yes", p=p_text(p, words)
    )  # fmt: skip
    notes = [
        words.text(f"revenue.dose_{result.kind}", level=level_of(basis.conf_level, words)), told,
        words.text("revenue.hidden_levels") if result.rows["suppressed"].any() else "",
        weighting_of_figures(basis.weighting, words) + ".",
        link_base(basis.n, basis.entities, words) if basis.n else "",
    ]  # fmt: skip
    return [note for note in notes if note]


def _table(rows: pd.DataFrame, result: DoseResponse, title: str, unit: EffectUnit, words: Words) -> str:
    some = rows if len(rows) <= 11 else rows.iloc[:: len(rows) // 8]
    lines = [
        EffectLine(
            plain(row["level"], words), row["estimate"], row["conf_low"], row["conf_high"], row["p_value"],
            base_of(row["n"]), base_of(row["entities"]),
        )
        for _, row in some.iterrows()
    ]  # fmt: skip
    level = level_of(result.basis.conf_level, words)
    return effect_table(title, words.label(result.exposure), lines, level, unit, words)


def _alt(rows: pd.DataFrame, title: str, unit: EffectUnit, words: Words) -> str:
    ends = rows.iloc[[0, -1]]
    parts = [
        words.text(
            "revenue.alt_part",
            name=plain(row["level"], words),
            value=unit.text(row["estimate"], words),
            interval=unit.interval(row["conf_low"], row["conf_high"], words),
        )
        for _, row in ends.iterrows()
    ]
    return words.text("revenue.alt_curve", title=title, parts=" ".join(parts))
