"""Cohorts of first contracts: who is still there after each renewal, seen and projected."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.estimate.hidden_cells import too_small
from cxlab.report.block import Block
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.share_band import ShareBand
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.sbg_result import SBG


def chart_cohorts(
    result: SBG, periods: int = 5, *, title: str | None = None, words: Words = ENGLISH
) -> Block:
    """Draw the share of customers still there after each renewal, and the one projected.

    Parameters
    ----------
    result
        What `cxlab.sbg` returned, after `.suppress(min_base)`.
    periods
        Renewals to draw.
    title
        Title of the chart.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table. Dots are of all cohorts that have had the renewal.
    """
    named = title or words.text("renewal.cohorts_title")
    if result.suppressed:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    curve = result.curve(max(periods, max(len(cohort) for cohort in result.cohorts) - 1))
    seen = seen_shares(result)
    figures = curve[["survival", "conf_low", "conf_high"]].fillna(1.0).to_numpy("float64")
    dots = np.column_stack([seen["share"], np.full((len(seen), 2), np.nan)]).astype("float64")
    drawn = ShareBand(curve["t"].to_numpy("float64"), figures, seen["t"].to_numpy("float64"), dots, True)
    level, last = level_of(result.conf_level, words), curve.iloc[-1]
    churn = result.rows.iloc[2]
    caption = words.text(
        "renewal.cohorts_caption", level=level, customers=words.plural("count.customers", result.n),
        share=words.percent(churn["estimate"], 1),
        interval=words.interval(churn["conf_low"], churn["conf_high"], "share"),
    )  # fmt: skip
    alt = words.text(
        "renewal.alt_cohorts", title=named, renewals=words.number(last["t"]),
        value=words.percent(last["survival"]),
        interval=words.interval(last["conf_low"], last["conf_high"], "share"),
    )  # fmt: skip
    with house_style():
        return figure_block(
            drawn.draw(named, words.text("renewal.cohorts_across"), words.text("renewal.cohorts_up"), words),
            alt=alt,
            caption=[caption, words.text("chart.unweighted") + "."],
            twin=Block(_table(curve, seen, named, level, words), result.min_base),
            name="renewal_cohorts",
            words=words,
        )


def seen_shares(result: SBG) -> pd.DataFrame:
    """Return the share still there after each renewal, over the cohorts that have had it: `t`, `n`, `share`.

    A renewal that too few customers have had is left out.
    """
    rows: list[tuple[int, float, float]] = []
    for t in range(1, max(len(cohort) for cohort in result.cohorts)):
        had = [cohort for cohort in result.cohorts if len(cohort) > t]
        n = float(sum(cohort[0] for cohort in had))
        if not too_small(n, result.min_base):
            rows.append((t, n, sum(cohort[t] for cohort in had) / n))
    return pd.DataFrame(rows, columns=["t", "n", "share"])


def _table(curve: pd.DataFrame, seen: pd.DataFrame, title: str, level: str, words: Words) -> str:
    head = [
        words.text("renewal.cohorts_across"), words.text("renewal.projected"),
        words.text("table.interval", level=level), words.text("renewal.observed"),
        words.text("table.customers"),
    ]  # fmt: skip
    known = seen.set_index("t")
    rows = []
    for _, row in curve.iloc[1:].iterrows():
        there = known.loc[row["t"]] if row["t"] in known.index else None
        rows.append(
            [
                words.number(row["t"]), words.percent(row["survival"], 1),
                words.interval(row["conf_low"], row["conf_high"], "share"),
                NOTHING if there is None else words.percent(there["share"], 1),
                NOTHING if there is None else words.number(there["n"]),
            ]
        )  # fmt: skip
    return html_table(title, head, {"": rows}, numbers=range(5))
