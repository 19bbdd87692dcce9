"""What is forecast to be renewed, for all and by cohort: shares drawn, numbers and value in the table."""

from __future__ import annotations

import pandas as pd

from cxlab.report.block import Block
from cxlab.report.day_text import day_text
from cxlab.report.effect_unit import PLAIN, EffectUnit
from cxlab.report.figure import figure_block, house_style
from cxlab.report.html_table import html_table
from cxlab.report.row_end import RowEnd
from cxlab.report.share_rows import ShareRow, draw_share_rows
from cxlab.report.wording import by_name, file_name, level_of, paragraphs
from cxlab.report.words import ENGLISH, NOTHING, Words
from cxlab.retention.renewal_result import RenewalForecast


def chart_renewals(
    forecast: RenewalForecast,
    *,
    unit: EffectUnit = PLAIN,
    title: str | None = None,
    words: Words = ENGLISH,
) -> Block:
    """Draw the expected share of renewals with its prediction interval, for all and by cohort.

    Parameters
    ----------
    forecast
        What `cxlab.renewal_forecast` returned, after `.suppress(min_base)`.
    unit
        Currency of the value.
    title
        Title of the chart; None names the cohorts.
    words
        Words of the report.

    Returns
    -------
    Block
        A figure with its table of renewals and value.
    """
    by = by_name(forecast.estimates(by=True), words) if forecast.by else ""
    named = title or words.text("renewal.forecast_title", by=by) if by else words.text("renewal.forecast_all")
    rows = forecast.rows[forecast.rows["quantity"] == "renewals"]
    shown = rows[~rows["suppressed"]]
    if shown.empty:
        return Block(paragraphs(words.text("chart.empty", measure=named)), forecast.min_base)
    level = level_of(forecast.conf_level, words)
    lines = [_line(row, forecast, words) for _, row in shown.iterrows()]
    hidden = int(rows["suppressed"].sum())
    notes = [
        words.text("renewal.forecast_caption", level=level),
        words.plural("count.hidden", hidden) if hidden else "",
        words.text("chart.unweighted") + ".",
    ]
    parts = [
        words.text("renewal.alt_part", name=line.name, value=line.end.figure, interval=line.end.interval)
        for line in lines
    ]
    with house_style():
        return figure_block(
            draw_share_rows(lines, named, words.text("renewal.axis"), words),
            alt=words.text("renewal.alt_rows", title=named, parts=" ".join(parts)),
            caption=[note for note in notes if note],
            twin=Block(_table(forecast, named, level, unit, words), forecast.min_base),
            name=file_name("renewals", *forecast.by),
            words=words,
        )


def _name(row: pd.Series, forecast: RenewalForecast, words: Words) -> str:
    if not row["by"]:
        return words.text("renewal.all")
    if forecast.by == ("due_month",):
        return day_text(str(row["level"]), words)
    return words.level(row["level"], forecast.by)


def _line(row: pd.Series, forecast: RenewalForecast, words: Words) -> ShareRow:
    end = RowEnd(
        words.percent(row["rate"], 1), f"n {words.number(row['n'])}",
        words.interval(row["rate_low"], row["rate_high"], "share"),
    )  # fmt: skip
    total = not row["by"] and bool(forecast.by)
    return ShareRow(
        _name(row, forecast, words), row["rate"], row["rate_low"], row["rate_high"], end, apart=total
    )


def _table(forecast: RenewalForecast, title: str, level: str, unit: EffectUnit, words: Words) -> str:
    first, worth = (forecast.rows[forecast.rows["quantity"] == name] for name in ("renewals", "value"))
    valued = len(worth) > 0
    interval = words.text("renewal.interval", level=level)
    head = [
        words.text("table.level"),
        words.text("renewal.due_n"),
        words.text("renewal.expected"),
        interval,
    ]
    head += [words.text("renewal.at_stake"), words.text("renewal.expected_value"), interval] if valued else []
    cells = []
    for place, (_, row) in enumerate(first.iterrows()):
        name = _name(row, forecast, words)
        if row["suppressed"]:
            cells.append([name, words.text("figure.too_few"), *[NOTHING] * (len(head) - 2)])
            continue
        ends = words.text(
            "figure.interval", low=words.number(row["conf_low"]), high=words.number(row["conf_high"])
        )
        line = [name, words.number(row["n"]), words.number(row["estimate"]), ends]
        cells.append(line + (_money(worth.iloc[place], unit, words) if valued else []))
    return html_table(title, head, {"": cells}, numbers=range(1, len(head)))


def _money(row: pd.Series, unit: EffectUnit, words: Words) -> list[str]:
    low, high = (unit.amount(row[end], words) for end in ("conf_low", "conf_high"))
    return [
        unit.amount(row["at_stake"], words), unit.amount(row["estimate"], words),
        words.text("figure.interval", low=low, high=high),
    ]  # fmt: skip
