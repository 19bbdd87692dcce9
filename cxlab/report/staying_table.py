"""How long customers stay on average, and whether segments differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.report.block import Block
from cxlab.report.html_table import html_table
from cxlab.report.p_text import p_text
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.curve_test import CurveTest
from cxlab.retention.kaplan_meier_result import KaplanMeier


def staying_table(
    result: KaplanMeier, means: pd.DataFrame, test: CurveTest | None, *, words: Words = ENGLISH
) -> Block:
    """Return the restricted mean of each segment, and in words whether they leave alike.

    Parameters
    ----------
    result
        What `cxlab.kaplan_meier` returned, after `.suppress(min_base)`: only its segments are shown.
    means
        `.restricted_mean(horizon)` of the result before it was suppressed.
    test
        Its `.log_rank()`, after `.suppress(min_base)`; None where there is none.
    words
        Words of the report.
    """
    groups = result.groups[~result.groups["suppressed"]].set_index("level")
    rows = means[means["level"].isin(groups.index) & means["mean"].notna()]
    title = words.text("churn.mean_title", days=words.number(means["horizon"].iloc[0]))
    said = _said(test, words)
    if rows.empty:
        return Block(paragraphs(words.text("chart.empty_table", measure=title), *said), result.min_base)
    level = level_of(result.conf_level, words)
    head = [
        words.label(result.by[0]) if result.by else words.text("table.level"), words.text("churn.mean_days"),
        words.text("table.interval", level=level), words.text("churn.half_gone"),
        words.text("table.customers"),
    ]  # fmt: skip
    cells = [_cells(row, groups.loc[row["level"]], result, words) for _, row in rows.iterrows()]
    table = html_table(title, head, {"": cells}, numbers=range(1, 5))
    return Block(table + (f"\n{paragraphs(*said)}" if said else ""), result.min_base)


def _cells(row: pd.Series, group: pd.Series, result: KaplanMeier, words: Words) -> list[str]:
    name = words.level(row["level"], result.by) if result.by else words.text("figure.everyone")
    ends = words.text(
        "figure.interval", low=words.number(row["conf_low"]), high=words.number(row["conf_high"])
    )
    median = group["median"]
    half = words.number(median) if np.isfinite(median) else words.text("churn.not_reached")
    base = words.number(group["n"]) if pd.notna(group["n"]) else NOTHING
    return [name, words.number(row["mean"]), ends, half, base]


def _said(test: CurveTest | None, words: Words) -> list[str]:
    if test is None or not np.isfinite(test.statistic):
        return []
    key = "told" if is_told(test.p_value, 0.95) else "none"
    named = words.text("churn.log_rank")
    return [words.text(f"churn.test_{key}", test=named, p=p_text(test.p_value, words))]
