"""What a point goes with in leaving: a sentence and a small table."""

from __future__ import annotations

import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.linkage.e_value import EValue
from cxlab.linkage.retention_effect import RetentionEffect
from cxlab.report.block import Block
from cxlab.report.driver_wording import signed
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, Words


def retention_table(
    result: RetentionEffect, e_value: EValue | None = None, *, words: Words = ENGLISH
) -> Block:
    """Return what a point of the score goes with in leaving.

    Parameters
    ----------
    result
        What `cxlab.retention_effect` returned, after `.suppress(min_base)`.
    e_value
        E-value of its ratio, after `.suppress(min_base)`; it is said where the ratio can be told from 1.
    words
        Words of the report.
    """
    title = words.text("revenue.retention_title", score=words.label(result.exposure))
    row = result.rows.iloc[0]
    if row["suppressed"]:
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level, basis = level_of(result.basis.conf_level, words), result.basis
    told = is_told(row["p_value"], basis.conf_level)
    said = [
        words.text(
            f"revenue.{result.model}_{'told' if told else 'none'}",
            score=words.label(result.exposure),
            ratio=words.number(row["ratio"], 2),
            level=level,
            interval=_ends(row, "ratio_", words, 2),
        ),
        words.text(
            "revenue.leaving",
            share=words.percent(result.share_leaving, 1),
            leavers=words.plural("count.customers", result.leavers),
            rows=words.plural("count.rows", basis.n),
            customers=words.plural("count.customers", basis.entities),
        ),
        words.text("revenue.between"),
    ]
    if told and e_value is not None and not e_value.suppressed:
        said.append(words.text("revenue.e_value_reading", value=words.number(e_value.e_value, 2)))
    head = [
        words.text("table.values"), words.text("table.estimate"), words.text("table.interval", level=level),
        words.text("contrast.p"),
    ]  # fmt: skip
    p = words.p_value(row["p_value"])
    points = [100 * row[name] for name in ("effect", "effect_conf_low", "effect_conf_high")]
    table = [
        [
            words.text(f"revenue.ratio_{result.model}"),
            words.number(row["ratio"], 3),
            _ends(row, "ratio_", words, 3),
            p,
        ],
        [
            words.text("revenue.leaving_points"),
            signed(points[0], words),
            words.text("figure.interval", low=signed(points[1], words), high=signed(points[2], words)),
            p,
        ],
    ]
    html = html_table(title, head, {"": table}, numbers=range(1, 4))
    return Block(f"{paragraphs(*said)}\n{html}", result.min_base)


def _ends(row: pd.Series, part: str, words: Words, digits: int) -> str:
    low, high = (words.number(row[f"{part}conf_{end}"], digits) for end in ("low", "high"))
    return words.text("figure.interval", low=low, high=high)
