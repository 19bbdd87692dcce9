"""What goes with leaving earlier: ratios of rates, feature by feature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlab.estimate.multiplicity import is_told
from cxlab.report.block import Block
from cxlab.report.feature_name import feature_name
from cxlab.report.html_table import html_table
from cxlab.report.p_text import p_text
from cxlab.report.wording import level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.cox_result import CoxModel


def hazards_table(
    result: CoxModel, units: Mapping[str, float] | None = None, *, words: Words = ENGLISH
) -> Block:
    """Return the ratio of rates of each feature, the most certain first.

    Parameters
    ----------
    result
        What `cxlab.cox` returned, after `.suppress(min_base)`.
    units
        How much more of a term the ratio is for, such as its standard deviation; 1 of others.
    words
        Words of the report.
    """
    title = words.text("churn.hazards_title")
    if result.rows["suppressed"].any():
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    head = [
        words.text("churn.feature"), words.text("churn.per"), words.text("churn.ratio"),
        words.text("table.interval", level=level), words.text("contrast.p"),
    ]  # fmt: skip
    order = np.argsort(-result.rows["statistic"].abs().to_numpy(), kind="stable")
    rows = [_cells(row, (units or {}).get(row["term"], 1.0), words) for _, row in
            result.rows.iloc[order].iterrows()]  # fmt: skip
    customers = words.plural("count.customers", result.customers)
    note = words.text("churn.hazards_note", customers=customers, left=words.number(result.events))
    p = float(result.proportional["p_value"].iloc[-1])
    said = [note, *_steady(p, result.conf_level, words), weighting_of_figures(result.weighting, words) + "."]
    table = html_table(title, head, {"": rows}, numbers=range(1, 5))
    return Block(f"{table}\n{paragraphs(*said)}", result.min_base)


def _cells(row: pd.Series, unit: float, words: Words) -> list[str]:
    ratio, low, high = (
        words.number(float(np.exp(row[name] * unit)), 2) for name in ("coefficient", "conf_low", "conf_high")
    )
    more = words.number(unit, 0 if unit >= 10 or unit == round(unit) else 1)
    ends = words.text("figure.interval", low=low, high=high)
    return [feature_name(row["term"], words=words), more, ratio, ends, words.p_value(row["p_value"])]


def _steady(p: float, conf_level: float, words: Words) -> list[str]:
    if np.isnan(p):
        return []
    key = "change" if is_told(p, conf_level) else "steady"
    return [words.text(f"churn.ratios_{key}", p=p_text(p, words))]
