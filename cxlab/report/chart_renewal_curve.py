"""What an answer went with: the chance of renewal along the renewal index."""

from __future__ import annotations

import math

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.share_band import ShareBand
from cxlab.report.wording import level_of, paragraphs
from cxlab.report.words import ENGLISH, Words
from cxlab.retention.renewal_curve import RenewalCurve


def chart_renewal_curve(result: RenewalCurve, *, title: str | None = None, words: Words = ENGLISH) -> Block:
    """Draw the chance of renewal along the index, and the shares renewed of past decisions.

    Parameters
    ----------
    result
        What `cxlab.renewal_curve` returned, after `.suppress(min_base)`.
    title
        Title of the chart; None names the index.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table; those who did not answer stand in the caption and in the table.
    """
    named = title or words.text("renewal.curve_title")
    if result.rows.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), result.min_base)
    shown = result.shares[~result.shares["suppressed"]]
    dots = shown[~shown["silent"]]
    drawn = ShareBand(
        result.rows["index"].to_numpy("float64"),
        result.rows[["probability", "conf_low", "conf_high"]].to_numpy("float64"),
        dots["index"].to_numpy("float64"),
        dots[["share", "conf_low", "conf_high"]].to_numpy("float64"),
        False,
    )
    level = level_of(result.conf_level, words)
    with house_style():
        return figure_block(
            drawn.draw(named, words.text("renewal.curve_across"), words.text("renewal.curve_up"), words),
            alt=_alt(result, named, words),
            caption=_caption(result, shown, level, words),
            twin=Block(_table(result, named, level, words), result.min_base),
            name="renewal_curve",
            words=words,
        )


def _caption(result: RenewalCurve, shown: pd.DataFrame, level: str, words: Words) -> list[str]:
    told = result.slope_low > 0 or result.slope_high < 0
    ratio, low, high = (
        words.number(math.exp(slope), 2) for slope in (result.slope, result.slope_low, result.slope_high)
    )
    said = [
        words.text("renewal.curve_caption", level=level),
        words.text(
            "renewal.slope_told" if told else "renewal.slope_none", ratio=ratio, level=level,
            interval=words.text("figure.interval", low=low, high=high),
        ),
    ]  # fmt: skip
    said += [
        words.text(
            "renewal.curve_silent", share=words.percent(row["share"], 1), n=words.number(row["n"]),
            interval=words.interval(row["conf_low"], row["conf_high"], "share"),
        )
        for _, row in shown[shown["silent"]].iterrows()
    ]  # fmt: skip
    base = words.plural("renewal.decisions", int(shown["n"].max())) if len(shown) else ""
    each = (
        words.text("chart.base_range", low=words.number(shown["n"].min()), answers=base) + "." if base else ""
    )
    return [*said, words.text("chart.unweighted") + ".", *([each] if each else [])]


def _table(result: RenewalCurve, title: str, level: str, words: Words) -> str:
    head = [
        words.text("renewal.index_of"), words.text("renewal.share_renewed"),
        words.text("table.interval", level=level), words.text("renewal.decided_n"),
    ]  # fmt: skip
    rows = []
    for _, row in result.shares.iterrows():
        if row["suppressed"]:
            rows.append([words.text("figure.too_few"), *["–"] * 3])
            continue
        name = words.text("renewal.no_answer") if row["silent"] else words.number(row["index"], 1)
        rows.append(
            [
                name, words.percent(row["share"], 1),
                words.interval(row["conf_low"], row["conf_high"], "share"), words.number(row["n"]),
            ]
        )  # fmt: skip
    return html_table(title, head, {"": rows}, numbers=range(1, 4))


def _alt(result: RenewalCurve, title: str, words: Words) -> str:
    parts = [
        words.text(
            "renewal.alt_part",
            name=words.number(row["index"]),
            value=words.percent(row["probability"], 1),
            interval=words.interval(row["conf_low"], row["conf_high"], "share"),
        )
        for _, row in result.rows.iloc[[0, -1]].iterrows()
    ]
    return words.text("renewal.alt_curve", title=title, parts=" ".join(parts))
