"""Share of wallet by the rank rule, beside the share that is spent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.linkage.wallet_rank_share import WalletRankShare
from cxlab.report.block import Block
from cxlab.report.driver_wording import ends_text
from cxlab.report.html_table import html_table
from cxlab.report.wording import level_of, paragraphs, weighting_of_figures
from cxlab.report.words import ENGLISH, NOTHING, Words


def wallet_table(result: WalletRankShare, *, words: Words = ENGLISH) -> Block:
    """Return the share of wallet of each brand by its rank alone, and by spend where it is known.

    Parameters
    ----------
    result
        What `cxlab.wallet_rank_share` returned, after `.suppress(min_base)`.
    words
        Words of the report.
    """
    title = words.text("revenue.wallet_title")
    shown = result.rows[~result.rows["suppressed"] & result.rows["share"].notna()]
    if shown.empty:
        return Block(paragraphs(words.text("chart.empty_table", measure=title)), result.min_base)
    level = level_of(result.conf_level, words)
    head = [
        words.label("brand"), words.text("revenue.by_rank"), words.text("table.n"),
        words.text("revenue.by_spend"), words.text("drivers.difference"),
    ]  # fmt: skip
    rows = [
        _row(row, words) for _, row in shown.sort_values("share", ascending=False, kind="stable").iterrows()
    ]
    said = [words.text("revenue.wallet_rule")]
    if np.isfinite(result.correlation):
        value = words.number(result.correlation, 2)
        ends = ends_text(result.correlation_low, result.correlation_high, "score", words)
        said.append(words.text("revenue.wallet_correlation", value=value, level=level, interval=ends))
    said.append(words.text("revenue.in_brackets", level=level))
    said.append(weighting_of_figures(result.weighting, words) + ".")
    table = html_table(title, head, {"": rows}, numbers=range(1, len(head)))
    return Block(f"{paragraphs(*said)}\n{table}", result.min_base)


def _row(row: pd.Series, words: Words) -> list[str]:
    return [
        words.label(str(row["brand"])), _figure(row, "share", words), words.number(row["share_n"]),
        _figure(row, "observed", words), _difference(row, words),
    ]  # fmt: skip


def _difference(row: pd.Series, words: Words) -> str:
    if pd.isna(row["difference"]):
        return NOTHING
    ends = [100 * float(row[f"difference{part}"]) for part in ("", "_conf_low", "_conf_high")]
    value, low, high = (f"{'+' if round(end, 1) > 0 else ''}{words.number(end, 1)}" for end in ends)
    return f"{value} ({words.text('figure.interval', low=low, high=high)})"


def _figure(row: pd.Series, part: str, words: Words) -> str:
    if pd.isna(row[part]):
        return NOTHING
    low, high = (float(row[f"{part}_conf_{end}"]) for end in ("low", "high"))
    return f"{words.figure(row[part], 'share')} ({ends_text(low, high, 'share', words)})"
