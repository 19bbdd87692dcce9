"""The key figures as tiles."""

from __future__ import annotations

from html import escape

import pandas as pd

from cxlab.estimate.estimates import Estimates
from cxlab.report.block import Block
from cxlab.report.wording import (
    base_text,
    conf_level,
    has_interval,
    interval_text,
    is_small,
    measure_name,
    weighting_text,
)
from cxlab.report.words import ENGLISH, Words


def scorecard(*results: Estimates, words: Words = ENGLISH) -> Block:
    """Return one tile per result for everyone.

    Parameters
    ----------
    results
        Results without segments, after `suppress`.
    words
        Words of the report.

    Raises
    ------
    ValueError
        Where a result has segments.
    """
    if segmented := [result.metric for result in results if result.by]:
        raise ValueError(f"a scorecard shows figures for everyone, and {segmented[0]} has segments")
    tiles = "\n".join(_tile(result, words) for result in results)
    bases = [result.min_base for result in results]
    return Block(f'<dl class="cx-scorecard">\n{tiles}\n</dl>' if tiles else "", min(bases, default=None))


def _tile(result: Estimates, words: Words) -> str:
    row = result.rows.iloc[0]
    lines = [f"<dt>{escape(measure_name(result, words))}</dt>"]
    if pd.isna(row["estimate"]):
        silence = words.text("figure.too_few" if row["suppressed"] else "figure.no_answers")
        lines.append(f'<dd class="cx-silent">{escape(silence)}</dd>')
    else:
        lines += [f'<dd class="cx-{name}">{html}</dd>' for name, html in _facts(row, result, words)]
    return '<div class="cx-tile">\n' + "\n".join(lines) + "\n</div>"


def _facts(row: pd.Series, result: Estimates, words: Words) -> list[tuple[str, str]]:
    figure = escape(words.figure(row["estimate"], result.unit))
    if result.unit == "points":
        figure += f' <span class="cx-unit">{escape(words.text("unit.points"))}</span>'
    facts = [("value", figure)]
    if result.unit == "score" and result.scale:
        low, high = (words.number(end) for end in result.scale)
        facts.append(("scale", escape(words.text("unit.scale", low=low, high=high))))
    facts += [
        ("interval", escape(_interval(row, result, words))),
        ("base", escape(_base(row, result, words))),
    ]
    if is_small(row):
        facts.append(("small", f"▲ {escape(words.text('figure.small_base'))}"))
    return facts


def _interval(row: pd.Series, result: Estimates, words: Words) -> str:
    if not has_interval(row):
        return words.text("figure.no_interval")
    # No line of a narrow tile ends between the two numbers.
    interval = interval_text(row, result, words).replace(" ", "\u00a0")
    return words.text("figure.conf_interval", level=conf_level(result, words), interval=interval)


def _base(row: pd.Series, result: Estimates, words: Words) -> str:
    parts = [base_text(int(row["n"]), result, words), weighting_text(result, words)]
    if result.weighting == "weighted":
        parts.append(words.text("figure.n_eff", n=words.number(row["n_eff"])))
    return ", ".join(parts)
