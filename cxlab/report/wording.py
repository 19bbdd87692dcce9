"""How a result, its levels, its values and its bases are said: what charts, tables and sentences share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate.estimates import MISSING_LEVEL, Estimates, level_names
from cxlab.estimate.natural_order import natural
from cxlab.report.words import Words

Order = Literal["estimate", "level"]
SMALL_BASE = 30
"""Results on fewer answers than this are shown and flagged."""
MOST_LISTED = 4
"""Names that a sentence bears."""
COUNTED = {
    "response_rate": "invited",
    "first_contact_resolution": "issues",
    "channel_switching": "issues",
    "disloyalty_ratio": "changed",
    "retention_rate": "customers",
    "leaving_forecast": "customers",
    "churn_auc": "customers",
    "churn_slope": "customers",
    "gross_revenue_retention": "customers",
    "net_revenue_retention": "customers",
    "reference_accounts": "customers",
    "share_of_wallet": "customers",
    "close_rate": "opportunities",
    "close_rate_value": "opportunities",
    "close_rate_gap": "opportunities",
    "close_rate_value_gap": "opportunities",
    "lost_reasons": "lost",
    "lost_reasons_value": "lost",
    "pareto": "cases",
}
"""What the base of a measure counts, where it is not answers."""


def measure_name(result: Estimates, words: Words) -> str:
    """Return what a result measures: `Overall satisfaction (mean)`."""
    outcome, _, values = result.outcome.partition("=")
    named = words.label(outcome)
    if boxes := re.fullmatch(r"top_(\d+)_box", result.metric):
        name = words.text("measure.top_box", outcome=named, boxes=boxes[1])
    elif result.metric == "nps" and outcome != "nps":
        name = words.text("measure.nps_of", outcome=named)
    elif result.metric == "share" and values:
        levels = listed([words.level(value, (outcome,)) for value in values.split("|")], words)
        name = words.text("measure.share", outcome=named, values=levels)
    elif words.has(f"measure.{result.metric}"):
        name = words.text(f"measure.{result.metric}", outcome=named, values=values)
    else:
        name = words.text("measure.other", outcome=named, metric=words.label(result.metric))
    return name.replace(") (", ", ")


def measure_by(result: Estimates, words: Words) -> str:
    """Return what a result measures and by what: `NPS by region`."""
    measure = measure_name(result, words)
    return words.text("measure.by", measure=measure, by=by_name(result, words)) if result.by else measure


def by_name(result: Estimates, words: Words) -> str:
    """Return the names of the segment columns as they stand within a sentence."""
    return " × ".join(_inline(words.label(name)) for name in result.by)


def level_name(row: pd.Series, result: Estimates, words: Words) -> str:
    """Return the name of a row's level; `Everyone` where the result has no segments."""
    return words.level(row["level"], result.by) if result.by else words.text("figure.everyone")


def value_text(value: float, result: Estimates, words: Words, *, with_scale: bool = False) -> str:
    """Return a value with its unit: `36.0 points`, `81.0%`, and `4.04`, or `4.04 on a scale of 1 to 5`."""
    figure = words.figure(value, result.unit)
    if result.unit == "points":
        return words.text("figure.points", value=figure)
    if result.unit == "score" and result.scale and with_scale:
        low, high = (words.number(end) for end in result.scale)
        return words.text("figure.on_scale", value=figure, low=low, high=high)
    return figure


def conf_level(result: Estimates, words: Words) -> str:
    """Return the confidence level of a result as a percentage."""
    return level_of(result.conf_level, words)


def level_of(conf_level: float, words: Words) -> str:
    """Return a confidence level as a percentage: `95%`, `99.5%`."""
    return words.percent(conf_level, 0 if abs(100 * conf_level - round(100 * conf_level)) < 1e-9 else 1)


def has_interval(row: pd.Series) -> bool:
    """Tell whether both ends of a row's interval are known."""
    return bool(np.isfinite(row["conf_low"]) and np.isfinite(row["conf_high"]))


def interval_text(row: pd.Series, result: Estimates, words: Words) -> str:
    """Return a row's interval: `29.1 to 42.3`."""
    if not has_interval(row):
        return words.text("figure.no_interval")
    return words.interval(row["conf_low"], row["conf_high"], result.unit)


def weighting_of_figures(weighting: str, words: Words) -> str:
    """Return whether figures are weighted, as a sentence of a caption without its full stop."""
    return words.text("chart.weighted" if weighting == "weighted" else "chart.unweighted")


def weighting_text(result: Estimates, words: Words) -> str:
    """Return whether a result is weighted, as it stands beside its answers."""
    return words.text("figure.weighted" if result.weighting == "weighted" else "figure.unweighted")


def is_small(row: pd.Series) -> bool:
    """Tell whether a row's base, or its effective base, is shown but small."""
    return bool(min(row["n"], row["n_eff"]) < SMALL_BASE)


def listed(names: Sequence[str], words: Words) -> str:
    """Return names as a list in a sentence: `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return words.text("figure.list_end", first=", ".join(names[:-1]), last=names[-1])


def shortlist(names: Sequence[str], words: Words) -> str:
    """Return a few names as a list in a sentence, of many the first three: `a, b, c and 9 more`."""
    if len(names) <= MOST_LISTED:
        return listed(names, words)
    first = ", ".join(names[: MOST_LISTED - 1])
    return words.text("figure.list_more", first=first, n=words.number(len(names) - MOST_LISTED + 1))


def all_rows(result: Estimates) -> pd.DataFrame:
    """Return the rows of a result; whatever a suppressed one may still hold is blank."""
    figures = ["estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]
    rows = result.rows.copy()
    rows.loc[rows["suppressed"], figures] = pd.NA
    return rows


def shown_rows(result: Estimates, order: Order | None = None) -> pd.DataFrame:
    """Return the rows with a figure, in an order as `ordered` puts them."""
    rows = result.rows[~result.rows["suppressed"] & result.rows["estimate"].notna()]
    return ordered(rows, result, order)


def ordered(rows: pd.DataFrame, result: Estimates, order: Order | None) -> pd.DataFrame:
    """Return rows of a result in an order.

    Parameters
    ----------
    rows
        Some of the result's rows.
    result
        The result.
    order
        `estimate` puts the highest first, `level` follows the levels (numbers by size, waves by name), None
        keeps the rows as they are. Respondents without a level come last.
    """
    if order is None:
        return rows
    missing = [is_missing(level, result) for level in rows["level"]]
    keys: list[tuple[object, ...]]
    if order == "estimate":
        keys = [(lacks, -value) for lacks, value in zip(missing, rows["estimate"], strict=True)]
    else:
        keys = [(lacks, *natural(level)) for lacks, level in zip(missing, rows["level"], strict=True)]
    return rows.iloc[sorted(range(len(rows)), key=keys.__getitem__)]


def is_missing(level: str, result: Estimates) -> bool:
    """Tell whether a level is that of the respondents without one."""
    return MISSING_LEVEL in level_names(level, len(result.by))


def base_text(n: int, result: Estimates, words: Words) -> str:
    """Return how many a figure stands on: `998 answers`, or `3,000 people invited` for a response rate."""
    return words.plural(f"count.{COUNTED.get(result.metric, 'answers')}", n)


def base_heading(result: Estimates, words: Words) -> str:
    """Return the heading of the column of bases: `Answers (n)`, or `Invited (n)` for a response rate."""
    return words.text(f"table.{COUNTED.get(result.metric, 'n')}")


def suppressed_levels(result: Estimates, words: Words) -> list[str]:
    """Return the names of the levels whose base is too small to show."""
    return [level_name(row, result, words) for _, row in result.rows[result.rows["suppressed"]].iterrows()]


def silent_levels(result: Estimates, words: Words) -> list[str]:
    """Return the names of the levels where nobody answered."""
    silent = result.rows[~result.rows["suppressed"] & result.rows["estimate"].isna()]
    return [level_name(row, result, words) for _, row in silent.iterrows()]


def caption_of(result: Estimates, *notes: str, words: Words, interval: str) -> list[str]:
    """Return the sentences under a chart: what, unit, interval, weighting and n, then notes.

    Parameters
    ----------
    result
        What the chart shows.
    notes
        Sentences to follow; empty ones are left out.
    words
        Words of the report.
    interval
        Key of the text that says how the interval is drawn.
    """
    weighting = "weighted" if result.weighting == "weighted" else "unweighted"
    first = words.text(
        "chart.caption",
        measure=measure_by(result, words),
        unit=unit_text(result, words),
        interval=words.text(interval, level=conf_level(result, words)),
        weighting=words.text(f"chart.{weighting}"),
        base=_bases_text(shown_rows(result), result, words),
    )
    return [first, *(note for note in notes if note)]


def hidden_notes(result: Estimates, words: Words) -> list[str]:
    """Return the sentences that name the levels a chart cannot show."""
    named = {
        "chart.suppressed": suppressed_levels(result, words) if result.by else [],
        "chart.no_answers": silent_levels(result, words) if result.by else [],
    }
    return [words.text(key, levels=", ".join(levels)) for key, levels in named.items() if levels]


def file_name(*parts: str) -> str:
    """Return a name that is safe for a file: lower case, digits and underscores."""
    joined = "_".join(part for part in parts if part)
    return re.sub(r"[^a-z0-9]+", "_", joined.lower()).strip("_")


def paragraphs(*sentences: str) -> str:
    """Return sentences as one escaped paragraph of a report."""
    return f"<p>{escape(' '.join(sentences))}</p>"


def unit_text(result: Estimates, words: Words) -> str:
    """Return in what a result is counted: `in points from −100 to 100`, `on a scale of 1 to 5`."""
    if result.unit == "score" and result.scale:
        low, high = (words.number(end) for end in result.scale)
        return words.text("chart.unit_scale", low=low, high=high)
    if words.has(own := f"chart.unit_{result.metric}"):
        return words.text(own)
    counted = COUNTED.get(result.metric) if result.unit == "share" else None
    return words.text(f"chart.unit_{counted or result.unit}")


def _bases_text(rows: pd.DataFrame, result: Estimates, words: Words) -> str:
    if rows.empty:
        return words.text("figure.no_answers")
    low, high = int(rows["n"].min()), int(rows["n"].max())
    answers = base_text(high, result, words)
    if len(rows) == 1:
        return answers
    if low == high:
        return words.text("chart.base_each", answers=answers)
    return words.text("chart.base_range", low=words.number(low), answers=answers)


def _inline(label: str) -> str:
    """Return a label with a small first letter, unless it is an abbreviation such as `NPS`."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
